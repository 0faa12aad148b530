/**
 * How customers stand with features: what is granted, what is used, what is held. Two statements, however many are asked for and however many
 * events there were; customers who are asked for at the same time share them.
 */
import { type Allowance, balanceOf, stretchesOf } from '../../domain/entitlements/allowance';
import { leniencyOf, type MeteredStanding, thresholdsOf } from '../../domain/entitlements/check';
import type { Ending, Entitlement, MeteredEntitlement } from '../../domain/entitlements/entitlement';
import { windowAt } from '../../domain/entitlements/window';
import type { Meter } from '../../domain/metering/meter';
import type { Window } from '../../domain/metering/window';
import type { Instant } from '../../domain/time';
import { gather } from '../gather';
import type { Database, Queryable } from '../pool';
import { knownMeter } from '../queries/meters';
import { type EntitlementFacts, type Grant, loadEntitlementFacts } from './entitlement-facts';
import { rolloverTo } from './entitlement-rollover';
import { type HeldQuestion, type NowQuestion, readUsageNow, type UsageNow } from './usage-now';

export interface StandingRequest {
  readonly customerId: string;
  /** Null: all features that are granted. */
  readonly feature: string | null;
  /** The time of customers without a test clock. */
  readonly wallClock: Instant;
}

/** What is metered of a feature. */
export interface MeteredPart extends MeteredStanding {
  readonly ending: Ending;
  readonly thresholds: readonly number[];
  readonly meter: Meter;
  /** From the start of the oldest window to the end of the first that ends. */
  readonly window: Window;
  /** Some of it begins anew then; null: never. */
  readonly resetsAt: Instant | null;
}

export interface FeatureStanding {
  readonly feature: string;
  readonly grants: readonly Entitlement[];
  /** Null for what is no amount. */
  readonly metered: MeteredPart | null;
}

export interface CustomerStanding {
  readonly customerId: string;
  readonly now: Instant;
  readonly hasSubscription: boolean;
  /** In the order of their keys. */
  readonly features: readonly FeatureStanding[];
}

interface MeteredGrant {
  readonly grant: Grant;
  readonly entitlement: MeteredEntitlement;
  readonly window: Window;
}

/** A metered feature of a customer, before its usage is read. */
interface Plan {
  readonly grants: readonly MeteredGrant[];
  readonly meter: Meter;
  readonly stretches: readonly Window[];
}

interface Reading {
  readonly db: Queryable;
  readonly tenantId: string;
  /** Null inside of a transaction. */
  readonly database: Database | null;
}

/** Grants by feature, in the order of the keys. */
function byFeature(grants: readonly Grant[]): [string, Grant[]][] {
  const groups = new Map<string, Grant[]>();
  for (const grant of grants) {
    const { feature } = grant.entitlement;
    groups.set(feature, [...(groups.get(feature) ?? []), grant]);
  }
  return [...groups].sort(([left], [right]) => (left < right ? -1 : 1));
}

async function planOf({ db, tenantId }: Reading, grants: readonly Grant[], now: Instant): Promise<Plan | null> {
  const metered = grants.flatMap((grant): MeteredGrant[] => {
    const { entitlement } = grant;
    if (entitlement.type !== 'metered') return [];
    return [{ grant, entitlement, window: windowAt(entitlement.reset, grant.calendar, now) }];
  });
  const [first] = metered;
  const meter = first === undefined ? null : await knownMeter(db, tenantId, first.entitlement.meter_id);
  if (meter === null) return null;
  const windows = metered.map(({ window }) => window);
  return { grants: metered, meter, stretches: stretchesOf(windows, meter.definition.aggregation) };
}

async function allowancesOf({ db, tenantId }: Reading, customerId: string, plan: Plan): Promise<Allowance[] | null> {
  const allowances: Allowance[] = [];
  for (const { grant, entitlement, window } of plan.grants) {
    const { limit, rollover } = entitlement;
    if (limit === null) return null;
    allowances.push({ window, quantity: limit });
    if (rollover === null) continue;
    const question = { tenantId, customerId, grant, entitlement, rollover, meter: plan.meter, window };
    allowances.push({ window, quantity: await rolloverTo(db, question) });
  }
  return allowances;
}

interface Asked {
  readonly facts: EntitlementFacts;
  readonly features: readonly {
    readonly feature: string;
    readonly grants: readonly Grant[];
    readonly plan: Plan | null;
  }[];
}

const neverEnds = (grants: readonly MeteredGrant[]): boolean =>
  grants.every(({ entitlement }) => entitlement.reset === 'never');

