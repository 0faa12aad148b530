/** What merchants, operators and customers ask for. */
import type { SubscriptionView } from '../support/scenario';
import type { Step } from './steps';
import { addCustomer, unlessRefused, type SimulatedSubscription, type SimulatedWorld } from './world';

const customersMax = 6;
const subscriptionsMax = 10;

const iso = (ms: number): string => new Date(ms).toISOString();
const dayMs = 24 * 3_600_000;

const told = (answer: unknown): string =>
  typeof answer === 'string' ? answer : `now ${(answer as Partial<SubscriptionView>).status ?? 'done'}`;

/** So many of a hundred commands go to a subscription that has ended: its refusals must hold. */
const percentToEnded = 5;

function anySubscription({ random, subscriptions }: SimulatedWorld): SimulatedSubscription | null {
  const toEnded = random.percent(percentToEnded);
  const candidates = subscriptions.filter(({ hasEnded }) => hasEnded === toEnded);
  return candidates.length === 0 ? null : random.pick(candidates);
}

/** A step on one subscription. */
export const onSubscription = (
  name: string,
  weight: number,
  act: (world: SimulatedWorld, subscription: SimulatedSubscription) => Promise<string | null>,
): Step => ({
  name,
  weight,
  async run(world) {
    const subscription = anySubscription(world);
    if (subscription === null) return null;
    const did = await act(world, subscription);
    if (did?.includes('subscription_ended') === true) subscription.hasEnded = true;
    return did === null ? null : `${subscription.id} ${did}`;
  },
});

const command = async (world: SimulatedWorld, { id }: SimulatedSubscription, path: string, body: object = {}) =>
  `${path} ${JSON.stringify(body)}: ${told(await unlessRefused(world.scene.command(id, path, body)))}`;

function subscriptionBody({ coupons, random, now }: SimulatedWorld, currency: string): object {
  return {
    currency: random.percent(90) ? currency : random.pick(['USD', 'EUR']),
    quantity: random.between(0, 9),
    ...(random.percent(25) ? { billing_day: random.pick([1, 15, 30, 31]) } : {}),
    ...(random.percent(15) ? { start_at: iso(now - random.between(1, 120) * dayMs) } : {}),
    ...(random.percent(10) ? { start_at: iso(now + random.between(1, 40) * dayMs) } : {}),
    ...(random.percent(15) ? { trial: 'none' } : {}),
    ...(random.percent(25) ? { payment_gated: true } : {}),
    ...(random.percent(20) ? { coupons: [{ coupon_id: random.pick(coupons) }] } : {}),
  };
}

const subscribe: Step = {
  name: 'subscribe',
  weight: 10,
  async run(world) {
    const { random, scene, customers } = world;
    if (world.subscriptions.filter(({ hasEnded }) => !hasEnded).length >= subscriptionsMax) return null;
    const customer =
      customers.length < customersMax && random.percent(60)
        ? await addCustomer(world)
        : random.pick(customers.length > 0 ? customers : [await addCustomer(world)]);
    if (customer.cards.length === 0 && random.percent(85))
      customer.cards.push(
        await scene.card(customer.id, random.pick(['pm_card_visa', 'pm_card_mastercard', 'pm_card_amex'])),
      );
    const plan = random.pick(random.percent(35) ? world.plans.filter(({ isMetered }) => isMetered) : world.plans);
    const body = subscriptionBody(world, customer.currency);
    const made = await unlessRefused(scene.subscribe(customer.id, plan.id, body));
    if (made.startsWith('refused')) return `${JSON.stringify(body)}: ${made}`;
    world.subscriptions.push({ id: made, customer, hasEnded: false });
    return `${made} of ${customer.id} to plan ${world.plans.indexOf(plan)} ${JSON.stringify(body)}`;
  },
};

function changeBody({ random, plans }: SimulatedWorld, planId: string): object {
  const present = plans.find(({ id }) => id === planId);
  const target = random.pick(plans);
  const sameInterval = present?.interval === target.interval;
  return {
    plan_id: target.id,
    ...(random.percent(40) ? { quantity: random.between(0, 9) } : {}),
    ...(random.percent(30) ? { at_period_end: true } : {}),
    // Without proration, another interval would bill the running period beside the new one, as the caller asked.
    ...(random.percent(20)
      ? { proration: random.pick(sameInterval ? ['none', 'day', 'seconds'] : ['day', 'seconds']) }
      : {}),
  };
}

interface Preview {
  readonly at: string;
  readonly total: unknown;
  readonly amount_due: unknown;
  readonly lines: readonly unknown[];
}

