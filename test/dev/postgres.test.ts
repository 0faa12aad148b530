import { createServer } from 'node:net';
import path from 'node:path';
import { startPostgres, type PostgresOptions } from '../../dev/stack/postgres';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../dev/stack/watchdog';
import { withClient } from '../support/postgres';

describe('our own Postgres', () => {
  let folder: string;
  let options: PostgresOptions;

  beforeEach(() => {
    folder = makeTemporaryFolder('perennial-postgres-');
    options = { dataFolder: path.join(folder, 'data'), password: 'p@ss word/1' };
  });
  afterEach(() => removeTemporaryFolder(folder));

  test('keeps what was committed over a crash and a restart', async () => {
    const first = await startPostgres(options);
    await first.ensureDatabase('kept');
    await withClient(first.url('kept'), (client) => client.query('create table kept as select 42 as answer'));
    first.kill('SIGKILL');
    await first.exited;

    const second = await startPostgres(options);
    const found = await withClient(second.url('kept'), (client) => client.query('select answer from kept'));
    await second.stop();
    expect(found.rows).toEqual([{ answer: 42 }]);
  });

  test('writes to disk before it answers, unless it is told that the data do not matter', async () => {
    const postgres = await startPostgres(options);
    const shown = await withClient(postgres.url('postgres'), (client) => client.query('show fsync'));
    await postgres.stop();
    expect(shown.rows).toEqual([{ fsync: 'on' }]);
  });

  test('refuses a data folder that another Postgres holds, and names its process', async () => {
    const first = await startPostgres(options);
    await expect(startPostgres(options)).rejects.toThrow(new RegExp(`process ${first.pid}\\) holds the data folder`));
    await first.stop();
  });

  test('refuses another password than the one its data were made with', async () => {
    await (await startPostgres(options)).stop();
    await expect(startPostgres({ ...options, password: 'other' })).rejects.toThrow('made with another password');
  });

  test('moves to the next port when the wanted one is taken', async () => {
    const holder = createServer();
    const taken = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as { port: number }).port));
    });
    const postgres = await startPostgres({ ...options, port: taken });
    expect(postgres.port).not.toBe(taken);
    await postgres.stop();
    await new Promise((resolve) => holder.close(resolve));
  });
});
