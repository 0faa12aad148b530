/**
 * Work during which a worker is killed: how it is set up, set in motion, and what must stand afterwards.
 */
import type { Activities } from '../../../activities';
import { waitFor } from '../../../dev/stack/wait';
import {
  advance,
  arrived,
  beginAdvance,
  firstRenewal,
  newKey,
  paidSubscription,
  pastDueSubscription,
  readInvoices,
  readSubscription,
  settleMsMax,
  type Cast,
  type CastOptions,
  type SubscriptionView,
} from './cast';
import { insist } from './insist';
import { consolidatedKills } from './kill-consolidated';
import { moments, type Moment, type Path } from './kill-order';
import { atProvider, declinesAtProvider } from './provider-facts';

export interface KillScenario {
  readonly name: string;
  readonly activity: keyof Activities;
  readonly moments: readonly Moment[];
  /** Where there is only one: what no workflow of a subscription does has no fast path. */
  readonly paths?: readonly Path[];
  readonly cast?: CastOptions;
  /** Brings the subscription to where the work begins; its id. */
  prepare(cast: Cast): Promise<string>;
  /** Sets the work in motion, and settles once it is done. */
  work(cast: Cast, subscriptionId: string): Promise<unknown>;
  /** What must stand afterwards, besides what always must. */
  expect(cast: Cast, subscriptionId: string): Promise<void>;
}

const allMoments = Object.keys(moments) as Moment[];
/** Work that calls no provider has no answer of its own to wait for after Postgres' answer. */
const bookMoments: readonly Moment[] = ['asks', 'executed', 'recorded'];
export const middleOfMonth = '2026-01-16T12:00:00.000Z';
/** The network asks to wait 72 hours after a decline for want of money. */
const secondTry = '2026-02-04T00:00:00.000Z';

const idOf = async (subscription: Promise<SubscriptionView>): Promise<string> => (await subscription).id;

async function onlySubscription(cast: Cast): Promise<SubscriptionView> {
  const { data } = await cast.api.get<{ data: SubscriptionView[] }>('/subscriptions');
  expect(data).toHaveLength(1);
  return data[0] as SubscriptionView;
}

async function isSettled(cast: Cast): Promise<boolean> {
  const { status, collection } = await onlySubscription(cast);
  return status === 'active' && collection === null;
}

export const settled = (cast: Cast): Promise<boolean> =>
  waitFor('the invoice is paid', () => isSettled(cast), { timeoutMs: settleMsMax, intervalMs: 300 });

export const move = (to: string) => async (cast: Cast) => {
  beginAdvance(cast, to);
  await arrived(cast, to);
};

export async function expectInvoices(cast: Cast, expected: readonly (readonly [status: string, total: string])[]) {
  const invoices = await readInvoices(cast);
  expect(invoices.map(({ status, total }) => [status, total.amount])).toEqual(expected);
}

/** Every command leaves one entry, however often it was begun. */
export async function expectAudited({ api }: Cast, subscriptionId: string, action: string): Promise<void> {
  const { data } = await api.get<{ data: { action: string; subject_id: string }[] }>('/audit-log?limit=100');
  const entries = data.filter((entry) => entry.subject_id === subscriptionId && entry.action === action);
  expect(entries).toHaveLength(1);
}

const firstPayment: KillScenario = {
  name: 'the first payment',
  activity: 'collectPayment',
  moments: allMoments,
  prepare: () => Promise.resolve(''),
  work: async (cast) => {
    const body = { customer_id: cast.customerId, plan_id: cast.starterId, currency: 'USD' };
    await insist(cast.api, '/subscriptions', body);
    await settled(cast);
  },
  expect: (cast) => expectInvoices(cast, [['paid', '49.00']]),
};

async function expectRenewed(cast: Cast, id: string): Promise<void> {
  await expectInvoices(cast, [
    ['paid', '49.00'],
    ['paid', '49.00'],
  ]);
  const { status, current_period: period } = await readSubscription(cast, id);
  expect([status, period?.start, period?.end]).toEqual(['active', firstRenewal, '2026-03-01T00:00:00.000Z']);
}

const renewalPayment: KillScenario = {
  name: 'the payment of a renewal',
  activity: 'collectPayment',
  moments: allMoments,
  prepare: (cast) => idOf(paidSubscription(cast)),
  work: move(firstRenewal),
  expect: expectRenewed,
};

const renewalInvoice: KillScenario = {
  name: 'the invoice of a renewal',
  activity: 'issueInvoice',
  moments: bookMoments,
  prepare: (cast) => idOf(paidSubscription(cast)),
  work: move(firstRenewal),
  expect: expectRenewed,
};

const declinedAttempt: KillScenario = {
  name: 'a dunning attempt that is declined',
  activity: 'collectPayment',
  moments: allMoments,
  prepare: (cast) => idOf(pastDueSubscription(cast)),
  work: move(secondTry),
  expect: async (cast, id) => {
    const { status, collection } = await readSubscription(cast, id);
    expect([status, collection?.attempts]).toEqual(['past_due', 2]);
    // The bank is asked once per attempt: every further no counts against the card.
    expect(await declinesAtProvider(cast)).toBe(2);
  },
};

