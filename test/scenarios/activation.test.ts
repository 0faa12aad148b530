/** How a subscription begins: trials with each end, activation gated by the first payment, 3-D Secure, bank debits. */
import { confirmThreeDSecure } from '../../dev/demo/customer';
import type { World } from '../../dev/demo/world';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, Scene, type SubscriptionView } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const noFunds = { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null } as const;

const worldOf = (scene: Scene): World => ({
  api: scene.api,
  tenantId: scene.tenantId,
  temporal: scene.engine.temporal,
  stripeUrl: scene.engine.sandbox.url,
  apiUrl: scene.engine.apiUrl,
  say: () => undefined,
});

const open = (tenant: object = {}) => Scene.open(engine, { now: '2026-01-01', tenant });

describe('a trial without a payment method', () => {
  async function trial(endBehavior: string) {
    const scene = await open();
    const customer = await scene.customer(null);
    const plan = await scene.plan([flat('49.00'), flat('10.00', { kind: 'one_off', description: 'Set-up' })], {
      trial: { days: 14, payment_method_required: false, end_behavior: endBehavior },
    });
    const subscription = await scene.subscribe(customer, plan);
    const begun = await scene.subscription(subscription);
    expect([begun.status, begun.trial_end]).toEqual(['trialing', '2026-01-15T00:00:00.000Z']);
    expect(await scene.billed(subscription)).toEqual([]);
    return { scene, customer, subscription };
  }

  test('that is to pause waits for a card, and the first invoice with its one-off fee begins the calendar then', async () => {
    const { scene, customer, subscription } = await trial('pause');
    await scene.advance('2026-02-10');
    expect((await scene.subscription(subscription)).status).toBe('paused');
    expect(await scene.billed(subscription)).toEqual([]);
    await checkInvariants(scene);
    await scene.card(customer, 'pm_card_visa');
    const done = ({ status, collection }: SubscriptionView) => status === 'active' && collection === null;
    const active = await scene.until(subscription, 'It begins', done);
    expect(active.current_period).toMatchObject({ start: '2026-02-10T00:00:00.000Z', end: '2026-03-10T00:00:00.000Z' });
    expect(await scene.billed(subscription)).toEqual(['paid 59.00']);
    await scene.advance('2026-03-10');
    expect(await scene.billed(subscription)).toEqual(['paid 59.00', 'paid 49.00']);
    await checkInvariants(scene);
  });

  test('that is to cancel ends without an invoice', async () => {
    const { scene, subscription } = await trial('cancel');
    await scene.advance('2026-02-10');
    const ended = await scene.subscription(subscription);
    expect([ended.status, ended.canceled_at]).toEqual(['canceled', '2026-01-15T00:00:00.000Z']);
    expect(await scene.billed(subscription)).toEqual([]);
    await checkInvariants(scene);
  });

  test('that is to charge is billed and asks for a payment method', async () => {
    const { scene, customer, subscription } = await trial('charge');
    await scene.advance('2026-01-15');
    const owing = await scene.subscription(subscription);
    expect([owing.status, owing.collection?.waiting_for]).toEqual(['past_due', 'payment_method']);
    await checkInvariants(scene);
    await scene.card(customer, 'pm_card_visa');
    await scene.until(subscription, 'The card pays', ({ status }) => status === 'active');
    expect(await scene.billed(subscription)).toEqual(['paid 59.00']);
    await checkInvariants(scene);
  });

  test('that is to charge is billed whole when a card came in time', async () => {
    const { scene, customer, subscription } = await trial('cancel');
    await scene.advance('2026-01-10');
    await scene.card(customer, 'pm_card_visa');
    await scene.advance('2026-01-15');
    expect(await scene.billed(subscription)).toEqual(['paid 59.00']);
    await checkInvariants(scene);
  });
});

