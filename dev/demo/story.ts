/**
 * A subscription's whole life as a dated story: every step is asserted, and says what it cost.
 */
import {
  advance,
  attachCard,
  countInvoices,
  expectThat,
  newestInvoice,
  readSubscription,
  sayBooks,
  sayLines,
  show,
  signal,
  step,
  until,
  type MoneyAnswer,
  type World,
} from './world';
import { confirmThreeDSecure, declineForFunds } from './customer';

interface Cast {
  readonly clockId: string;
  readonly customerId: string;
  readonly starter: string;
  readonly pro: string;
  readonly subscriptionId: string;
}

const flat = (amount: string, description: string) => ({ model: 'flat', amounts: { USD: amount }, description });

async function setTheStage(world: World): Promise<Omit<Cast, 'subscriptionId'>> {
  const { api } = world;
  const product = await api.post<{ id: string }>('/products', { name: 'Acme Cloud' });
  const plan = (code: string, name: string, body: object) =>
    api.post<{ id: string }>('/plans', {
      product_id: product.id,
      code,
      name,
      interval: { unit: 'month', count: 1 },
      ...body,
    });
  const starter = await plan('starter', 'Starter monthly', {
    prices: [flat('49.00', 'Starter'), { ...flat('10.00', 'Set-up fee'), kind: 'one_off' }],
    trial: { days: 14, payment_method_required: true },
  });
  const pro = await plan('pro', 'Pro monthly', { prices: [flat('199.00', 'Pro')] });
  const clock = await api.post<{ id: string }>('/test-clocks', { name: 'demo', now: '2026-01-17T00:00:00.000Z' });
  const customer = await api.post<{ id: string }>('/customers', {
    name: 'Ada',
    email: 'ada@example.com',
    test_clock_id: clock.id,
  });
  await attachCard(world, customer.id, 'pm_card_visa');
  return { clockId: clock.id, customerId: customer.id, starter: starter.id, pro: pro.id };
}

async function trialAndFirstInvoice(world: World, cast: Omit<Cast, 'subscriptionId'>): Promise<Cast> {
  const created = await world.api.post<{ id: string; status: string; trial_end: string }>('/subscriptions', {
    customer_id: cast.customerId,
    plan_id: cast.starter,
    currency: 'USD',
  });
  expectThat('a trial begins', created.status, 'trialing');
  step(world, '2026-01-17', `Ada starts a trial of 14 days of Starter; it ends ${created.trial_end}.`);
  await advance(world, cast.clockId, '2026-01-31T00:00:00.000Z');
  const invoice = await newestInvoice(world, created.id);
  expectThat('the first invoice', [invoice.status, invoice.total.amount], ['paid', '59.00']);
  step(
    world,
    '2026-01-31',
    `The trial ends: ${invoice.number}, ${show(invoice.total)} (49.00 Starter + 10.00 set-up), paid by card.`,
  );
  return { ...cast, subscriptionId: created.id };
}

async function monthEnd(world: World, { clockId, subscriptionId }: Cast): Promise<void> {
  await advance(world, clockId, '2026-02-28T00:00:00.000Z');
  const { current_period: period } = await readSubscription(world, subscriptionId);
  expectThat('a month from the 31st', period?.end, '2026-03-31T00:00:00.000Z');
  const invoice = await newestInvoice(world, subscriptionId);
  expectThat('the renewal', [invoice.status, invoice.total.amount], ['paid', '49.00']);
  step(world, '2026-02-28', `Renewed for ${show(invoice.total)}: from the 31st to 28 February, and back to 31 March.`);
}

