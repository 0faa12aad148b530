/** A month closes alike whenever it is closed, and a running engine goes on with what the rule of old has earned. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { openDatabase, type Database } from '../../db/pool';
import { revenueSchedule } from '../../db/reports/revenue-schedule';
import { closeMonths } from '../../db/transactions/close-months';
import { bookLines, type BookedLine } from '../support/booked-lines';
import { createTestDatabase, type TestDatabase } from '../support/database';

let testDatabase: TestDatabase;
let database: Database;
let admin: Client;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase({ url: testDatabase.url, poolSizeMax: 3, onError: () => undefined });
  admin = new Client({ connectionString: testDatabase.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.close();
  await testDatabase.drop();
});

let tenants = 0;
async function tenant(): Promise<string> {
  const id = `ten_${++tenants}`;
  await admin.query(`insert into tenants (id, name, mode, dunning_policy) values ($1, $1, 'test', '{}')`, [id]);
  return id;
}

const books = (tenantId: string, clockId: string | null = null) => ({ tenantId, clockId });

/** What each close posted, by month. */
async function posted(tenantId: string): Promise<string[]> {
  const { rows } = await admin.query<{ shown: string }>(
    `select to_char(c.month, 'YYYY-MM') || ' ' || a.amount as shown from revenue_closes c join revenue_close_amounts a on a.close_id = c.id
     where c.tenant_id = $1 order by c.month, a.stream`,
    [tenantId],
  );
  return rows.map(({ shown }) => shown);
}

const quarter: BookedLine = { billed: '2026-01-01', start: '2026-01-01', end: '2026-04-01', amount: '90.00' };

/** Closes at the end of each month, and all at once at the end, on the same lines. */
async function bothWays(lines: readonly BookedLine[], months: readonly string[]): Promise<[string[], string[]]> {
  const [steady, late] = [await tenant(), await tenant()];
  for (const line of lines) await bookLines(database.as(late), late, [line]);
  for (const month of months) {
    const known = lines.filter(({ billed }) => billed < `${month}-32`);
    const fresh = known.filter(({ billed }) => billed >= month);
    for (const line of fresh) await bookLines(database.as(steady), steady, [line]);
    await closeMonths(database, books(steady), month);
  }
  await closeMonths(database, books(late), months.at(-1) ?? '');
  return [await posted(steady), await posted(late)];
}

test('a line that is billed late counts from the month of its invoice, in full for the days that are over', async () => {
  const backdated = { ...quarter, billed: '2026-02-10' };
  const [steady, late] = await bothWays([quarter, backdated], ['2026-01', '2026-02', '2026-03']);
  expect(steady).toEqual(['2026-01 31.00', '2026-02 87.00', '2026-03 62.00']);
  expect(late).toEqual(steady);
});

test('what was voided or ended in a later month does not touch an earlier one, however late that is closed', async () => {
  const id = await tenant();
  const voided = { ...quarter, voided: '2026-02-10' };
  const canceled = { ...quarter, amount: '900.00', canceled: '2026-03-05' };
  for (const line of [voided, canceled]) await bookLines(database.as(id), id, [line]);
  await closeMonths(database, books(id), '2026-04');
  expect(await posted(id)).toEqual(['2026-01 341.00', '2026-02 249.00', '2026-03 310.00', '2026-04 0.00']);
});

test('a one-off charge and what was served already are not deferred, so no close counts them', async () => {
  const id = await tenant();
  const lines = [
    { ...quarter, kind: 'one_off' },
    { ...quarter, end: '2026-01-01', start: '2025-12-01' },
  ];
  for (const line of lines) await bookLines(database.as(id), id, [line]);
  expect(await closeMonths(database, books(id), '2026-03')).toEqual([]);
});

test('a credit note lowers what is recognized over the time of its line, also of the days that are over', async () => {
  const id = await tenant();
  await bookLines(database.as(id), id, [quarter]);
  await closeMonths(database, books(id), '2026-01');
  await admin.query(
    `with note as (
       insert into credit_notes (id, tenant_id, customer_id, subscription_id, invoice_id, ordinal, series, sequence, currency, reason, net, tax, gross,
         reduced, refunded, to_balance, taxes, explanation, occurred_at)
       select 'cn_' || i.id, $1, i.customer_id, i.subscription_id, i.id, 1, 'CN', 1, 'USD', 'goodwill', 30, 0, 30, 30, 0, 0, '[]', '', '2026-02-10'
       from invoices i where i.tenant_id = $1 returning id
     )
     insert into credit_note_lines (id, tenant_id, credit_note_id, invoice_line_id, position, kind, description, stream, amount, net, tax, currency, tax_row,
       period_start, period_end, explanation)
     select 'cnl_' || l.id, $1, n.id, l.id, 0, l.kind, '', l.stream, 30.00, 30.00, 0.00, 'USD', '', l.period_start, l.period_end, ''
     from note n, invoice_lines l where l.tenant_id = $1`,
    [id],
  );
  await closeMonths(database, books(id), '2026-03');
  // Of 30.00 over 90 days 0.33 a day are taken back: 59 days of it, 19.47, by the end of February.
  expect(await posted(id)).toEqual(['2026-01 31.00', '2026-02 8.53', '2026-03 20.47']);
});

