/** What customers use, late and corrected events among it, and what is booked beside their plans. */
import { onSubscription } from './command-steps';
import type { Step } from './steps';
import { unlessRefused, type SimulatedCustomer, type SimulatedWorld } from './world';

const hourMs = 3_600_000;
/** Far enough back to fall into a period that was billed. */
const hoursLateMax = 45 * 24;

interface Sent {
  readonly id: string;
  readonly type: string;
  readonly customerId: string;
}

/** Most of what is used is calls, which plans grant and bill in many ways. */
const types = ['call', 'call', 'call', 'visit', 'visit', 'sale', 'level'] as const;

/** What an event says: all that any meter of its type reads. */
function propertiesOf({ random }: SimulatedWorld, type: string): object {
  const n = type === 'level' ? random.between(-2, 3) : random.between(0, 900);
  const more = { region: random.pick(['eu', 'us', 'asia']), who: `person-${random.below(5)}` };
  return { n: String(n), ...(type === 'visit' ? more : {}) };
}

/** What was sent and not corrected yet, per world. */
const sent = new WeakMap<SimulatedWorld, Sent[]>();

const sentIn = (world: SimulatedWorld): Sent[] => {
  const events = sent.get(world) ?? [];
  sent.set(world, events);
  return events;
};

function eventOf(world: SimulatedWorld, { id: customerId }: SimulatedCustomer): object {
  const { now, random } = world;
  const events = sentIn(world);
  const id = `event-${world.seed}-${world.story.length}-${events.length}`;
  const type = random.pick(types);
  events.push({ id, type, customerId });
  const time = new Date(now - random.between(0, hoursLateMax) * hourMs).toISOString();
  return { id, type, customer_id: customerId, time, properties: propertiesOf(world, type) };
}

const use: Step = {
  name: 'use',
  weight: 20,
  async run(world) {
    const { customers, random, scene } = world;
    if (customers.length === 0) return null;
    const customer = random.pick(customers);
    const events = Array.from({ length: random.between(1, 4) }, () => eventOf(world, customer));
    // Now and then a sender is not sure, and sends again: it counts once.
    for (let times = random.percent(15) ? 2 : 1; times > 0; times--) await scene.api.post('/usage-events', { events });
    return `${customer.id} ${JSON.stringify(events)}`;
  },
};

const correct: Step = {
  name: 'correct an event',
  weight: 3,
  async run(world) {
    const { random, scene, seed, story } = world;
    const known = sentIn(world);
    const target = known.shift();
    if (target === undefined) return null;
    const { type, customerId } = target;
    const amended = { amends: target.id, properties: propertiesOf(world, type) };
    const more = random.percent(50) ? { voids: target.id } : amended;
    const time = new Date(world.now).toISOString();
    const event = { id: `fix-${seed}-${story.length}`, type, customer_id: customerId, time, ...more };
    await scene.api.post('/usage-events', { events: [event] });
    return JSON.stringify(event);
  },
};

const told = (answer: unknown): string => (typeof answer === 'string' ? answer : 'done');

const charge = onSubscription('charge', 8, async ({ random, scene }, { id, customer }) => {
  const amount = { amount: customer.currency === 'JPY' ? '150' : '1.50', currency: customer.currency };
  const body = { amount, description: 'Parcel', invoice: random.pick(['now', 'next']) };
  return `${JSON.stringify(body)}: ${told(await unlessRefused(scene.api.post<object>(`/subscriptions/${id}/charges`, body)))}`;
});

const addOn = onSubscription('book an add-on', 8, async ({ addOnPrice, scene }, { id }) => {
  const body = { price_id: addOnPrice };
  return told(await unlessRefused(scene.api.post<object>(`/subscriptions/${id}/add-ons`, body)));
});

interface Items {
  readonly data: readonly { readonly id: string; readonly settled: boolean; readonly ends_at: string | null }[];
}

const endAddOn = onSubscription('end an add-on', 4, async ({ random, scene }, { id }) => {
  const { data } = await scene.api.get<Items>(`/subscriptions/${id}/items?kind=add_on`);
  const booked = data.find(({ settled, ends_at: end }) => !settled && end === null);
  if (booked === undefined) return null;
  const body = { add_on_id: booked.id, at_period_end: random.percent(50) };
  return told(await unlessRefused(scene.api.post<object>(`/subscriptions/${id}/remove-add-on`, body)));
});

export const usageSteps: readonly Step[] = [use, correct, charge, addOn, endAddOn];
