/** Series belong to one entity and one kind; one that counted before there were entities goes on counting. */
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';

let testDatabase: TestDatabase;
let admin: Client;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  admin = new Client({ connectionString: testDatabase.adminUrl });
  await admin.connect();
  await admin.query(`insert into tenants (id, name, mode, invoice_series, dunning_policy)
    values ('ten_a', 'A', 'test', 'INV', '{}'), ('ten_cn', 'B', 'test', 'CN', '{}')`);
});
afterAll(async () => {
  await admin.end();
  await testDatabase.drop();
});

const series = async (tenantId: string) =>
  (
    await admin.query(
      `select series, kind, entity_id, last_number::integer as last from invoice_series where tenant_id = $1 order by series`,
      [tenantId],
    )
  ).rows;
const newEntity = (id: string, invoices: string, notes: string) =>
  admin.query(
    `insert into entities (id, tenant_id, legal_name, invoice_series, credit_note_series) values ($1, 'ten_a', 'A', $2, $3)`,
    [id, invoices, notes],
  );

test('a tenant has an entity with two series from the start, whatever its own is called', async () => {
  expect(await series('ten_a')).toEqual([
    { series: 'CN', kind: 'credit_note', entity_id: 'ent_a', last: 0 },
    { series: 'INV', kind: 'invoice', entity_id: 'ent_a', last: 0 },
  ]);
  expect((await series('ten_cn')).map((row) => [row.series, row.kind])).toEqual([
    ['CN', 'invoice'],
    ['CRN', 'credit_note'],
  ]);
});

test('a series that counted before goes on from its last number', async () => {
  await admin.query(`insert into invoice_series (tenant_id, series, last_number) values ('ten_a', 'OLD', 41)`);
  await newEntity('ent_old', 'OLD', 'OLDCN');
  expect(await series('ten_a')).toContainEqual({ series: 'OLD', kind: 'invoice', entity_id: 'ent_old', last: 41 });
});

test.each([
  ['INV', 'NEWCN'],
  ['NEW', 'INV'],
  ['CN', 'NEWCN'],
])('%s with %s is refused, and leaves nothing behind', async (invoices, notes) => {
  await expect(newEntity('ent_new', invoices, notes)).rejects.toThrow(/is taken/);
  expect((await admin.query(`select from entities where id = 'ent_new'`)).rowCount).toBe(0);
});

test('one prefix cannot count both kinds of an entity, and an entity is never removed', async () => {
  await expect(newEntity('ent_new', 'SAME', 'SAME')).rejects.toThrow(/check/);
  await expect(admin.query(`delete from entities where id = 'ent_a'`)).rejects.toThrow(/append-only/);
});

test('a customer’s version is kept when what stands on documents changes, and not for what the provider calls them', async () => {
  await admin.query(`insert into customers (id, tenant_id, name, occurred_at) values ('cus_a', 'ten_a', 'Ada', now())`);
  const versions = async () =>
    (
      await admin.query(`select party->>'name' as name from party_versions where party_id = 'cus_a' order by id`)
    ).rows.map(({ name }) => name);
  await admin.query(`update customers set provider_refs = '{"stripe": "cus_1"}' where id = 'cus_a'`);
  expect(await versions()).toEqual([]);
  await admin.query(`update customers set name = 'Ada Lovelace' where id = 'cus_a'`);
  await admin.query(`update customers set email = 'ada@acme.example' where id = 'cus_a'`);
  expect(await versions()).toEqual(['Ada', 'Ada Lovelace']);
});
