/**
 * A database of its own for each test that asks: a clone of the migrated template on the run's real Postgres.
 */
import { randomBytes } from 'node:crypto';
import { waitFor } from '../../dev/stack/wait';
import { templateDatabase, withClient } from './postgres';
import { surrounding } from './surroundings';

/** Pools close their connections within milliseconds of `end`. */
const leakTimeoutMs = 3_000;

export interface TestDatabase {
  readonly name: string;
  /** As the restricted role: row-level security applies. */
  readonly url: string;
  /** As the owner. */
  readonly adminUrl: string;
  /** Removes it. @throws when the test left a connection open: a leak there is a leak in the code under test. */
  drop(): Promise<void>;
}

function addressOf(database: string, role?: { name: string; password: string }): string {
  const url = new URL(surrounding('postgresUrl'));
  url.pathname = `/${database}`;
  if (role) {
    url.username = role.name;
    url.password = encodeURIComponent(role.password);
  }
  return url.toString();
}

/** What the connections that are still open did last, by process. */
async function openConnections(name: string): Promise<string[]> {
  return withClient(addressOf('postgres'), async (client) => {
    const sql = `select pid, state, query from pg_stat_activity where datname = $1 and backend_type = 'client backend'`;
    const { rows } = await client.query<{ pid: number; state: string; query: string }>(sql, [name]);
    return rows.map((row) => `${row.pid} (${row.state}): ${row.query.slice(0, 120)}`);
  });
}

async function drop(name: string): Promise<void> {
  let open: string[] = [];
  const quiet = async (): Promise<boolean> => (open = await openConnections(name)).length === 0;
  const leaked = await waitFor('Connections are closed', quiet, { timeoutMs: leakTimeoutMs }).then(
    () => false,
    () => true,
  );
  await withClient(addressOf('postgres'), (client) => client.query(`drop database if exists ${name} with (force)`));
  if (leaked) throw new Error(`The test left ${open.length} connection(s) open:\n${open.join('\n')}`);
}

/**
 * Clones the template. Call `drop()` in `afterAll`, after all pools are closed.
 * @param options.template another database to clone, such as a `TestDatabase` that was filled before; nobody may be connected to it
 */
export async function createTestDatabase(options: { template?: string } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = options.template ?? templateDatabase;
  await withClient(addressOf('postgres'), (client) => client.query(`create database ${name} template ${template}`));
  return {
    name,
    url: addressOf(name, { name: 'perennial_app', password: surrounding('applicationPassword') }),
    adminUrl: addressOf(name),
    drop: () => drop(name),
  };
}