async function meteredPart(
  reading: Reading,
  customerId: string,
  plan: Plan,
  usages: readonly string[],
  reserved: string,
): Promise<MeteredPart> {
  const { grants, meter, stretches } = plan;
  const entitlements = grants.map(({ entitlement }) => entitlement);
  const allowances = await allowancesOf(reading, customerId, plan);
  const first = stretches[0] ?? { from: 0, to: 0 };
  const window = { from: first.from, to: stretches.at(-1)?.to ?? first.to };
  const { limit, usage } =
    allowances === null ? { limit: null, usage: usages[0] ?? '0' } : balanceOf(allowances, stretches, usages);
  return {
    limit,
    usage,
    reserved,
    ending: leniencyOf(entitlements),
    thresholds: thresholdsOf(entitlements),
    meter,
    window,
    resetsAt: neverEnds(grants) ? null : window.to,
  };
}

/** Without a limit, the use of the oldest window is told as a whole. */
const stretchesAsked = ({ grants, stretches }: Plan): readonly Window[] =>
  grants.some(({ entitlement }) => entitlement.limit === null)
    ? stretches.slice(0, 1).map(({ from }) => ({ from, to: stretches.at(-1)?.to ?? from }))
    : stretches;

async function readUsages(reading: Reading, asked: readonly (Asked | null)[]): Promise<UsageNow> {
  const questions: NowQuestion[] = [];
  const held: HeldQuestion[] = [];
  for (const one of asked) {
    for (const { feature, plan } of one?.features ?? []) {
      if (one === null || plan === null) continue;
      const { customerId, now } = one.facts;
      questions.push(...stretchesAsked(plan).map((window) => ({ meter: plan.meter, customerId, window, now })));
      held.push({ customerId, feature, now });
    }
  }
  return readUsageNow(reading, questions, held);
}

/** Takes what was read in the order in which it was asked for. */
async function standingOf(
  reading: Reading,
  { facts, features }: Asked,
  take: (plan: Plan) => { usages: readonly string[]; reserved: string },
): Promise<CustomerStanding> {
  const { customerId, now, hasSubscription } = facts;
  const standings: FeatureStanding[] = [];
  for (const { feature, grants, plan } of features) {
    const entitlements = grants.map(({ entitlement }) => entitlement);
    const read = plan === null ? null : take(plan);
    const metered =
      plan === null || read === null ? null : await meteredPart(reading, customerId, plan, read.usages, read.reserved);
    standings.push({ feature, grants: entitlements, metered });
  }
  return { customerId, now, hasSubscription, features: standings };
}

async function readTogether(
  reading: Reading,
  requests: readonly StandingRequest[],
): Promise<(CustomerStanding | null)[]> {
  const facts = await loadEntitlementFacts(reading.db, reading.tenantId, requests, requests[0]?.wallClock ?? 0);
  const asked: (Asked | null)[] = [];
  for (const one of facts) {
    const features = [];
    for (const [feature, grants] of byFeature(one?.grants ?? []))
      features.push({ feature, grants, plan: await planOf(reading, grants, one?.now ?? 0) });
    asked.push(one === null ? null : { facts: one, features });
  }
  const { usages, held } = await readUsages(reading, asked);
  let usageAt = 0;
  let heldAt = 0;
  const take = (plan: Plan) => {
    const from = usageAt;
    usageAt += stretchesAsked(plan).length;
    return { usages: usages.slice(from, usageAt), reserved: held[heldAt++] ?? '0' };
  };
  const standings: (CustomerStanding | null)[] = [];
  for (const one of asked) standings.push(one === null ? null : await standingOf(reading, one, take));
  return standings;
}

type Reader = (request: StandingRequest) => Promise<CustomerStanding | null>;

/** Short, so that nobody waits for many others. */
const roundMax = 50;
const readers = new WeakMap<Queryable, Reader>();

/** How a customer stands; null when they are none of the tenant. Never inside of a transaction: it may take a connection of its own. */
export function loadStanding(
  database: Database,
  tenantId: string,
  request: StandingRequest,
): Promise<CustomerStanding | null> {
  const db = database.as(tenantId);
  const reading = { db, tenantId, database };
  const reader =
    readers.get(db) ??
    gather({ ask: (requests: readonly StandingRequest[]) => readTogether(reading, requests), roundMax });
  readers.set(db, reader);
  return reader(request);
}

/** The same inside of a transaction, which sees what it has written itself. */
export async function loadStandingWithin(
  db: Queryable,
  tenantId: string,
  request: StandingRequest,
): Promise<CustomerStanding | null> {
  const [standing] = await readTogether({ db, tenantId, database: null }, [request]);
  return standing ?? null;
}

/** Many at once, for the sweep. */
export function loadStandings(
  database: Database,
  tenantId: string,
  requests: readonly StandingRequest[],
): Promise<(CustomerStanding | null)[]> {
  return readTogether({ db: database.as(tenantId), tenantId, database }, requests);
}