test('the books of a clock and of real time are closed apart', async () => {
  const id = await tenant();
  await bookLines(database.as(id), id, [quarter]);
  const clockId = await bookLines(database.as(id), id, [{ ...quarter, amount: '9000.00' }], '2026-02-01T00:00:00Z');
  await closeMonths(database, books(id, clockId), '2026-01');
  expect(await posted(id)).toEqual(['2026-01 3100.00']);
  await closeMonths(database, books(id), '2026-01');
  expect((await posted(id)).sort()).toEqual(['2026-01 31.00', '2026-01 3100.00']);
});

describe('an engine that earned at boundaries', () => {
  const migration = readFileSync(path.resolve(__dirname, '../../db/migrations/0013_recognition.sql'), 'utf8');
  const seed = /^insert into revenue_brought_forward[^;]+;/m.exec(migration)?.[0] ?? '';
  const brought = async (tenantId: string) => {
    const { rows } = await admin.query(
      `select stream, amount::text, to_char(first_month, 'YYYY-MM') as first from revenue_brought_forward where tenant_id = $1 order by stream`,
      [tenantId],
    );
    return rows;
  };

  test('goes on exactly: what it earned counts, and its first close is of the month of the migration', async () => {
    const id = await tenant();
    // A period that was earned at its boundary, and the one that stands deferred since.
    const lines = [
      { ...quarter, end: '2026-02-01', amount: '31.00' },
      { ...quarter, billed: '2026-02-01', start: '2026-02-01', end: '2026-03-01', amount: '28.00' },
    ];
    const clockId = await bookLines(database.as(id), id, lines, '2026-02-15T00:00:00Z');
    await admin.query(
      `update subscriptions s set deferred = '{"subscriptions": "28.00"}' from invoice_lines l
       where l.subscription_id = s.id and l.amount = 28 and s.tenant_id = $1`,
      [id],
    );
    await admin.query('delete from revenue_brought_forward where tenant_id = $1', [id]);
    await admin.query(seed);
    expect(await brought(id)).toEqual([{ stream: 'subscriptions', amount: '31.00', first: '2026-02' }]);
    expect((await revenueSchedule(database, books(id, clockId))).releases).toEqual([
      { month: '2026-02', stream: 'subscriptions', amount: { amount: '28.00', currency: 'USD' } },
    ]);
    await closeMonths(database, books(id, clockId), '2026-02');
    expect(await posted(id)).toEqual(['2026-02 28.00']);
  });

  test('and still runs beside the new one: what it earns meanwhile is not posted again', async () => {
    const id = await tenant();
    const clockId = await bookLines(
      database.as(id),
      id,
      [{ ...quarter, end: '2026-02-01', amount: '31.00' }],
      '2026-01-01T00:00:00Z',
    );
    const defer = (amounts: object) =>
      admin.query('update subscriptions set deferred = $2 where tenant_id = $1', [id, JSON.stringify(amounts)]);
    // As the old code left it when it billed January, long ago: in a transaction of its own.
    await admin.query('alter table subscriptions disable trigger subscriptions_earned_by_old_code');
    await defer({ subscriptions: '31.00' });
    await admin.query('alter table subscriptions enable trigger subscriptions_earned_by_old_code');
    // Its next boundary: February is billed and deferred, January earned.
    await admin.query('begin');
    const { rows } = await admin.query<{ id: string; customer_id: string }>(
      'select id, customer_id from subscriptions where tenant_id = $1',
      [id],
    );
    const { id: subscriptionId, customer_id: customerId } = rows[0] ?? { id: '', customer_id: '' };
    await admin.query(
      `with i as (insert into invoices (id, tenant_id, customer_id, subscription_id, business_key, status, series, sequence, currency, total,
         balance_applied, carried_over, amount_due, period_start, period_end, due_at, occurred_at)
       values ('inv_old', $1, $2, $3, 'february', 'open', 'OLD', 1, 'USD', 28, 0, 0, 28, '2026-02-01', '2026-03-01', '2026-02-01', '2026-02-01') returning id)
       insert into invoice_lines (id, tenant_id, invoice_id, subscription_id, position, kind, description, price_id, stream, quantity, amount, currency,
         period_start, period_end, explanation)
       select 'il_old', $1, id, $3, 0, 'recurring', 'Plan', 'price', 'subscriptions', 1, 28.00, 'USD', '2026-02-01', '2026-03-01', '{}' from i`,
      [id, customerId, subscriptionId],
    );
    await defer({ subscriptions: '28.00' });
    await admin.query('commit');
    expect(await brought(id)).toEqual([{ stream: 'subscriptions', amount: '31.00', first: null }]);
    await closeMonths(database, books(id, clockId), '2026-02');
    expect(await posted(id)).toEqual(['2026-01 0.00', '2026-02 28.00']);
    // It voids what it has not earned yet, and nothing was earned by that.
    await admin.query('begin');
    await admin.query(`update invoices set status = 'void', settled_at = '2026-03-01' where id = 'inv_old'`);
    await admin.query(
      `insert into ledger_entries (id, tenant_id, kind, source, occurred_at) values ('le_old', $1, 'void', 'inv_old', '2026-03-01')`,
      [id],
    );
    await defer({ subscriptions: '0.00' });
    await admin.query('commit');
    expect(await brought(id)).toEqual([{ stream: 'subscriptions', amount: '31.00', first: null }]);
  });
});
