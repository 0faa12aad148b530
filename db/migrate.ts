/**
 * Brings a database to the newest schema: numbered plain SQL files, forward only, each in one transaction, one process at a time.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';

/** Any constant: all migrating processes take the same lock. */
const migrationLock = 7_370_021;

/** The login role that the api and the worker use; row-level security applies to it. */
export const applicationRole = 'perennial_app';

const folder = path.join(__dirname, 'migrations');

async function ensureBookkeeping(client: Client): Promise<Set<string>> {
  await client.query(
    'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())',
  );
  const { rows } = await client.query<{ name: string }>('select name from schema_migrations');
  return new Set(rows.map((row) => row.name));
}

async function applyFile(client: Client, name: string): Promise<void> {
  const sql = await readFile(path.join(folder, name), 'utf8');
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into schema_migrations (name) values ($1)', [name]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${name} failed and changed nothing: ${String(error)}`, { cause: error });
  }
}

/** Makes the restricted role where it is missing, sets its password and lets it read and write (never alter) the tables. */
async function grantApplication(client: Client, password: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [applicationRole]);
  if (rowCount === 0) await client.query(`create role ${applicationRole} login`);
  await client.query(
    `alter role ${applicationRole} login nosuperuser nobypassrls password ${client.escapeLiteral(password)}`,
  );
  await client.query(`grant usage on schema public to ${applicationRole}`);
  await client.query(`grant select, insert, update, delete on all tables in schema public to ${applicationRole}`);
  await client.query(`grant usage on all sequences in schema public to ${applicationRole}`);
  await client.query(`revoke insert, update, delete on schema_migrations from ${applicationRole}`);
}

/**
 * Applies what is missing and prepares the application role.
 * @param adminUrl the owner's connection; the application's own role cannot change the schema
 * @param applicationPassword the password the restricted role gets
 */
export async function migrate(adminUrl: string, applicationPassword: string): Promise<{ applied: string[] }> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const done = await ensureBookkeeping(client);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
    const missing = names.filter((name) => !done.has(name));
    for (const name of missing) await applyFile(client, name);
    await grantApplication(client, applicationPassword);
    return { applied: missing };
  } finally {
    await client.end();
  }
}
