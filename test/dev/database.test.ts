import { Client } from 'pg';
import { createTestDatabase } from '../support/database';
import { withClient } from '../support/postgres';

describe('a test database', () => {
  test('belongs to one test: what one clone holds, another does not', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await withClient(one.adminUrl, (client) => client.query('create table mine (id int)'));
    const found = await withClient(other.adminUrl, (client) => client.query(`select to_regclass('mine') as found`));
    expect(found.rows).toEqual([{ found: null }]);
    await Promise.all([one.drop(), other.drop()]);
  });

  test('is reached by the restricted role, which is neither superuser nor exempt from row-level security', async () => {
    const database = await createTestDatabase();
    const sql = 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user';
    const role = await withClient(database.url, (client) => client.query(sql));
    expect(role.rows).toEqual([{ rolsuper: false, rolbypassrls: false }]);
    await database.drop();
  });

  test('refuses to go quietly while a connection is open', async () => {
    const database = await createTestDatabase();
    const client = new Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('select 1 as leaked');
    await expect(database.drop()).rejects.toThrow(/left 1 connection.*select 1 as leaked/s);
    await client.end();
  });
});
