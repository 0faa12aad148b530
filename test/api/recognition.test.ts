/** Months are closed by hand, read, and refused; the waterfall and the schedule say what the accounts and the lines say. */
import { closeMonths } from '../../db/transactions/close-months';
import { closeWhatIsOver } from '../../worker/revenue-closer';
import { bookLines, type BookedLine } from '../support/booked-lines';
import { openTestApi, type TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const usd = (amount: string) => ({ amount, currency: 'USD' });

/** A tenant with these lines in its books, whose requests go with its own key. */
async function booksOf(lines: readonly BookedLine[], clockNow: string | null = null) {
  const tenant = await api.newTenant();
  const clockId = await bookLines(api.database.as(tenant.id), tenant.id, lines, clockNow);
  const send = (method: string, path: string, body?: unknown) =>
    api.send(method, path, { key: tenant.key, ...(body === undefined ? {} : { body }) });
  return { tenant, clockId, send };
}

const year: BookedLine = { billed: '2025-01-01', start: '2025-01-01', end: '2026-01-01', amount: '365.00' };

test('a month is closed by hand once, with those before it, and a repetition posts nothing', async () => {
  const { send } = await booksOf([year]);
  const closed = await send('POST', '/revenue-closes', { month: '2025-03' });
  expect([closed.status, closed.body.streams]).toEqual([
    201,
    [{ stream: 'subscriptions', recognized: usd('31.00'), recognized_to_date: usd('90.00') }],
  ]);
  expect((await send('POST', '/revenue-closes', { month: '2025-03' })).status).toBe(200);
  const february = await send('POST', '/revenue-closes', { month: '2025-02' });
  expect([february.status, february.body.streams[0].recognized]).toEqual([200, usd('28.00')]);
  const { body } = await send('GET', '/revenue-closes');
  expect(body.data.map(({ month }: { month: string }) => month)).toEqual(['2025-03', '2025-02', '2025-01']);
  expect((await send('GET', `/revenue-closes/${closed.body.id}`)).body).toEqual(closed.body);
  expect((await send('GET', '/revenue-closes?month=2025-02')).body.data).toEqual([february.body]);
  expect((await send('GET', '/ledger/entries?kind=recognition')).body.data).toHaveLength(3);
  const { body: audit } = await send('GET', '/audit-log');
  const asked = audit.data.filter(({ action }: { action: string }) => action === 'revenue.close');
  expect(asked.map((entry: { subject_id: string }) => entry.subject_id)).toEqual([closed.body.id]);
});

test('a month that is not over, or older than the books, is refused', async () => {
  const { clockId, send } = await booksOf([{ ...year, billed: '2025-02-01' }], '2025-03-31T23:59:59.999Z');
  const close = async (body: object) => {
    const answer = await send('POST', '/revenue-closes', body);
    return answer.body.code ?? answer.status;
  };
  expect(await close({ month: '2025-03', test_clock_id: clockId })).toBe('revenue_month_refused');
  expect(await close({ month: '2025-01', test_clock_id: clockId })).toBe('revenue_month_refused');
  expect(await close({ month: '2025-02', test_clock_id: clockId })).toBe(201);
  expect(await close({ month: '9998-12' })).toBe('revenue_month_refused');
  expect(await close({ month: '2025-13' })).toBe('validation_failed');
  expect(await close({ month: '2025-02', test_clock_id: 'clock_of_nobody' })).toBe('validation_failed');
});

test('the waterfall ties to the account: opening, billed, recognized, adjusted, closing', async () => {
  const seats = {
    ...year,
    stream: 'seats',
    billed: '2025-02-01',
    start: '2025-02-01',
    end: '2025-03-01',
    amount: '28.00',
  };
  const { send } = await booksOf([year, seats]);
  await send('POST', '/revenue-closes', { month: '2025-03' });
  const { body } = await send('GET', '/ledger/revenue-waterfall?from=2025-02&to=2025-03');
  const row = (month: string, stream: string, ...[opening, billed, recognized, closing]: string[]) => ({
    month,
    stream,
    opening: usd(opening ?? ''),
    billed: usd(billed ?? ''),
    recognized: usd(recognized ?? ''),
    adjustments: usd('0.00'),
    closing: usd(closing ?? ''),
  });
  expect(body.data).toEqual([
    row('2025-02', 'seats', '0.00', '28.00', '28.00', '0.00'),
    row('2025-02', 'subscriptions', '334.00', '0.00', '28.00', '306.00'),
    row('2025-03', 'subscriptions', '306.00', '0.00', '31.00', '275.00'),
  ]);
  const { body: books } = await send('GET', '/ledger/trial-balance');
  const deferred = books.accounts.find(({ account }: { account: string }) => account === 'deferred:subscriptions');
  expect(deferred.balance).toEqual(usd('-275.00'));
  const refused = async (query: string) =>
    (await send('GET', `/ledger/revenue-waterfall?${query}`)).body.errors[0].field;
  expect(await refused('from=2025-03&to=2025-02')).toBe('to');
  expect(await refused('from=2020-01&to=2025-02')).toBe('to');
  expect(await refused('from=2025-1&to=2025-02')).toBe('from');
});

test('the schedule adds up to what is deferred, by the month that will release it', async () => {
  const { clockId, send } = await booksOf([{ ...year, end: '2025-04-01', amount: '90.00' }], '2025-02-01T00:00:00Z');
  const schedule = () => send('GET', `/ledger/revenue-schedule?test_clock_id=${clockId}`);
  const shown = async () => {
    const { body } = await schedule();
    return [
      body.first_open_month,
      ...body.data.map((row: { month: string; amount: { amount: string } }) => `${row.month} ${row.amount.amount}`),
    ];
  };
  expect(await shown()).toEqual(['2025-01', '2025-01 31.00', '2025-02 28.00', '2025-03 31.00']);
  await send('POST', '/revenue-closes', { month: '2025-01', test_clock_id: clockId });
  expect(await shown()).toEqual(['2025-02', '2025-02 28.00', '2025-03 31.00']);
  const { body } = await send('GET', '/ledger/revenue-schedule');
  expect(body).toEqual({ test_clock_id: null, first_open_month: null, data: [] });
  expect((await send('GET', '/ledger/revenue-schedule?test_clock_id=clock_of_nobody')).status).toBe(422);
});

test('two who close at once post each month once', async () => {
  const { tenant, send } = await booksOf([year]);
  const books = { tenantId: tenant.id, clockId: null };
  const closed = await Promise.all([1, 2, 3].map(() => closeMonths(api.database, books, '2025-12')));
  expect(closed.flat().sort()).toEqual(Array.from({ length: 12 }, (_, n) => `2025-${String(n + 1).padStart(2, '0')}`));
  const { body } = await send('GET', '/ledger/entries?kind=recognition&limit=100');
  expect(body.data).toHaveLength(12);
  const { body: books2 } = await send('GET', '/ledger/trial-balance');
  expect(books2.accounts.map(({ balance }: { balance: object }) => balance)).toEqual([
    usd('0.00'),
    usd('365.00'),
    usd('-365.00'),
  ]);
});

test('a close that is killed before its commit leaves nothing, and is made anew', async () => {
  const { tenant, send } = await booksOf([year]);
  const books = { tenantId: tenant.id, clockId: null };
  const broken = {
    ...api.database,
    transaction: <T>(id: string, work: Parameters<typeof api.database.transaction<T>>[1]) =>
      api.database.transaction(id, async (db) => {
        await work(db);
        throw new Error('killed');
      }),
  };
  await expect(closeMonths(broken, books, '2025-02')).rejects.toThrow('killed');
  expect((await send('GET', '/revenue-closes')).body.data).toEqual([]);
  expect((await send('GET', '/ledger/entries?kind=recognition')).body.data).toEqual([]);
  expect(await closeMonths(api.database, books, '2025-02')).toEqual(['2025-01', '2025-02']);
});

test('the worker closes the months that are over, of every tenant in real time, an hour after their end', async () => {
  const first = await booksOf([year]);
  const second = await booksOf([{ ...year, billed: '2025-02-10' }]);
  const clocked = await booksOf([year], '2025-06-01T00:00:00Z');
  const log = { info: () => undefined, warn: () => undefined };
  const at = (text: string) => closeWhatIsOver({ database: api.database, log }, Date.parse(text));
  const months = async ({ send }: typeof first) =>
    (await send('GET', '/revenue-closes')).body.data.map(({ month }: { month: string }) => month);
  await at('2025-03-01T00:59:59Z');
  expect(await Promise.all([first, second, clocked].map(months))).toEqual([['2025-01'], [], []]);
  await at('2025-03-01T01:00:00Z');
  expect(await Promise.all([first, second, clocked].map(months))).toEqual([['2025-02', '2025-01'], ['2025-02'], []]);
  expect(await at('2025-03-20T00:00:00Z')).toBe(0);
});