/** The preview and the change must bill the same, or both be refused. */
async function previewAndChange(world: SimulatedWorld, { id }: SimulatedSubscription, body: object): Promise<string> {
  const { scene } = world;
  const preview = await unlessRefused(scene.api.post<Preview>(`/subscriptions/${id}/preview-change`, body));
  const before = (await scene.invoices(id)).length;
  const changed = await unlessRefused(scene.command(id, 'change-plan', body));
  const invoices = await scene.invoices(id);
  const billed = invoices[before];
  if (typeof preview !== 'string' && typeof changed !== 'string') {
    const said = { total: preview.total, due: preview.amount_due, lines: preview.lines.length };
    const made =
      billed === undefined
        ? { ...said, lines: 0 }
        : { total: billed.total, due: billed.amount_due, lines: billed.lines.length };
    if (JSON.stringify(said) !== JSON.stringify(made))
      throw new Error(`The preview said ${JSON.stringify(said)}, the change made ${JSON.stringify(made)}.`);
  }
  return `change-plan ${JSON.stringify(body)}: ${told(changed)}`;
}

const commands: readonly Step[] = [
  onSubscription('change plan', 12, async (world, subscription) => {
    const { plan_id: planId } = await world.scene.subscription(subscription.id);
    return previewAndChange(world, subscription, changeBody(world, planId));
  }),
  onSubscription('change quantity', 8, (world, subscription) =>
    command(world, subscription, 'change-quantity', {
      quantity: world.random.between(0, 12),
      ...(world.random.percent(25) ? { at_period_end: true } : {}),
    }),
  ),
  onSubscription('cancel', 4, (world, subscription) =>
    command(
      world,
      subscription,
      'cancel',
      world.random.pick([{}, { credit: true }, { at_period_end: true }, { at_period_end: true }]),
    ),
  ),
  onSubscription('uncancel', 2, (world, subscription) => command(world, subscription, 'uncancel')),
  onSubscription('pause', 4, (world, subscription) =>
    command(world, subscription, 'pause', {
      ...(world.random.percent(50) ? { resume_at: iso(world.now + world.random.between(1, 90) * dayMs) } : {}),
      ...(world.random.percent(50) ? { mode: world.random.pick(['keep_schedule', 'shift_schedule']) } : {}),
    }),
  ),
  onSubscription('resume', 4, (world, subscription) => command(world, subscription, 'resume')),
  onSubscription('update payment method', 1, (world, subscription) =>
    command(world, subscription, 'update-payment-method'),
  ),
  onSubscription('retry payment', 3, (world, subscription) => command(world, subscription, 'retry-payment')),
  onSubscription('two commands at once', 2, async (world, subscription) => {
    const [one, two] = await Promise.all([
      command(world, subscription, 'change-quantity', { quantity: world.random.between(1, 9) }),
      command(world, subscription, world.random.pick(['cancel', 'pause', 'retry-payment', 'resume'])),
    ]);
    return `${one} and at once ${two}`;
  }),
];

const signaled: readonly [name: string, payload: (world: SimulatedWorld) => object][] = [
  ['changeQuantity', ({ random }) => ({ quantity: random.between(0, 9) })],
  ['changePlan', ({ random, plans }) => ({ planId: random.pick(plans).id, atPeriodEnd: true })],
  ['cancel', () => ({ atPeriodEnd: true })],
  ['uncancel', () => ({})],
  ['pause', () => ({})],
  ['resume', () => ({})],
  ['retryPayment', () => ({})],
  ['changeQuantity', () => ({ quantity: -1 })],
];

const signal = onSubscription('signal', 5, async (world, { id }) => {
  const [name, payloadOf] = world.random.pick(signaled);
  const payload = payloadOf(world);
  await world.scene.signal(id, name, payload).catch((error: Error) => {
    if (!/not found|completed|closed/i.test(error.message)) throw error;
  });
  return `${name} ${JSON.stringify(payload)}`;
});

/** An operator settles an open invoice by hand. */
const settleInvoice = onSubscription('settle an invoice', 3, async (world, { id }) => {
  const open = (await world.scene.invoices(id)).filter(({ status }) => status === 'open');
  if (open.length === 0) return null;
  const invoice = world.random.pick(open);
  const path = world.random.pick(['pay', 'void', 'mark-uncollectible']);
  return `${invoice.number} ${path}: ${told(await unlessRefused(world.scene.api.post<object>(`/invoices/${invoice.id}/${path}`)))}`;
});

const refund = onSubscription('refund', 3, async (world, { id }) => {
  const { random, scene } = world;
  const paid = (await scene.invoices(id)).filter(
    (invoice) => invoice.status === 'paid' && !/^[0.]+$/.test(invoice.amount_paid.amount),
  );
  if (paid.length === 0) return null;
  const invoice = random.pick(paid);
  const payment = await scene.payment(invoice.id);
  const { currency } = invoice.amount_paid;
  const amount = random.percent(50) ? {} : { amount: { amount: currency === 'JPY' ? '100' : '1.00', currency } };
  const made = await unlessRefused(
    scene.api.post<{ status: string }>('/refunds', { payment_id: payment.id, ...amount }),
  );
  return `${invoice.number} ${JSON.stringify(amount)}: ${told(made)}`;
});

export const commandSteps: readonly Step[] = [subscribe, ...commands, signal, settleInvoice, refund];
