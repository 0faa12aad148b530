/** One seeded world: a tenant with its rules, plans of every kind, customers in many zones, and what the steps must know of them. */
import { ApiProblem } from '../../dev/api-client';
import { subscriptionWorkflowId } from '../../domain/ids';
import { messages } from '../../workflows/contract';
import type { TestEngine } from '../support/perennial';
import { flat, perSeat, Scene } from '../support/scenario';
import { meter } from '../support/usage';
import { allowance, makeCoupons, makeFeature, makeTax } from './offers';
import { randomOf, type Random } from './random';

export interface SimulatedCustomer {
  readonly id: string;
  readonly currency: string;
  /** The provider's ids of the cards, newest last. */
  readonly cards: string[];
}

export interface SimulatedSubscription {
  readonly id: string;
  readonly customer: SimulatedCustomer;
  /** True once a command was refused for it. */
  hasEnded: boolean;
}

export interface SimulatedPlan {
  readonly id: string;
  readonly interval: string;
  readonly needsCard: boolean;
  readonly isMetered: boolean;
}

export interface SimulatedWorld {
  readonly seed: number;
  readonly random: Random;
  readonly scene: Scene;
  readonly plans: readonly SimulatedPlan[];
  /** The price of an add-on in every currency. */
  readonly addOnPrice: string;
  readonly coupons: readonly string[];
  readonly customers: SimulatedCustomer[];
  readonly subscriptions: SimulatedSubscription[];
  /** Epoch milliseconds of the clock. */
  now: number;
  /** What happened so far, newest last. */
  readonly story: string[];
}

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Africa/Nairobi',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];
export const currencies = ['USD', 'EUR', 'JPY', 'KES'] as const;

/** Amounts of one price in every currency; what is a small amount in one is one in all. */
const amounts = (usd: string, eur: string, jpy: string, kes: string) => ({ USD: usd, EUR: eur, JPY: jpy, KES: kes });

const interval = (unit: string, count = 1) => ({ interval: { unit, count } });
const seats = { parameters: { included: '2' }, description: 'Seats' };

/** Month ends are where calendars go wrong: every other world begins at one. */
const starts = ['2027-12-31', '2027-01-31', '2028-02-29', '2027-03-28T00:30:00.000Z', '2027-10-15T13:45:10.000Z'];

const calls = { meter: 'calls', description: 'Calls' };
const perCall = { ...calls, model: 'per_unit', amounts: amounts('0.011', '0.01', '1.5', '1.3') };
const packages = {
  ...calls,
  model: 'package',
  amounts: amounts('2.50', '2.40', '300', '310.00'),
  parameters: { size: '100' },
};
const least = { limits: { minimum: amounts('12.00', '11.00', '1500', '1600.00') } };
const inArrears = flat(amounts('9.00', '8.00', '900', '950.00'), { timing: 'in_arrears', description: 'In arrears' });

/** Plans that bill what was used, commitments and seats when a period is over. */
const meteredKinds: readonly [prices: object[], more: { interval: object; trial?: object }][] = [
  [[flat(amounts('5.00', '4.50', '500', '600.00')), perCall], { ...interval('month'), ...least, ...allowance }],
  [[packages, inArrears], { ...interval('month'), ...allowance }],
  [[packages], { ...interval('week', 2), trial: { days: 5, payment_method_required: false, end_behavior: 'charge' } }],
  [
    [{ ...perSeat('0'), ...seats, amounts: amounts('12.50', '11.25', '1750', '1600.50'), stream: 'seats' }],
    { ...interval('month'), ...{ seats: { added: 'next_invoice', removed: 'credit' } } },
  ],
];

async function makeAddOn(scene: Scene): Promise<string> {
  const product = await scene.api.post<{ id: string }>('/products', { name: 'Beside' });
  const price = flat(amounts('6.00', '5.50', '600', '700.00'), { description: 'Support' });
  return (await scene.api.post<{ id: string }>('/prices', { product_id: product.id, ...price })).id;
}

