/** One seeded world: a tenant with its rules, plans of every kind, customers in many zones, and what the steps must know of them. */
import { isLostUpdate } from '../../api/temporal-errors';
import { ApiProblem } from '../../dev/api-client';
import { waitFor } from '../../dev/stack/wait';
import { subscriptionWorkflowId } from '../../domain/ids';
import { messages } from '../../workflows/contract';
import type { TestEngine } from '../support/perennial';
import { Scene } from '../support/scenario';
import { makeSecondEntity } from '../support/two-entities';
import { makeCoupons, makeFeature, makeMeters, makeTax } from './offers';
import { makeAddOn, makePlans, type SimulatedPlan } from './plans';
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

export interface SimulatedWorld {
  readonly seed: number;
  readonly random: Random;
  readonly scene: Scene;
  readonly plans: readonly SimulatedPlan[];
  /** The price of an add-on in every currency. */
  readonly addOnPrice: string;
  readonly coupons: readonly string[];
  /** The second seller beside the tenant's own. */
  readonly secondEntity: string;
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

/** Month ends are where calendars go wrong: every other world begins at one. */
const starts = ['2027-12-31', '2027-01-31', '2028-02-29', '2027-03-28T00:30:00.000Z', '2027-10-15T13:45:10.000Z'];

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
  const calls = await makeMeters(scene);
  const secondEntity = await makeSecondEntity(scene.api);
  await makeFeature(scene, calls);
  const tax = await makeTax(scene, random);
  const coupons = await makeCoupons(scene, calls);
  const plans = await makePlans(scene);
  const addOnPrice = await makeAddOn(scene);
  const story = [`${start} a tenant with ${JSON.stringify(tenant)} and tax ${JSON.stringify(tax)}`];
  const made = { plans, addOnPrice, coupons, secondEntity };
  return { seed, random, scene, ...made, customers: [], subscriptions: [], now, story };
}

export async function addCustomer(world: SimulatedWorld): Promise<SimulatedCustomer> {
  const { random, scene, secondEntity } = world;
  const id = await scene.customer(null, {
    time_zone: random.percent(70) ? random.pick(zones) : null,
    ...(random.percent(35) ? { entity_id: secondEntity } : {}),
  });
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

const unsettledTopUps = {
  name: 'test_unsettled_top_ups',
  text: `
select u.id from wallet_top_ups u left join payments p on p.invoice_id = u.invoice_id
where u.tenant_id = $1 and (u.status = 'requested' or u.status = 'pending' and coalesce(p.attempt_begun is not null or p.status = 'created', true))`,
};

/** A provider that does not answer is asked again after 5 s, 15 s and 45 s. */
const topUpMsMax = 90_000;

/** Top-ups have workflows of their own; a bank's debit is at rest until the bank answers. */
async function settleTopUps({ engine, tenantId }: Scene): Promise<void> {
  const db = engine.database.as(tenantId);
  const isQuiet = async () => (await db.query(unsettledTopUps, [tenantId])).length === 0;
  await waitFor('Every top-up is tried to its end', isQuiet, { timeoutMs: topUpMsMax, intervalMs: 100 });
}

const isOver = (error: Error): boolean =>
  /not found|completed|closed|aborted by closing/i.test(`${error.message} ${String(error.cause)}`);

/** One that has ended has nothing to do. An update that met another message in its task was heard by nobody, and is sent again. */
function settleSubscription({ engine, tenantId }: Scene, id: string): Promise<boolean> {
  const handle = engine.temporal.workflow.getHandle(subscriptionWorkflowId(tenantId, id));
  const settled = () =>
    handle.executeUpdate(messages.settle).then(
      () => true,
      (error: Error) => {
        if (isLostUpdate(error)) return false;
        if (isOver(error)) return true;
        throw error;
      },
    );
  return waitFor(`${id} is at rest`, settled, { timeoutMs: 60_000 });
}

/** Waits until nothing has anything to do: signals and webhooks are carried out then. */
export async function settle({ scene, subscriptions }: SimulatedWorld): Promise<void> {
  await settleTopUps(scene);
  await Promise.all(subscriptions.map(({ id }) => settleSubscription(scene, id)));
}
