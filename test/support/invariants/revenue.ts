/** The reports of revenue against the accounts: the waterfall and the schedule tie to what stands deferred. */
import { add, compare, negate, zero, type Money } from '../../../domain/money';
import type { Scene } from '../scenario';

interface Waterfall {
  readonly data: readonly ({ readonly stream: string; readonly closing: Money } & Readonly<
    Record<'opening' | 'billed' | 'recognized' | 'adjustments', Money>
  >)[];
}

interface Schedule {
  readonly data: readonly { readonly stream: string; readonly amount: Money }[];
}

interface Books {
  readonly accounts: readonly { readonly account: string; readonly balance: Money }[];
}

const deferred = 'deferred:';

const keyOf = (stream: string, { currency }: Money): string => `${stream} ${currency}`;

/** Sums by stream and currency; what is nothing is left out. */
function sums(rows: readonly (readonly [stream: string, amount: Money])[]): Map<string, Money> {
  const found = new Map<string, Money>();
  for (const [stream, amount] of rows) {
    const key = keyOf(stream, amount);
    found.set(key, add(found.get(key) ?? zero(amount.currency), amount));
  }
  return new Map([...found].filter(([, amount]) => compare(amount, zero(amount.currency)) !== 0));
}

const text = (list: Map<string, Money>): string =>
  [...list]
    .map(([key, { amount }]) => `${key} ${amount}`)
    .sort()
    .join(', ');

/** Whether all customers live on the clock; others live in real time, and a report without a clock tells of them. */
async function livesOnClock({ api, clockId }: Pick<Scene, 'api' | 'clockId'>): Promise<boolean> {
  const { data } = await api.get<{ data: readonly { test_clock_id: string | null }[] }>('/customers?limit=100');
  return data.every((customer) => customer.test_clock_id === clockId);
}

/** What the reports say and the accounts do not. All customers of the scene live on its clock or in real time. */
export async function brokenRevenue(scene: Pick<Scene, 'api' | 'clockId'>): Promise<string[]> {
  const { api, clockId } = scene;
  const { now } = await api.get<{ now: string }>(`/test-clocks/${clockId}`);
  const onClock = await livesOnClock(scene);
  const newest = onClock ? now : [now, new Date().toISOString()].sort().at(-1)!;
  const month = newest.slice(0, 7);
  const scheduleOf = (query: string) => api.get<Schedule>(`/ledger/revenue-schedule${query}`);
  const [waterfall, schedule, inRealTime, books] = await Promise.all([
    api.get<Waterfall>(`/ledger/revenue-waterfall?from=${month}&to=${month}`),
    scheduleOf(`?test_clock_id=${clockId}`),
    onClock ? null : scheduleOf(''),
    api.get<Books>('/ledger/trial-balance'),
  ]);
  const onAccounts = text(
    sums(
      books.accounts
        .filter(({ account }) => account.startsWith(deferred))
        .map(({ account, balance }) => [account.slice(deferred.length), negate(balance)]),
    ),
  );
  const closing = text(sums(waterfall.data.map((row) => [row.stream, row.closing])));
  const promised = [...schedule.data, ...(inRealTime?.data ?? [])];
  const released = text(sums(promised.map(({ stream, amount }) => [stream, amount])));
  return [
    ...(closing === onAccounts
      ? []
      : [`the waterfall closes with what stands deferred: ${closing}, not ${onAccounts}`]),
    ...(released === onAccounts ? [] : [`the schedule releases what stands deferred: ${released}, not ${onAccounts}`]),
  ];
}