describe('a trial whose plan is changed ends by the terms with which it began', () => {
  async function changed(began: string, target: string, more: object) {
    const scene = await open();
    const trialOf = (endBehavior: string) => ({
      trial: { days: 14, payment_method_required: false, end_behavior: endBehavior },
    });
    const subscription = await scene.subscribe(
      await scene.customer(null),
      await scene.plan([flat('49.00')], trialOf(began)),
    );
    await scene.advance('2026-01-08');
    const planId = await scene.plan([flat('99.00')], trialOf(target));
    await scene.command(subscription, 'change-plan', { plan_id: planId, ...more });
    await scene.advance('2026-01-15');
    return { scene, subscription, planId, ended: await scene.subscription(subscription) };
  }

  test('canceled, though the scheduled plan would charge', async () => {
    const { scene, subscription, ended } = await changed('cancel', 'charge', { at_period_end: true });
    expect([ended.status, await scene.billed(subscription)]).toEqual(['canceled', []]);
    await checkInvariants(scene);
  });

  test('charged, though the plan that was changed to at once would cancel', async () => {
    const { scene, subscription, ended } = await changed('charge', 'cancel', {});
    expect([ended.status, await scene.billed(subscription)]).toEqual(['past_due', ['open 99.00']]);
    await checkInvariants(scene);
  });

  test('paused, and a card then begins the scheduled plan', async () => {
    const { scene, subscription, planId, ended } = await changed('pause', 'cancel', { at_period_end: true });
    expect(ended.status).toBe('paused');
    await checkInvariants(scene);
    await scene.advance('2026-02-10');
    const [{ id: customer } = { id: '' }] = (await scene.api.get<{ data: { id: string }[] }>('/customers')).data;
    await scene.card(customer, 'pm_card_visa');
    const begun = await scene.until(
      subscription,
      'It begins',
      ({ status, collection }) => status === 'active' && collection === null,
    );
    expect([begun.plan_id, begun.pending_change]).toEqual([planId, null]);
    expect(await scene.billed(subscription)).toEqual(['paid 99.00']);
    await checkInvariants(scene);
  });
});

test('a plan that needs a card for its trial refuses a customer without one', async () => {
  const scene = await open();
  const plan = await scene.plan([flat('49.00')], { trial: { days: 14 } });
  const customer = await scene.customer(null);
  expect(await scene.refusal(scene.subscribe(customer, plan))).toBe('payment_method_required');
  await checkInvariants(scene);
});

test('a change of plan in a trial costs nothing, and the trial ends with the new price', async () => {
  const scene = await open();
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')], { trial: { days: 14 } }));
  await scene.advance('2026-01-08');
  await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('99.00')]) });
  expect(await scene.billed(subscription)).toEqual([]);
  await scene.advance('2026-01-15');
  expect(await scene.billed(subscription)).toEqual(['paid 99.00']);
  await checkInvariants(scene);
});

test('a trial canceled at its end bills nothing; canceled at once it ends at once', async () => {
  const scene = await open();
  const customer = await scene.customer();
  const plan = await scene.plan([flat('49.00')], { trial: { days: 14 } });
  const later = await scene.subscribe(customer, plan);
  const now = await scene.subscribe(customer, plan);
  await scene.advance('2026-01-05');
  await scene.command(later, 'cancel', { at_period_end: true });
  await scene.command(now, 'cancel', { credit: true });
  await scene.advance('2026-02-01');
  const ends = await Promise.all([later, now].map(async (id) => (await scene.subscription(id)).canceled_at));
  expect(ends).toEqual(['2026-01-15T00:00:00.000Z', '2026-01-05T00:00:00.000Z']);
  expect([await scene.billed(later), await scene.billed(now)]).toEqual([[], []]);
  await checkInvariants(scene);
});

