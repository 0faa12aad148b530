/**
 * Work on a subscription that has everything, during which a worker is killed. From 1 January: 49.00 a month and 0.10 a call in arrears,
 * 10 % off for two periods, 19 % tax on top, and a wallet.
 */
import { waitFor } from '../../../dev/stack/wait';
import {
  advance,
  arrived,
  declineCard,
  firstRenewal,
  newKey,
  readInvoices,
  readSubscription,
  settleMsMax,
  type Cast,
} from './cast';
import { insist } from './insist';
import { expectAudited, expectInvoices, middleOfMonth, move, settled, type KillScenario } from './kill-scenarios';
import { atProvider, declinesAtProvider } from './provider-facts';

interface Identified {
  readonly id: string;
}

/** 49.00 less 10 % is 44.10; with 8.38 of tax 52.48. */
const firstTotal = '52.48';
/** 49.00 and 300 calls are 79.00, less 10 % 71.10; with 13.51 of tax 84.61. */
const renewalTotal = '84.61';
const secondRenewal = '2026-03-01T00:00:00.000Z';

const calls = { model: 'per_unit', amounts: { USD: '0.10' }, meter: 'calls', description: 'Calls' };
const planOf = (amount: string) => ({
  interval: { unit: 'month', count: 1 },
  prices: [{ model: 'flat', amounts: { USD: amount }, description: 'Base' }, calls],
});

async function makeMeteredPlan({ api }: Cast): Promise<string> {
  const meter = { code: 'calls', name: 'Calls', event_type: 'call', aggregation: 'sum', value_property: 'n' };
  await api.post('/meters', meter);
  const product = await api.post<Identified>('/products', { name: 'Metered' });
  const body = { product_id: product.id, code: 'metered', name: 'Metered', ...planOf('49.00') };
  return (await api.post<Identified>('/plans', body)).id;
}

async function makeTax({ api, customerId }: Cast): Promise<void> {
  const registrations = [{ country: 'DE', from: '2020-01-01' }];
  const seller = { country: 'DE', registrations, union_scheme: false };
  await api.patch('/tax-settings', { seller, prices: 'exclusive', rounding: 'per_rate', evidence: 'one' });
  await api.patch(`/customers/${customerId}/billing-details`, {
    address: { country: 'DE', line1: 'Hauptstraße 5' },
    tax_numbers: null,
  });
}

const makeCoupon = ({ api }: Cast): Promise<Identified> =>
  api.post('/coupons', { name: 'Tenth', percent: '10', duration: 'periods', periods: 2, redemptions_max: 1 });

const use = ({ api, customerId }: Cast, quantity: string, time: string): Promise<unknown> =>
  api.post('/usage-events', {
    events: [{ id: `used-${time}`, type: 'call', customer_id: customerId, time, properties: { n: quantity } }],
  });

/** The first month is paid, and 300 calls were made in it; the subscription's id. */
async function subscribed(cast: Cast): Promise<string> {
  await makeTax(cast);
  const plan = await makeMeteredPlan(cast);
  const coupon = await makeCoupon(cast);
  const body = { customer_id: cast.customerId, plan_id: plan, currency: 'USD', coupons: [{ coupon_id: coupon.id }] };
  const { id } = await cast.api.post<Identified>('/subscriptions', body, newKey());
  await settled(cast);
  await use(cast, '300', '2026-01-10T00:00:00.000Z');
  return id;
}

async function withWallet(cast: Cast, automatic: object | null): Promise<string> {
  const body = { customer_id: cast.customerId, currency: 'USD' };
  const wallet = await cast.api.post<Identified>('/wallets', body);
  if (automatic !== null) await cast.api.patch(`/wallets/${wallet.id}`, { top_up_rules: { automatic } });
  return wallet.id;
}

async function withCredits(cast: Cast): Promise<string> {
  const id = await subscribed(cast);
  const wallet = await withWallet(cast, null);
  await insist(cast.api, `/wallets/${wallet}/top-ups`, { amount: '30.00' });
  return id;
}

interface Wallet extends Identified {
  readonly balance: { readonly total: string };
  readonly automatic_top_up: string;
}

async function onlyWallet({ api, customerId }: Cast): Promise<Wallet> {
  const { data } = await api.get<{ data: Wallet[] }>(`/wallets?customer_id=${customerId}`);
  expect(data).toHaveLength(1);
  return data[0] as Wallet;
}

async function expectMovements(cast: Cast, expected: readonly string[]): Promise<void> {
  const { id } = await onlyWallet(cast);
  const { data } = await cast.api.get<{ data: { kind: string; amount: string }[] }>(`/wallets/${id}/movements`);
  expect([...data].reverse().map(({ kind, amount }) => `${kind} ${amount}`)).toEqual(expected);
}

