/** The trial balance says what stands on the accounts, and whether the rows that they book say the same. */
import { trialBalance } from '../../db/reports/trial-balance';
import { openTestApi, type TestApi } from '../support/api';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
  const run = (name: string, text: string) => api.database.as(api.tenant.id).query({ name, text }, [api.tenant.id]);
  await run(
    'accounts',
    `insert into ledger_accounts (tenant_id, code, kind, name) select $1, * from (values ('receivable', 'asset', 'Receivable'),
      ('customer_balance', 'liability', 'Balances'), ('deferred:subscriptions', 'liability', 'Ahead')) as a(code, kind, name)`,
  );
  await run(
    'entry',
    `insert into ledger_entries (id, tenant_id, kind, source, occurred_at) values ('le_1', $1, 'invoice', 'inv_1', now())`,
  );
  await run(
    'postings',
    `insert into ledger_postings (entry_id, position, tenant_id, account, currency, amount) values
      ('le_1', 0, $1, 'receivable', 'USD', 30.00), ('le_1', 1, $1, 'deferred:subscriptions', 'USD', -50.00),
      ('le_1', 2, $1, 'customer_balance', 'USD', 20.00), ('le_1', 3, $1, 'receivable', 'JPY', 500),
      ('le_1', 4, $1, 'deferred:subscriptions', 'JPY', -500)`,
  );
});
afterAll(() => api.close());

const usd = (amount: string) => ({ amount, currency: 'USD' });

test('each account has its debits, credits and balance, and each currency sums to zero', async () => {
  const { body } = await api.send('GET', '/ledger/trial-balance?currency=USD');
  expect(body.accounts).toEqual([
    { account: 'customer_balance', debit: usd('20.00'), credit: usd('0.00'), balance: usd('20.00') },
    { account: 'deferred:subscriptions', debit: usd('0.00'), credit: usd('50.00'), balance: usd('-50.00') },
    { account: 'receivable', debit: usd('30.00'), credit: usd('0.00'), balance: usd('30.00') },
  ]);
  expect(body.sums).toEqual([usd('0.00')]);
  const all = await api.send('GET', '/ledger/trial-balance');
  expect(all.body.sums).toEqual([{ amount: '0', currency: 'JPY' }, usd('0.00')]);
});

test('a ledger that says other than the open invoices and balances is not balanced', async () => {
  const { body } = await api.send('GET', '/ledger/trial-balance?currency=USD');
  expect(body.balanced).toBe(false);
  expect(body.ties).toEqual([
    { name: 'receivable', ledger: usd('30.00'), rows: usd('0.00'), holds: false },
    { name: 'customer_balance', ledger: usd('-20.00'), rows: usd('0.00'), holds: false },
  ]);
});

test('money owed by a customer ties with a debit of their balance', async () => {
  const customer = await api.send('POST', '/customers', { body: { name: 'Acme' } });
  const owe = {
    name: 'owe',
    text: `insert into customer_balances (tenant_id, customer_id, currency, amount) values ($1, $2, 'USD', -20.00)`,
  };
  const db = api.database.as(api.tenant.id);
  await db.query(owe, [api.tenant.id, customer.body.id]);
  const { ties } = await trialBalance(db, api.tenant.id, 'USD');
  expect(ties.find(({ name }) => name === 'customer_balance')).toMatchObject({ holds: true, rows: usd('-20.00') });
  const balance = await api.send('GET', `/customers/${customer.body.id}/balance`);
  expect(balance.body).toEqual({ customer_id: customer.body.id, balances: [usd('-20.00')] });
});

test('entries come with their postings', async () => {
  const { body } = await api.send('GET', '/ledger/entries');
  expect(body.data).toHaveLength(1);
  expect(body.data[0].postings).toHaveLength(5);
  expect((await api.send('GET', '/ledger/entries/le_1')).body).toEqual(body.data[0]);
});
