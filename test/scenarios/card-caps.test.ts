/** The networks count a card, whoever holds it: what is tried with it, and who may ask for more. */
import { waitFor } from '../../dev/stack/wait';
import { stripeKey, startTestEngine, type TestEngine } from '../support/perennial';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { payOnPage } from '../support/payment-page';
import { flat, Scene } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const noFunds = { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null } as const;

/** Two customers who hold one card: two payment methods of one fingerprint, which declines from now on. */
async function sharedCard() {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const plan = await scene.plan([flat('49.00')]);
  const customers = [await scene.customer(null), await scene.customer(null)];
  const cards: string[] = [];
  for (const customer of customers) cards.push(await scene.card(customer, 'pm_card_visa'));
  const decline = async (always: typeof noFunds | null): Promise<void> => {
    for (const card of cards) await scene.script(card, { always });
  };
  return { scene, plan, customers, decline };
}

const attemptsOf = async (scene: Scene, ids: readonly string[]) =>
  (await Promise.all(ids.map((id) => scene.subscription(id)))).map(({ collection }) => collection?.attempts).sort();

const failedCharges = async (): Promise<number> => {
  const answer = await fetch(`${engine.sandbox.url}/v1/charges?limit=100`, {
    headers: { authorization: `Bearer ${stripeKey}` },
  });
  const { data } = (await answer.json()) as { data: { status: string }[] };
  return data.filter(({ status }) => status === 'failed').length;
};

test('two customers who begin at the same moment with one card that declines: it is tried once that day', async () => {
  const { scene, plan, customers, decline } = await sharedCard();
  await decline(noFunds);
  const before = await failedCharges();
  // Slow enough that the second try comes while the first is under way.
  await scene.control.latency(300);
  const subscriptions = await Promise.all(customers.map((customer) => scene.subscribe(customer, plan)));
  await scene.control.latency(0);
  const next = async () => {
    const views = await Promise.all(subscriptions.map((id) => scene.subscription(id)));
    return views.map(({ collection }) => collection?.next_attempt_at ?? null);
  };
  await waitFor('Both know when to go on', async () => (await next()).every((at) => at?.startsWith('2026-01-02')), {
    timeoutMs: 30_000,
  });
  expect(await attemptsOf(scene, subscriptions)).toEqual([0, 1]);
  expect((await failedCharges()) - before).toBe(1);
  await checkInvariants(scene);
});

test('a card that one customer was declined with today is not tried for another one before tomorrow', async () => {
  const { scene, plan, customers, decline } = await sharedCard();
  const subscriptions = [await scene.subscribe(customers[0]!, plan), await scene.subscribe(customers[1]!, plan)];
  await decline(noFunds);
  await scene.advance('2026-02-01');
  expect(await attemptsOf(scene, subscriptions)).toEqual([0, 1]);
  await decline(null);
  await scene.advance('2026-02-02');
  for (const id of subscriptions) expect(await scene.billed(id)).toEqual(['paid 49.00', 'paid 49.00']);
  await checkInvariants(scene);
});

test('an operator who asks for another try on the day of a decline gets none; the customer on the page does', async () => {
  const { scene, plan, customers, decline } = await sharedCard();
  const subscription = await scene.subscribe(customers[0]!, plan);
  await decline(noFunds);
  await scene.advance('2026-02-01');
  await decline(null);
  await scene.command(subscription, 'retry-payment');
  await scene.command(subscription, 'update-payment-method');
  await scene.signal(subscription, 'retryPayment', { customerPresent: true });
  const heard = async () => {
    const { data } = await scene.api.get<{ data: object[] }>(`/audit-log?subject_id=${subscription}&limit=100`);
    return data.length >= 3;
  };
  await waitFor('The signal is heard', heard);
  const waiting = await scene.until(subscription, 'It waits', ({ collection }) => collection?.waiting_for === 'retry');
  expect([waiting.status, waiting.collection?.attempts, waiting.collection?.next_attempt_at]).toEqual([
    'past_due',
    1,
    '2026-02-02T00:00:00.000Z',
  ]);
  await checkInvariants(scene);
  expect(await payOnPage(scene, subscription)).toBe(200);
  expect(await scene.billed(subscription)).toEqual(['paid 49.00', 'paid 49.00']);
  await checkInvariants(scene);
});

test("a new card that declines is tried for one of its customer's invoices that day, and one that pays for all", async () => {
  const { scene, plan, customers, decline } = await sharedCard();
  const [customer] = customers as [string];
  const subscriptions = [await scene.subscribe(customer, plan), await scene.subscribe(customer, plan)];
  await decline(noFunds);
  await scene.advance('2026-02-01');
  const views = () => Promise.all(subscriptions.map((id) => scene.subscription(id)));
  const before = await failedCharges();
  await scene.card(customer, 'pm_card_chargeCustomerFail');
  const deferred = async () => {
    const events = await Promise.all(subscriptions.map((id) => scene.eventTypes(id)));
    return events.flat().filter((type) => type === 'invoice.payment_deferred').length === 2;
  };
  await waitFor('One was tried and the other deferred', deferred, { timeoutMs: 30_000 });
  expect((await failedCharges()) - before).toBe(1);
  await checkInvariants(scene);
  await scene.card(customer, 'pm_card_mastercard');
  const paid = async () =>
    (await views()).every(({ status, collection }) => status === 'active' && collection === null);
  await waitFor('Both are paid', paid, { timeoutMs: 30_000 });
  await checkInvariants(scene);
});

test('a customer who is asked without an address to go to and never answers counts as declined after a day', async () => {
  const { scene, plan, customers } = await sharedCard();
  const subscription = await scene.subscribe(customers[0]!, plan);
  const card = await scene.card(customers[0]!, 'pm_card_mastercard');
  await scene.script(card, { always: noFunds });
  await scene.advance('2026-02-01');
  await scene.script(card, { always: { kind: 'requires_action' } });
  // The provider's script in the customer's browser confirms the payment, and the customer goes away.
  const { provider_ref: intent } = await scene.payment((await scene.newestInvoice(subscription)).id);
  const answer = await fetch(`${engine.sandbox.url}/v1/payment_intents/${intent}/confirm`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stripeKey}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ payment_method: card }),
  });
  expect(await answer.json()).toMatchObject({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } });
  const asked = async () => (await scene.eventTypes(subscription)).includes('invoice.payment_requires_action');
  await waitFor('The question is known', asked);
  await checkInvariants(scene);
  await scene.script(card, { always: null });
  await scene.advance('2026-02-02T00:00:00.001Z');
  const abandoned = await scene.subscription(subscription);
  expect([abandoned.status, abandoned.collection?.waiting_for]).toEqual(['past_due', 'customer']);
  expect((await scene.eventTypes(subscription)).at(-1)).toBe('invoice.payment_failed');
  await checkInvariants(scene);
});