describe('activation that waits for the first payment', () => {
  async function gated(tenant: object = {}) {
    const scene = await open(tenant);
    const customer = await scene.customer(null);
    const card = await scene.card(customer, 'pm_card_visa');
    await scene.script(card, { always: noFunds });
    const plan = await scene.plan([flat('49.00')]);
    const subscription = await scene.subscribe(customer, plan, { payment_gated: true });
    const waiting = await scene.subscription(subscription);
    expect([waiting.status, await scene.billed(subscription)]).toEqual(['incomplete', ['open 49.00']]);
    return { scene, customer, subscription };
  }

  test('is active at once when the card pays', async () => {
    const scene = await open();
    const plan = await scene.plan([flat('49.00')]);
    const subscription = await scene.subscribe(await scene.customer(), plan, { payment_gated: true });
    expect((await scene.subscription(subscription)).status).toBe('active');
    expect(await scene.billed(subscription)).toEqual(['paid 49.00']);
    await checkInvariants(scene);
  });

  test('is active once another card pays within the time limit', async () => {
    const { scene, customer, subscription } = await gated();
    await scene.advance('2026-01-02');
    await scene.card(customer, 'pm_card_mastercard');
    await scene.until(subscription, 'It is active', ({ status }) => status === 'active');
    await scene.advance('2026-02-01');
    expect(await scene.billed(subscription)).toEqual(['paid 49.00', 'paid 49.00']);
    await checkInvariants(scene);
  });

  test('expires after the time limit, its invoice is voided and nothing is owed', async () => {
    const { scene, subscription } = await gated({ incomplete_hours: 24 });
    await scene.advance('2026-01-03');
    const expired = await scene.subscription(subscription);
    expect([expired.status, expired.collection]).toEqual(['expired', null]);
    expect(await scene.billed(subscription)).toEqual(['void 49.00']);
    expect([await scene.account('receivable'), await scene.account('deferred:subscriptions')]).toEqual([
      '0.00',
      '0.00',
    ]);
    await checkInvariants(scene);
  });

  test('takes the invoice back when it is canceled before', async () => {
    const { scene, subscription } = await gated();
    await scene.command(subscription, 'cancel');
    expect((await scene.subscription(subscription)).status).toBe('canceled');
    expect(await scene.billed(subscription)).toEqual(['void 49.00']);
    await checkInvariants(scene);
  });

  test('refuses changes and a pause until it is active', async () => {
    const { scene, subscription } = await gated();
    const refused = await Promise.all([
      scene.refusal(scene.command(subscription, 'change-quantity', { quantity: 2 })),
      scene.refusal(scene.command(subscription, 'pause')),
      scene.refusal(scene.command(subscription, 'cancel', { at_period_end: true })),
    ]);
    expect(new Set(refused)).toEqual(new Set(['subscription_not_in_state']));
    await checkInvariants(scene);
  });

  test('ends when an operator voids the first invoice', async () => {
    const { scene, subscription } = await gated();
    const { id } = await scene.newestInvoice(subscription);
    await scene.api.post(`/invoices/${id}/void`);
    expect((await scene.subscription(subscription)).status).toBe('expired');
    await checkInvariants(scene);
  });
});

describe('a bank that wants the customer to confirm', () => {
  async function challenged(more: object = {}) {
    const scene = await open();
    const customer = await scene.customer('pm_card_authenticationRequired');
    const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]), more);
    return { scene, customer, subscription };
  }

  test('activates a gated subscription when the customer confirms', async () => {
    const { scene, subscription } = await challenged({ payment_gated: true });
    expect((await scene.subscription(subscription)).status).toBe('incomplete');
    await confirmThreeDSecure(worldOf(scene), subscription);
    await scene.until(subscription, 'It is active', ({ status }) => status === 'active');
    expect(await scene.billed(subscription)).toEqual(['paid 49.00']);
    await checkInvariants(scene);
  });

  test('counts as declined when the customer never confirms: dunning goes on to its end', async () => {
    const { scene, subscription } = await challenged();
    expect((await scene.subscription(subscription)).status).toBe('past_due');
    await scene.advance('2026-01-04');
    await checkInvariants(scene);
    await scene.advance('2026-01-12');
    expect((await scene.subscription(subscription)).status).toBe('canceled');
    expect(await scene.billed(subscription)).toEqual(['uncollectible 49.00']);
    await checkInvariants(scene);
  });
});