async function expectUsageBilledOnce({ api, customerId }: Cast): Promise<void> {
  const { data } = await api.get<{ data: { state: string }[] }>(`/usage-events?customer_id=${customerId}`);
  expect(data.map(({ state }) => state)).toEqual(['billed']);
  const { data: invoices } = await api.get<{ data: { status: string; lines: { kind: string; amount: object }[] }[] }>(
    '/invoices?expand[]=lines&limit=100',
  );
  const lines = invoices.flatMap(({ status, lines: all }) => (status === 'void' ? [] : all));
  const used = lines.filter(({ kind, amount }) => kind === 'usage' && !JSON.stringify(amount).includes('"0.00"'));
  expect(used.map(({ amount }) => amount)).toEqual([{ amount: '30.00', currency: 'USD' }]);
}

/** A document is made of what stands, and says its number. */
async function expectDocument({ api }: Cast, id: string, number: string): Promise<void> {
  const { headers } = await api.download(`/invoices/${id}/pdf`);
  expect(headers.get('content-disposition')).toContain(number);
}

/** In March the coupon has run out, and nothing is left in the wallet: 49.00 and its tax. */
async function expectRenewed(cast: Cast): Promise<void> {
  const paid = ['paid', firstTotal] as const;
  await expectInvoices(cast, [paid, ['paid', '30.00'], ['paid', renewalTotal]]);
  const [, , renewal] = await readInvoices(cast);
  expect(renewal?.amount_due.amount).toBe('54.61');
  await expectMovements(cast, ['granted 30', 'drawn -30']);
  await expectUsageBilledOnce(cast);
  await expectDocument(cast, renewal?.id ?? '', renewal?.number ?? '');
  await advance(cast, secondRenewal);
  await expectInvoices(cast, [paid, ['paid', '30.00'], ['paid', renewalTotal], ['paid', '58.31']]);
}

const richInvoice: KillScenario = {
  name: 'an invoice with usage, coupon, tax and wallet',
  activity: 'issueInvoice',
  moments: ['executed', 'recorded'],
  prepare: withCredits,
  work: move(firstRenewal),
  expect: expectRenewed,
};

const richPayment: KillScenario = {
  name: 'the payment of what a wallet left',
  activity: 'collectPayment',
  moments: ['executed', 'answered'],
  prepare: withCredits,
  work: move(firstRenewal),
  expect: expectRenewed,
};

const topUpStatus = async ({ api }: Cast, walletId: string): Promise<string[]> => {
  const { data } = await api.get<{ data: { status: string; automatic: boolean }[] }>(`/wallets/${walletId}/top-ups`);
  return data.map(({ status, automatic }) => `${status} ${automatic}`);
};

/** A clock whose lost workflow has not been noticed yet refuses another move; it is asked again. */
async function insistOnAdvance(cast: Cast, to: string): Promise<void> {
  const isAccepted = async (): Promise<boolean> =>
    (await cast.api.send('POST', `/test-clocks/${cast.clockId}/advance`, { to })).status < 300;
  await waitFor('the clock accepts the move', isAccepted, { timeoutMs: settleMsMax, intervalMs: 500 });
  await arrived(cast, to);
}

const automatic = { threshold: '20.00', amount: '60.00' };

/** A clock begins and collects automatic top-ups itself. */
const automaticTopUp: KillScenario = {
  name: 'an automatic top-up',
  activity: 'advanceTestClock',
  moments: ['asks', 'executed', 'answered', 'recorded'],
  paths: ['ordinary'],
  prepare: async (cast) => {
    await subscribed(cast);
    return withWallet(cast, automatic);
  },
  work: move(middleOfMonth),
  expect: async (cast, walletId) => {
    expect(await topUpStatus(cast, walletId)).toEqual(['succeeded true']);
    expect((await onlyWallet(cast)).balance.total).toBe('60');
    await expectMovements(cast, ['granted 60']);
    const before = [['paid', firstTotal] as const, ['paid', '60.00'] as const];
    await expectInvoices(cast, before);
    // The renewal uses it up, so the next one begins: once, too.
    await insistOnAdvance(cast, '2026-02-02T00:00:00.000Z');
    await expectMovements(cast, ['granted 60', 'drawn -60', 'granted 60']);
    await expectInvoices(cast, [...before, ['paid', renewalTotal], ['paid', '60.00']]);
  },
};

const declinedTopUp: KillScenario = {
  name: 'an automatic top-up that is declined',
  activity: 'advanceTestClock',
  moments: ['executed', 'answered', 'recorded'],
  paths: ['ordinary'],
  prepare: async (cast) => {
    await subscribed(cast);
    await declineCard(cast);
    return withWallet(cast, automatic);
  },
  work: move(middleOfMonth),
  expect: async (cast, walletId) => {
    expect(await topUpStatus(cast, walletId)).toEqual(['failed true']);
    const { balance, automatic_top_up: standing } = await onlyWallet(cast);
    expect([balance.total, standing]).toEqual(['0', 'halted']);
    await expectInvoices(cast, [
      ['paid', firstTotal],
      ['void', '60.00'],
    ]);
    expect(await declinesAtProvider(cast)).toBe(1);
  },
};