async function makePlans(scene: Scene): Promise<SimulatedPlan[]> {
  const kinds: readonly [prices: object[], more: { interval: object; trial?: object }][] = [
    [[flat(amounts('49.00', '45.00', '7000', '6300.00'))], interval('month')],
    [[flat(amounts('199.00', '180.00', '28000', '25000.00'))], interval('month')],
    [
      [
        flat(amounts('20.00', '18.00', '2900', '2500.00'), { description: 'Base' }),
        { ...perSeat('0'), ...seats, amounts: amounts('12.50', '11.25', '1750', '1600.50'), stream: 'seats' },
      ],
      interval('month'),
    ],
    [[flat(amounts('490.00', '450.00', '70000', '63000.00'))], interval('year')],
    [[flat(amounts('3.33', '2.99', '333', '420.10'))], interval('week', 2)],
    [[flat(amounts('0.20', '0.20', '20', '0.20'))], interval('month')],
    [
      [
        flat(amounts('99.99', '89.99', '9999', '9999.99')),
        flat(amounts('10.00', '9.00', '1000', '1000.00'), { kind: 'one_off' }),
      ],
      interval('month', 3),
    ],
    [[flat(amounts('15.00', '14.00', '1500', '1900.00'))], { ...interval('month'), trial: { days: 14 } }],
    ...(['charge', 'pause', 'cancel'] as const).map((end): [object[], { interval: object; trial: object }] => [
      [flat(amounts('25.00', '24.00', '2500', '2900.00'))],
      { ...interval('month'), trial: { days: 10, payment_method_required: false, end_behavior: end } },
    ]),
    ...meteredKinds,
  ];
  const plans: SimulatedPlan[] = [];
  for (const [prices, more] of kinds) {
    const needsCard = more.trial !== undefined && !('end_behavior' in more.trial);
    const isMetered = prices.some((price) => 'meter' in price);
    const id = await scene.plan(prices, more);
    plans.push({ id, interval: JSON.stringify(more.interval), needsCard, isMetered });
  }
  return plans;
}

/** Opens the world of a seed. The same seed opens the same world. */
export async function openWorld(engine: TestEngine, seed: number): Promise<SimulatedWorld> {
  const random = randomOf(seed);
  const start = random.pick(starts);
  const tenant = {
    time_zone: random.pick(zones),
    proration_policy: random.pick(['seconds', 'seconds', 'day']),
    incomplete_hours: random.pick([24, 72]),
    dunning_policy: {
      end: random.pick(['cancel', 'pause', 'leave_unpaid']),
      steps_days: random.pick([[1, 3, 5, 7], [2, 10, 25], [3]]),
    },
  };
  const scene = await Scene.open(engine, { now: start, tenant });
  const now = Date.parse(start.includes('T') ? start : `${start}T00:00:00.000Z`);
  const calls = await meter(scene, 'calls', { event_type: 'call' });
  await makeFeature(scene, calls);
  const tax = await makeTax(scene, random);
  const coupons = await makeCoupons(scene, calls);
  const plans = await makePlans(scene);
  const addOnPrice = await makeAddOn(scene);
  const story = [`${start} a tenant with ${JSON.stringify(tenant)} and tax ${JSON.stringify(tax)}`];
  return { seed, random, scene, plans, addOnPrice, coupons, customers: [], subscriptions: [], now, story };
}

export async function addCustomer(world: SimulatedWorld): Promise<SimulatedCustomer> {
  const { random, scene } = world;
  const id = await scene.customer(null, { time_zone: random.percent(70) ? random.pick(zones) : null });
  const customer = { id, currency: random.percent(50) ? 'USD' : random.pick(currencies), cards: [] };
  world.customers.push(customer);
  return customer;
}

/** What the rules refuse is an outcome like any other; everything else is a fault of the engine. */
export async function unlessRefused<T>(request: Promise<T>): Promise<T | string> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiProblem && error.status < 500) return `refused: ${error.problem.code ?? error.status}`;
    throw error;
  }
}

/** Waits until no subscription has anything to do: signals and webhooks are carried out then. */
export async function settle({ scene, subscriptions }: SimulatedWorld): Promise<void> {
  await Promise.all(
    subscriptions.map(async ({ id }) => {
      const handle = scene.engine.temporal.workflow.getHandle(subscriptionWorkflowId(scene.tenantId, id));
      // One that has ended has nothing to do.
      await handle.executeUpdate(messages.settle).catch((error: Error) => {
        if (!/not found|completed|closed|aborted by closing/i.test(`${error.message} ${String(error.cause)}`))
          throw error;
      });
    }),
  );
}