describe('a bank debit that takes days', () => {
  async function debited(more: object = {}) {
    const scene = await open();
    const customer = await scene.customer('pm_usBankAccount_processing');
    const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]), more);
    const invoice = await scene.newestInvoice(subscription);
    const { status, provider_ref: intent } = await scene.payment(invoice.id);
    expect([invoice.status, status]).toEqual(['open', 'processing']);
    return { scene, customer, subscription, invoice, intent };
  }

  test('leaves the subscription active meanwhile, and pays when it succeeds', async () => {
    const { scene, subscription, intent } = await debited();
    expect((await scene.subscription(subscription)).status).toBe('active');
    await scene.advance('2026-01-04');
    await checkInvariants(scene);
    await scene.control.settle(intent, 'succeed');
    await scene.until(subscription, 'The debit arrives', ({ collection }) => collection === null);
    expect(await scene.billed(subscription)).toEqual(['paid 49.00']);
    await checkInvariants(scene);
  });

  test('is the debit of its account to the end, though the customer has given a card meanwhile', async () => {
    const { scene, customer, subscription, invoice, intent } = await debited();
    const { id } = await scene.payment(invoice.id);
    await scene.card(customer, 'pm_card_visa');
    await scene.control.settle(intent, 'succeed');
    await scene.until(subscription, 'The debit arrives', ({ collection }) => collection === null);
    type Attempted = { attempts: readonly { payment_method_id: string }[] };
    const { attempts } = await scene.api.get<Attempted>(`/payments/${id}`);
    const [debit] = attempts;
    expect(attempts.map((attempt) => attempt.payment_method_id)).toEqual([
      debit?.payment_method_id,
      debit?.payment_method_id,
    ]);
    await checkInvariants(scene);
  });

  test('puts the subscription in dunning when it fails, and the next debit may pay', async () => {
    const { scene, subscription, invoice, intent } = await debited();
    await scene.advance('2026-01-04');
    await scene.control.settle(intent, 'fail');
    await scene.until(subscription, 'The debit fails', ({ status }) => status === 'past_due');
    await checkInvariants(scene);
    // The bank's reason asks to wait 72 hours; the next step after that is the fifth day.
    await scene.advance('2026-01-09');
    const again = await scene.payment(invoice.id);
    expect(again.status).toBe('processing');
    await scene.control.settle(intent, 'succeed');
    await scene.until(subscription, 'The second debit pays', ({ status }) => status === 'active');
    expect(await scene.billed(subscription)).toEqual(['paid 49.00']);
    await checkInvariants(scene);
  });

  test('keeps a gated subscription incomplete beyond its time limit, and activates it when it succeeds', async () => {
    const { scene, subscription, intent } = await debited({ payment_gated: true });
    await scene.advance('2026-01-06');
    expect((await scene.subscription(subscription)).status).toBe('incomplete');
    await scene.control.settle(intent, 'succeed');
    await scene.until(subscription, 'It is active', ({ status }) => status === 'active');
    await checkInvariants(scene);
  });

  test('lets nobody void or pay the invoice meanwhile', async () => {
    const { scene, subscription, invoice, intent } = await debited();
    const refused = [
      await scene.refusal(scene.api.post(`/invoices/${invoice.id}/void`)),
      await scene.refusal(scene.command(subscription, 'retry-payment')),
    ];
    expect(refused).toEqual(['payment_in_progress', 'payment_in_progress']);
    await scene.control.settle(intent, 'succeed');
    await scene.until(subscription, 'The debit arrives', ({ collection }) => collection === null);
    await checkInvariants(scene);
  });
});
