/**
 * The Postgres of a test run: one server, with a template database that has the newest schema.
 */
import { Client } from 'pg';
import { migrate } from '../../db/migrate';
import { startPostgres, type Postgres } from '../../dev/stack/postgres';

/** Test databases are cloned from it, which takes a tenth of a second; nobody may connect to it meanwhile. */
export const templateDatabase = 'perennial_template';

/** Starts the server and migrates the template once. */
export async function startTestPostgres(dataFolder: string, applicationPassword: string): Promise<Postgres> {
  const postgres = await startPostgres({ dataFolder, password: 'test', durable: false, temporary: true });
  try {
    await postgres.ensureDatabase(templateDatabase);
    await migrate(postgres.url(templateDatabase), applicationPassword);
    return postgres;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** Does something on one connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