interface Note {
  readonly gross: { readonly amount: string };
  readonly reduced: { readonly amount: string };
  readonly refunded: { readonly amount: string };
}

async function onlyNote({ api }: Cast): Promise<string[]> {
  const { data } = await api.get<{ data: Note[] }>('/credit-notes');
  return data.map(({ gross, reduced, refunded }) => `${gross.amount} ${reduced.amount} ${refunded.amount}`);
}

async function credit(cast: Cast, invoiceId: string): Promise<void> {
  const body = { reason: 'outage', amount: '10.00', rest: 'refund' };
  const answer = await insist(cast.api, `/invoices/${invoiceId}/credit-notes`, body);
  expect([answer.status, answer.body.code]).toEqual([201, undefined]);
}

const refundedNote: KillScenario = {
  name: 'the refund of a credit note',
  activity: 'refundPayment',
  moments: ['executed', 'recorded'],
  prepare: subscribed,
  work: async (cast) => {
    const [first] = await readInvoices(cast);
    await credit(cast, first?.id ?? '');
    const isRefunded = async () => (await atProvider(cast, 'refunds')).length === 1;
    await waitFor('it is refunded', isRefunded, { timeoutMs: settleMsMax, intervalMs: 300 });
  },
  expect: async (cast) => {
    type Refunds = { data: { status: string; amount: { amount: string } }[] };
    const told = async (): Promise<boolean> =>
      (await cast.api.get<Refunds>('/refunds')).data.every(({ status }) => status === 'succeeded');
    await waitFor('the refund is told', told, { timeoutMs: settleMsMax, intervalMs: 300 });
    expect(await onlyNote(cast)).toEqual(['10.00 0.00 10.00']);
    expect((await atProvider(cast, 'refunds')).map(({ amount }) => amount)).toEqual([1_000]);
  },
};

const reducingNote: KillScenario = {
  name: 'a credit note on an open invoice',
  activity: 'executeCommand',
  moments: ['executed', 'recorded'],
  prepare: async (cast) => {
    const id = await subscribed(cast);
    await declineCard(cast);
    await advance(cast, firstRenewal);
    return id;
  },
  work: async (cast, id) => {
    const { collection } = await readSubscription(cast, id);
    await credit(cast, collection?.invoice_id ?? '');
  },
  expect: async (cast) => {
    expect(await onlyNote(cast)).toEqual(['10.00 10.00 0.00']);
    const [, renewal] = await readInvoices(cast);
    expect([renewal?.status, renewal?.total.amount, renewal?.amount_due.amount]).toEqual([
      'open',
      renewalTotal,
      '74.61',
    ]);
    await expectUsageBilledOnce(cast);
  },
};

interface Migration extends Identified {
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
}

async function migrate(cast: Cast, subscriptionId: string): Promise<void> {
  const { plan_id: plan } = await readSubscription(cast, subscriptionId);
  const { body } = await insist(cast.api, '/plan-migrations', { plan_id: plan, when: 'now', per_second: 50 });
  const read = () => cast.api.get<Migration>(`/plan-migrations/${body.id}`);
  const isOver = async () => (await read()).status === 'completed';
  await waitFor('the migration is completed', isOver, { timeoutMs: settleMsMax, intervalMs: 300 });
  expect((await read()).counts).toMatchObject({ selected: 1, migrated: 1 });
  await settled(cast);
}

const migration: KillScenario = {
  name: 'the change of a plan migration that bills usage',
  activity: 'executeCommand',
  moments: ['executed', 'recorded'],
  prepare: async (cast) => {
    const id = await subscribed(cast);
    const { plan_id: plan } = await readSubscription(cast, id);
    await cast.api.post(`/plans/${plan}/versions`, planOf('59.00'));
    await advance(cast, middleOfMonth);
    return id;
  },
  work: migrate,
  expect: async (cast, id) => {
    // Half of the month is left: 29.50 less 24.50, and 300 calls; less 10 %, and 19 %.
    await expectInvoices(cast, [
      ['paid', firstTotal],
      ['paid', '37.48'],
    ]);
    await expectUsageBilledOnce(cast);
    await expectAudited(cast, id, 'changePlan');
  },
};

/** The table: one line per kind of work. */
export const meteredKillScenarios: readonly KillScenario[] = [
  richInvoice,
  richPayment,
  automaticTopUp,
  declinedTopUp,
  refundedNote,
  reducingNote,
  migration,
];
