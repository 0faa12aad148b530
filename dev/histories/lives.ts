/** The lives whose histories are recorded: together they take every way through the workflows' code. */
import { waitFor } from '../stack/wait';
import type { Stage } from './stage';

type Life = (stage: Stage) => Promise<void>;

/** A run makes place for a new one after about ten of these. */
const everyTwoSeconds = { interval: { unit: 'second', count: 2 } };

/** Real timers, until a run has continued as a new one and that one has billed. */
const renewals: Life = async (stage) => {
  const plan = await stage.plan('5.00', everyTwoSeconds);
  const id = await stage.subscribe(await stage.customer(null, 'pm_card_visa'), plan);
  const periods = 16;
  await stage.until(id, 'it has renewed often', (now) => {
    const { current_period: period } = now as unknown as { current_period: { index: number } | null };
    return period !== null && period.index >= periods;
  });
  await stage.signal(id, 'cancel');
  await stage.until(id, 'it is canceled', ({ status }) => status === 'canceled');
};

const trial: Life = async (stage) => {
  const clock = await stage.clock('2026-01-17T00:00:00.000Z');
  const customer = await stage.customer(clock, 'pm_card_visa');
  const plan = await stage.plan('49.00', { trial: { days: 14 } });
  const id = await stage.subscribe(customer, plan);
  await stage.advance(clock, '2026-02-28T00:00:00.000Z');
  await stage.command(id, 'cancel', { at_period_end: true });
  await stage.command(id, 'uncancel');
  await stage.signal(id, 'cancel', { atPeriodEnd: true });
  await stage.until(id, 'the signal is heard', ({ cancel_at: at }) => at !== null);
  await stage.advance(clock, '2026-04-01T00:00:00.000Z');
};

const recovery: Life = async (stage) => {
  const clock = await stage.clock('2026-01-31T00:00:00.000Z');
  const customer = await stage.customer(clock, 'pm_card_chargeCustomerFail');
  const id = await stage.subscribe(customer, await stage.plan('49.00'));
  await stage.advance(clock, '2026-02-02T00:00:00.000Z');
  await stage.command(id, 'retry-payment');
  await stage.card(customer, 'pm_card_visa');
  await stage.until(id, 'the new card has paid', ({ status }) => status === 'active');
  await stage.advance(clock, '2026-03-01T00:00:00.000Z');
};

const dunningEnds: Life = async (stage) => {
  const clock = await stage.clock('2026-01-31T00:00:00.000Z');
  const customer = await stage.customer(clock, 'pm_card_chargeCustomerFail');
  await stage.subscribe(customer, await stage.plan('49.00'));
  await stage.advance(clock, '2026-02-20T00:00:00.000Z');
};

const changes: Life = async (stage) => {
  const clock = await stage.clock('2026-01-31T00:00:00.000Z');
  const customer = await stage.customer(clock, 'pm_card_visa');
  const small = await stage.plan('49.00');
  const large = await stage.plan('199.00');
  const id = await stage.subscribe(customer, small);
  await stage.advance(clock, '2026-02-14T00:00:00.000Z');
  await stage.command(id, 'change-plan', { plan_id: large });
  await stage.signal(id, 'changeQuantity', { quantity: 3 });
  await stage.signal(id, 'resume');
  await stage.signal(id, 'changePlan', { planId: small, atPeriodEnd: true });
  await stage.command(id, 'update-payment-method');
  await stage.advance(clock, '2026-03-05T00:00:00.000Z');
  await stage.command(id, 'cancel', { credit: true });
};

const pause: Life = async (stage) => {
  const clock = await stage.clock('2026-01-31T00:00:00.000Z');
  const customer = await stage.customer(clock, 'pm_card_visa');
  const id = await stage.subscribe(customer, await stage.plan('49.00'));
  await stage.command(id, 'pause', { resume_at: '2026-03-10T00:00:00.000Z' });
  await stage.advance(clock, '2026-03-12T00:00:00.000Z');
  await stage.command(id, 'pause', { mode: 'shift_schedule' });
  await stage.advance(clock, '2026-03-20T00:00:00.000Z');
  await stage.command(id, 'resume');
};

/** The first payment waits for the customer until it is too late. */
const incomplete: Life = async (stage) => {
  const clock = await stage.clock('2026-01-31T00:00:00.000Z');
  const customer = await stage.customer(clock, 'pm_card_authenticationRequired');
  await stage.subscribe(customer, await stage.plan('49.00'), { payment_gated: true });
  await stage.advance(clock, '2026-02-10T00:00:00.000Z');
};

/** The provider fails, so that the ordinary activities take over from the local ones. */
const outage: Life = async (stage) => {
  const clock = await stage.clock('2026-01-31T00:00:00.000Z');
  const customer = await stage.customer(clock, 'pm_card_visa');
  const plan = await stage.plan('49.00');
  await stage.provider.fault({ method: 'POST', path: '/v1/payment_intents', kind: 'error_500', count: 3 });
  const id = await stage.subscribe(customer, plan);
  await stage.until(id, 'the outage is over', ({ status, collection }) => status === 'active' && collection === null);
  await stage.provider.clearFaults();
};