async function upgrade(world: World, { clockId, subscriptionId, pro }: Cast): Promise<void> {
  const at = '2026-03-15T12:00:00.000Z';
  await advance(world, clockId, at);
  const preview = await world.api.post<{ total: MoneyAnswer }>(`/subscriptions/${subscriptionId}/preview-change`, {
    plan_id: pro,
  });
  await world.api.post(`/subscriptions/${subscriptionId}/change-plan`, { plan_id: pro, at });
  const invoice = await newestInvoice(world, subscriptionId);
  expectThat('the preview is the invoice', preview.total, invoice.total);
  const amounts = (invoice.lines ?? []).map((line) => line.amount.amount);
  expectThat('credit and charge for half a period', amounts, ['-24.50', '99.50']);
  expectThat('the upgrade is paid', [invoice.status, invoice.total.amount], ['paid', '75.00']);
  step(world, '2026-03-15', `Upgrade to Pro in mid-period: ${invoice.number}, ${show(invoice.total)}:`);
  sayLines(world, invoice);
}

async function declineAndRecovery(world: World, { clockId, customerId, subscriptionId }: Cast): Promise<void> {
  await declineForFunds(world, customerId);
  await advance(world, clockId, '2026-03-31T00:00:00.000Z');
  const declined = await readSubscription(world, subscriptionId);
  expectThat('a decline', [declined.status, declined.collection?.attempts], ['past_due', 1]);
  step(
    world,
    '2026-03-31',
    'The renewal of 199.00 USD is declined for insufficient funds; the network asks to wait 72 hours.',
  );
  await advance(world, clockId, '2026-04-03T00:00:00.000Z');
  const again = await readSubscription(world, subscriptionId);
  expectThat('the second dunning step', [again.status, again.collection?.attempts], ['past_due', 2]);
  step(world, '2026-04-03', 'The dunning step after that wait: declined again, next try on 7 April.');
  await attachCard(world, customerId, 'pm_card_mastercard');
  const recovered = await until(
    'recovery',
    () => readSubscription(world, subscriptionId),
    ({ status }) => status === 'active',
  );
  expectThat('nothing is owed', recovered.collection, null);
  const invoice = await newestInvoice(world, subscriptionId);
  expectThat('paid with the new card', [invoice.status, invoice.total.amount], ['paid', '199.00']);
  step(world, '2026-04-03', `Ada gives a new card: ${invoice.number}, ${show(invoice.total)}, is paid at once.`);
}

async function threeDSecure(world: World, { clockId, customerId, subscriptionId }: Cast): Promise<void> {
  await attachCard(world, customerId, 'pm_card_authenticationRequired');
  await advance(world, clockId, '2026-04-30T00:00:00.000Z');
  const asked = await readSubscription(world, subscriptionId);
  expectThat('the bank asks', [asked.status, asked.collection?.waiting_for], ['past_due', 'customer']);
  step(world, '2026-04-30', 'The bank wants Ada to confirm (3-D Secure); she gets a link that expires.');
  await confirmThreeDSecure(world, subscriptionId);
  await until(
    'confirmation',
    () => readSubscription(world, subscriptionId),
    ({ status }) => status === 'active',
  );
  const invoice = await newestInvoice(world, subscriptionId);
  expectThat('paid after the confirmation', [invoice.status, invoice.total.amount], ['paid', '199.00']);
  step(world, '2026-04-30', `Ada confirms: ${invoice.number}, ${show(invoice.total)}, paid.`);
  await attachCard(world, customerId, 'pm_card_visa');
}

async function downgradeBySignal(world: World, { clockId, subscriptionId, starter }: Cast): Promise<void> {
  await signal(world, subscriptionId, 'changePlan', { planId: starter, atPeriodEnd: true });
  type Pending = { pending_change: { plan_id: string } | null };
  const read = () => world.api.get<Pending>(`/subscriptions/${subscriptionId}`);
  await until('the signal', read, ({ pending_change: pending }) => pending?.plan_id === starter);
  step(world, '2026-04-30', 'An operator sends the signal changePlan: Starter from the end of the period.');
  await advance(world, clockId, '2026-05-31T00:00:00.000Z');
  const invoice = await newestInvoice(world, subscriptionId);
  expectThat('the cheaper plan', [invoice.status, invoice.total.amount], ['paid', '49.00']);
  step(world, '2026-05-31', `Downgraded: ${invoice.number}, ${show(invoice.total)}.`);
}

