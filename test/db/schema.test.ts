/** The committed schema is what the migrations come to, and its constraints are the last line of defence. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { describeSchema } from '../../dev/schema/describe';
import { allTenants, openDatabase, type Database } from '../../db/pool';
import { createTestDatabase, type TestDatabase } from '../support/database';

let testDatabase: TestDatabase;
let admin: Client;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  admin = new Client({ connectionString: testDatabase.adminUrl });
  await admin.connect();
  database = openDatabase({ url: testDatabase.url, poolSizeMax: 2, onError: () => undefined });
  await admin.query(
    `insert into tenants (id, name, mode, dunning_policy) values ('ten_a', 'A', 'test', '{}'), ('ten_b', 'B', 'test', '{}')`,
  );
  await admin.query(
    `insert into ledger_accounts (tenant_id, code, kind, name) values ('ten_a', 'receivable', 'asset', 'R'), ('ten_a', 'bad_debt', 'expense', 'B')`,
  );
});
afterAll(async () => {
  await admin.end();
  await database.close();
  await testDatabase.drop();
});

let statements = 0;
const run = (text: string, values: unknown[] = [], tenant = 'ten_a') =>
  database.as(tenant).query({ name: `statement_${++statements}`, text }, values);

const entry = (id: string, amounts: readonly string[]) => {
  const postings = amounts.map(
    (amount, index) =>
      `('${id}', ${index}, 'ten_a', '${index % 2 === 0 ? 'receivable' : 'bad_debt'}', 'USD', ${amount})`,
  );
  return `with e as (insert into ledger_entries (id, tenant_id, kind, source, occurred_at) values ('${id}', 'ten_a', 'test', '${id}', now()))
    insert into ledger_postings (entry_id, position, tenant_id, account, currency, amount) values ${postings.join(', ')}`;
};

test('db/schema.sql is what the migrations come to (npm run schema writes it anew)', async () => {
  const committed = readFileSync(path.resolve(__dirname, '../../db/schema.sql'), 'utf8');
  expect(await describeSchema(admin)).toBe(committed);
});

test('an entry that does not sum to zero is refused at commit, and one that does is taken', async () => {
  await expect(run(entry('le_1', ['10.00', '-9.99']))).rejects.toThrow(/does not sum to zero/);
  await expect(run(entry('le_2', ['10.00', '-10.00']))).resolves.toBeDefined();
  expect(await run('select id from ledger_entries')).toEqual([{ id: 'le_2' }]);
});

test('an entry balances per currency: ten dollars against ten euros do not', async () => {
  const mixed = entry('le_3', ['10.00', '-10.00']).replace(/'USD', -10.00/, "'EUR', -10.00");
  await expect(run(mixed)).rejects.toThrow(/does not sum to zero/);
});

test('ledger and audit rows are append-only', async () => {
  await expect(run(`update ledger_postings set amount = 1`)).rejects.toThrow(/append-only/);
  await expect(run(`delete from ledger_entries`)).rejects.toThrow(/append-only/);
});

test('row-level security hides other tenants from a query that forgets its tenant', async () => {
  expect(await run('select id from tenants', [], 'ten_a')).toEqual([{ id: 'ten_a' }]);
  expect(await run('select code from ledger_accounts', [], 'ten_b')).toEqual([]);
  expect(await run('select id from tenants order by id', [], allTenants)).toEqual([{ id: 'ten_a' }, { id: 'ten_b' }]);
});

test('row-level security refuses to write for another tenant', async () => {
  const insert = `insert into ledger_accounts (tenant_id, code, kind, name) values ('ten_a', 'x', 'asset', 'X')`;
  await expect(run(insert, [], 'ten_b')).rejects.toThrow(/row-level security/);
});

test('a connection that names no tenant sees nothing', async () => {
  const bare = new Client({ connectionString: testDatabase.url });
  await bare.connect();
  expect((await bare.query('select id from tenants')).rows).toEqual([]);
  await bare.end();
});

test('every table with a tenant has row-level security', async () => {
  const { rows } = await admin.query(
    `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity`,
  );
  expect(rows).toEqual([]);
});

test('the application role can change no schema and skip no policy', async () => {
  const { rows } = await admin.query(
    `select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = 'perennial_app'`,
  );
  expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreatedb: false }]);
  await expect(run('create table mine (id text)')).rejects.toThrow(/permission denied/);
});