interface Paid {
  readonly paymentId: string;
  readonly invoiceId: string;
}

async function paidOnce(stage: Stage): Promise<Paid> {
  const customer = await stage.customer(null, 'pm_card_visa');
  const id = await stage.subscribe(customer, await stage.plan('49.00'));
  type Page = { data: readonly { id: string }[] };
  const [invoice] = (await stage.api.get<Page>(`/invoices?subscription_id=${id}`)).data;
  const [payment] = (await stage.api.get<Page>(`/payments?invoice_id=${invoice?.id}`)).data;
  return { paymentId: payment?.id ?? '', invoiceId: invoice?.id ?? '' };
}

const refund: Life = async (stage) => {
  const { paymentId } = await paidOnce(stage);
  await stage.api.post('/refunds', { payment_id: paymentId, amount: { amount: '10.00', currency: 'USD' } });
};

const topUp: Life = async (stage) => {
  const customer = await stage.customer(null, 'pm_card_visa');
  const wallet = await stage.api.post<{ id: string }>('/wallets', { customer_id: customer, currency: 'USD' });
  await stage.api.post(`/wallets/${wallet.id}/top-ups`, { amount: '25.00' });
};

/** Moved by pages, with a pause in between; a second one is canceled. */
const planMigration: Life = async (stage) => {
  const customer = await stage.customer(null, 'pm_card_visa');
  const plan = await stage.plan('49.00');
  for (let made = 0; made < 7; made++) await stage.subscribe(customer, plan);
  const path = '/plan-migrations';
  const order = { plan_id: plan, to_plan_id: await stage.plan('59.00'), per_second: 1 };
  type Migration = { readonly id: string; readonly status: string };
  const { id } = await stage.api.post<Migration>(path, { ...order, when: 'at_period_end' });
  await stage.api.post(`${path}/${id}/pause`);
  await stage.api.post(`${path}/${id}/resume`);
  const done = async () => (await stage.api.get<Migration>(`${path}/${id}`)).status === 'completed';
  await waitFor('the migration is completed', done, { timeoutMs: 60_000 });
  const now = await stage.api.post<Migration>(path, { ...order, when: 'now' });
  await stage.api.post(`${path}/${now.id}/cancel`);
};

/** A chargeback waits for its decision, and is won. */
const dispute: Life = async (stage) => {
  const { paymentId, invoiceId } = await paidOnce(stage);
  const [charge] = (await stage.provider.charges(invoiceId))[invoiceId] ?? [];
  const { id } = await stage.provider.dispute({ charge: charge?.id ?? '' });
  const is = (status: string) =>
    waitFor(`the dispute is ${status}`, async () => {
      type Page = { data: readonly { status: string }[] };
      return (await stage.api.get<Page>(`/disputes?payment_id=${paymentId}`)).data[0]?.status === status;
    });
  await is('needs_response');
  await stage.provider.decideDispute(id, 'won');
  await is('won');
};

/** Canceled by Temporal's own means while it owes, so that it goes on after the request: with a timer, a command and a try. */
const cancellation: Life = async (stage) => {
  const customer = await stage.customer(null, 'pm_card_chargeCustomerFail');
  const id = await stage.subscribe(customer, await stage.plan('49.00'));
  await stage.requestCancellation(id);
  await stage.until(id, 'it is canceled', ({ status }) => status === 'canceled');
  await stage.card(customer, 'pm_card_visa');
  await stage.until(id, 'the debt is paid', ({ collection }) => collection === null);
};

/** Three subscriptions on one invoice: paid, declined, reduced by a credit of one of them, recovered, and given up. */
const consolidated: Life = async (stage) => {
  const clock = await stage.clock('2026-01-31T00:00:00.000Z');
  const customer = await stage.customer(clock, 'pm_card_visa');
  await stage.api.patch(`/customers/${customer}`, { consolidate_invoices: true });
  const lead = await stage.subscribe(customer, await stage.plan('30.00'));
  const second = await stage.subscribe(customer, await stage.plan('20.00'));
  const third = await stage.subscribe(customer, await stage.plan('10.00'));
  await stage.advance(clock, '2026-02-28T00:00:00.000Z');
  await stage.card(customer, 'pm_card_chargeCustomerFail');
  await stage.advance(clock, '2026-03-31T00:00:00.000Z');
  await stage.command(second, 'cancel', { credit: true });
  await stage.card(customer, 'pm_card_visa');
  await stage.until(lead, 'the new card has paid', ({ status }) => status === 'active');
  await stage.until(third, 'it hears of it', ({ status }) => status === 'active');
  await stage.card(customer, 'pm_card_chargeCustomerFail');
  await stage.advance(clock, '2026-05-20T00:00:00.000Z');
  await stage.until(third, 'it ends with the other', ({ status }) => status === 'canceled');
};

/** By the name of the recorded files. */
export const lives: Readonly<Record<string, Life>> = {
  renewals,
  trial,
  recovery,
  'dunning-ends': dunningEnds,
  changes,
  pause,
  incomplete,
  outage,
  refund,
  'top-up': topUp,
  'plan-migration': planMigration,
  cancellation,
  dispute,
  consolidated,
};