const planChange: KillScenario = {
  name: 'a change of plan with proration',
  activity: 'executeCommand',
  moments: bookMoments,
  prepare: async (cast) => {
    const { id } = await paidSubscription(cast);
    await advance(cast, middleOfMonth);
    return id;
  },
  work: async (cast, id) => {
    await insist(cast.api, `/subscriptions/${id}/change-plan`, { plan_id: cast.proId });
    await settled(cast);
  },
  expect: async (cast, id) => {
    // Half of the month is left: 99.50 for Pro less 24.50 for Starter.
    await expectInvoices(cast, [
      ['paid', '49.00'],
      ['paid', '75.00'],
    ]);
    expect((await readSubscription(cast, id)).plan_id).toBe(cast.proId);
    await expectAudited(cast, id, 'changePlan');
  },
};

const cancelWithCredit: KillScenario = {
  name: 'a cancellation with credit',
  activity: 'executeCommand',
  moments: bookMoments,
  prepare: planChange.prepare,
  work: (cast, id) => insist(cast.api, `/subscriptions/${id}/cancel`, { credit: true }),
  expect: async (cast, id) => {
    expect((await readSubscription(cast, id)).status).toBe('canceled');
    const { balances } = await cast.api.get<{ balances: object[] }>(`/customers/${cast.customerId}/balance`);
    expect(balances).toEqual([{ amount: '24.50', currency: 'USD' }]);
    await expectAudited(cast, id, 'cancel');
  },
};

const voidedInvoice: KillScenario = {
  name: 'the voiding of an unpaid invoice',
  activity: 'executeCommand',
  moments: ['asks', 'executed', 'answered', 'recorded'],
  prepare: (cast) => idOf(pastDueSubscription(cast)),
  work: async (cast, id) => {
    const { collection } = await readSubscription(cast, id);
    await insist(cast.api, `/invoices/${collection?.invoice_id ?? ''}/void`);
    await settled(cast);
  },
  expect: async (cast) => {
    await expectInvoices(cast, [
      ['paid', '49.00'],
      ['void', '49.00'],
    ]);
    expect((await atProvider(cast, 'payment_intents')).map(({ status }) => status).sort()).toEqual([
      'canceled',
      'succeeded',
    ]);
  },
};

const endOfDunning: KillScenario = {
  name: 'the end of dunning',
  activity: 'endDunning',
  moments: ['executed', 'recorded'],
  cast: { tenant: { dunning_policy: { steps_days: [1], end: 'cancel' } } },
  prepare: (cast) => idOf(pastDueSubscription(cast)),
  work: move(secondTry),
  expect: async (cast, id) => {
    expect((await readSubscription(cast, id)).status).toBe('canceled');
    await expectInvoices(cast, [
      ['paid', '49.00'],
      ['uncollectible', '49.00'],
    ]);
    expect(await declinesAtProvider(cast)).toBe(2);
  },
};

const refund: KillScenario = {
  name: 'a refund',
  activity: 'refundPayment',
  moments: allMoments,
  prepare: (cast) => idOf(paidSubscription(cast)),
  work: async (cast) => {
    const { data } = await cast.api.get<{ data: { id: string }[] }>('/payments');
    const amount = { amount: '10.00', currency: 'USD' };
    const { body } = await insist(cast.api, '/refunds', { payment_id: data[0]?.id, amount }, newKey());
    await waitFor(
      'the refund succeeds',
      async () => (await cast.api.get<{ status: string }>(`/refunds/${body.id}`)).status === 'succeeded',
      { timeoutMs: settleMsMax, intervalMs: 300 },
    );
  },
  expect: async (cast) => {
    const refunds = await atProvider(cast, 'refunds');
    expect(refunds.map(({ status, amount }) => [status, amount])).toEqual([['succeeded', 1_000]]);
  },
};

const topUp: KillScenario = {
  name: 'a top-up of a wallet',
  activity: 'collectTopUp',
  moments: allMoments,
  prepare: (cast) => idOf(paidSubscription(cast)),
  work: async (cast) => {
    const { customerId: customer_id } = cast;
    const wallet = await cast.api.post<{ id: string }>('/wallets', { customer_id, currency: 'USD' });
    const { body } = await insist(cast.api, `/wallets/${wallet.id}/top-ups`, { amount: '25.00' }, newKey());
    await waitFor(
      'the top-up succeeds',
      async () => (await cast.api.get<{ status: string }>(`/top-ups/${body.id}`)).status === 'succeeded',
      { timeoutMs: settleMsMax, intervalMs: 300 },
    );
  },
  expect: async (cast) => {
    type Page = { data: { balance: { paid: string } }[] };
    const { data } = await cast.api.get<Page>(`/wallets?customer_id=${cast.customerId}`);
    expect(data.map(({ balance }) => balance.paid)).toEqual(['25']);
    await expectInvoices(cast, [
      ['paid', '49.00'],
      ['paid', '25.00'],
    ]);
  },
};

/** The table: one line per kind of work. */
export const killScenarios: readonly KillScenario[] = [
  firstPayment,
  renewalPayment,
  renewalInvoice,
  declinedAttempt,
  planChange,
  cancelWithCredit,
  voidedInvoice,
  endOfDunning,
  refund,
  topUp,
  ...consolidatedKills,
];
