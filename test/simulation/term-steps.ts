/** What one customer or subscription has instead of what its plan says: prices, limits, the seller. */
import { onSubscription } from './command-steps';
import { amounts } from './plans';
import type { Step } from './steps';
import { unlessRefused } from './world';

const dayMs = 24 * 3_600_000;

const told = (answer: unknown): string => (typeof answer === 'string' ? answer : 'done');

interface Plan {
  readonly versions: readonly {
    readonly version: number;
    readonly prices: readonly { readonly id: string; readonly model: string }[];
  }[];
}

/** Models whose price is one list of amounts. */
const withAmounts = new Set(['flat', 'per_seat', 'per_unit', 'package']);

const own = [
  amounts('0.50', '0.45', '70', '65.00'),
  amounts('7.77', '7.00', '1111', '999.90'),
  amounts('0', '0', '0', '0'),
];

const ownPrice = onSubscription('a price of its own', 4, async ({ random, scene }, { id }) => {
  const { plan_id: planId, plan_version: version } = await scene.subscription(id);
  const { versions } = await scene.api.get<Plan>(`/plans/${planId}`);
  const prices = versions.find((one) => one.version === version)?.prices ?? [];
  const simple = prices.filter(({ model }) => withAmounts.has(model));
  if (simple.length === 0) return null;
  const body = { price_id: random.pick(simple).id, parameters: { amounts: random.pick(own) } };
  const made = await unlessRefused(scene.api.post<object>(`/subscriptions/${id}/price-overrides`, body));
  return `${JSON.stringify(body)}: ${told(made)}`;
});

interface Items {
  readonly data: readonly { readonly id: string; readonly settled: boolean; readonly ends_at: string | null }[];
}

const usualPrice = onSubscription('the usual price again', 2, async ({ random, scene }, { id }) => {
  const { data } = await scene.api.get<Items>(`/subscriptions/${id}/items?kind=override`);
  const inForce = data.filter(({ settled, ends_at: end }) => !settled && end === null);
  if (inForce.length === 0) return null;
  const body = { override_id: random.pick(inForce).id };
  return told(await unlessRefused(scene.api.post<object>(`/subscriptions/${id}/remove-price-override`, body)));
});

/** A customer has more or less of a feature than the plans grant, for a while or for good; or what the plans grant again. */
const ownLimit: Step = {
  name: 'a limit of its own',
  weight: 3,
  async run({ customers, now, random, scene }) {
    if (customers.length === 0) return null;
    const { id } = random.pick(customers);
    const path = `/customers/${id}/entitlement-overrides`;
    if (random.percent(30))
      return `${id} none: ${told(await unlessRefused(scene.api.delete<object>(`${path}/calls`)))}`;
    const limit = { limit: random.pick(['300', '5000']), limit_type: 'hard', reset: random.pick(['month', 'never']) };
    const until = random.percent(60) ? new Date(now + random.between(1, 60) * dayMs).toISOString() : null;
    const body = { feature: 'calls', ...limit, ends_at: until };
    await scene.api.post(path, body);
    return `${id} ${JSON.stringify(body)}`;
  },
};

/** From the next invoice on the other company sells. */
const otherSeller: Step = {
  name: 'another seller',
  weight: 2,
  async run({ customers, random, scene, secondEntity }) {
    if (customers.length === 0) return null;
    const { id } = random.pick(customers);
    const body = { entity_id: random.pick([secondEntity, null]) };
    await scene.api.patch(`/customers/${id}`, body);
    return `${id} ${JSON.stringify(body)}`;
  },
};

export const termSteps: readonly Step[] = [ownPrice, usualPrice, ownLimit, otherSeller];