async function pauseAndResume(world: World, { clockId, subscriptionId }: Cast): Promise<void> {
  await advance(world, clockId, '2026-06-10T00:00:00.000Z');
  const before = await countInvoices(world, subscriptionId);
  await world.api.post(`/subscriptions/${subscriptionId}/pause`, { resume_at: '2026-07-10T00:00:00.000Z' });
  step(world, '2026-06-10', 'Ada pauses until 10 July.');
  await advance(world, clockId, '2026-07-09T00:00:00.000Z');
  expectThat('no invoice while paused', await countInvoices(world, subscriptionId), before);
  await advance(world, clockId, '2026-07-10T00:00:00.000Z');
  const invoice = await newestInvoice(world, subscriptionId);
  // 30 June to 31 July has 31 days, of which 21 are left: 49.00 × 21/31 = 33.1935…
  expectThat('only the rest of the period', [invoice.status, invoice.total.amount], ['paid', '33.19']);
  step(world, '2026-07-10', `Resumed: ${invoice.number}, ${show(invoice.total)} for 21 of 31 days.`);
}

async function cancelation(world: World, { clockId, subscriptionId }: Cast): Promise<void> {
  const { api } = world;
  const canceling = await api.post<{ cancel_at: string }>(`/subscriptions/${subscriptionId}/cancel`, {
    at_period_end: true,
  });
  expectThat('canceled at the end', canceling.cancel_at, '2026-07-31T00:00:00.000Z');
  step(world, '2026-07-10', 'Ada cancels at the end of the period …');
  const back = await api.post<{ cancel_at: string | null }>(`/subscriptions/${subscriptionId}/uncancel`);
  expectThat('undone', back.cancel_at, null);
  step(world, '2026-07-10', '… changes her mind …');
  await signal(world, subscriptionId, 'cancel', { atPeriodEnd: true });
  await until(
    'the signal',
    () => readSubscription(world, subscriptionId),
    ({ cancel_at: at }) => at !== null,
  );
  step(world, '2026-07-10', '… and an operator cancels for her with the signal cancel {"atPeriodEnd": true}.');
  await advance(world, clockId, '2026-08-01T00:00:00.000Z');
  const ended = await readSubscription(world, subscriptionId);
  expectThat('the end', ended.status, 'canceled');
  step(world, '2026-07-31', 'The subscription ends.');
}

async function refund(world: World, { subscriptionId }: Cast): Promise<void> {
  const invoice = await newestInvoice(world, subscriptionId);
  type Payments = { data: readonly { id: string }[] };
  const { data } = await world.api.get<Payments>(`/payments?invoice_id=${invoice.id}`);
  const made = await world.api.post<{ status: string; amount: MoneyAnswer }>('/refunds', {
    payment_id: data[0]?.id,
    amount: { amount: '10.00', currency: 'USD' },
    reason: 'goodwill',
  });
  expectThat('the refund', [made.status, made.amount.amount], ['succeeded', '10.00']);
  step(world, '2026-08-01', `10.00 USD of ${invoice.number} are refunded.`);
}

async function books(world: World): Promise<void> {
  const of = await sayBooks(world);
  // 59 + 49 + 75 + 199 + 199 + 49 + 33.19 were billed and paid.
  expectThat('revenue', of('revenue:subscriptions'), '-663.19');
  expectThat('nothing is owed', of('receivable'), '0.00');
  expectThat('refunds', of('refunds'), '10.00');
}

/** Plays the whole story. @throws an AssertionError at the first step that is not as told. */
export async function playStory(world: World): Promise<{ subscriptionId: string }> {
  const cast = await trialAndFirstInvoice(world, await setTheStage(world));
  await monthEnd(world, cast);
  await upgrade(world, cast);
  await declineAndRecovery(world, cast);
  await threeDSecure(world, cast);
  await downgradeBySignal(world, cast);
  await pauseAndResume(world, cast);
  await cancelation(world, cast);
  await refund(world, cast);
  await books(world);
  return { subscriptionId: cast.subscriptionId };
}
