/** npm run schema: writes db/schema.sql from a fresh database with all migrations. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../db/migrate';
import { startPostgres } from '../stack/postgres';
import { makeTemporaryFolder, removeTemporaryFolder } from '../stack/watchdog';
import { describeSchema } from './describe';

async function main(): Promise<void> {
  const folder = makeTemporaryFolder('perennial-schema-');
  const postgres = await startPostgres({
    dataFolder: path.join(folder, 'postgres'),
    port: 0,
    password: 'schema',
    temporary: true,
  });
  try {
    await postgres.ensureDatabase('schema');
    await migrate(postgres.url('schema'), 'schema');
    const client = new Client({ connectionString: postgres.url('schema') });
    await client.connect();
    writeFileSync(path.resolve(__dirname, '../../db/schema.sql'), await describeSchema(client));
    await client.end();
  } finally {
    await postgres.stop();
    removeTemporaryFolder(folder);
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
