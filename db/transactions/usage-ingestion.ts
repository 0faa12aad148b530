/** Takes usage events in: durable, each once, matched and rolled up before the answer. */
import { matchEvent } from '../../domain/metering/match';
import type { UsageEvent } from '../../domain/metering/usage-event';
import { dayMs, toIso } from '../../domain/time';
import { isConflict, isPartitionMissing } from '../errors';
import { gather } from '../gather';
import type { Queryable } from '../pool';
import { meterStanding, type MeterStanding } from './meter-standing';
import { layOutRound } from './usage-round';
import { ensurePartition, takeIn, type Taken } from './usage-statement';

export interface UsageRequest {
  readonly tenantId: string;
  /** Ordinary events; corrections go through `correctUsage`. */
  readonly events: readonly UsageEvent[];
}

/** What a tenant's rounds remember between them. */
interface Memory {
  standing: MeterStanding | null;
  readonly months: Set<string>;
}

/** A meter that is added in between is read at once; more than this in a row is a fault. */
const triesMax = 5;

/** Makes sure of the partitions of a round; each month is asked for once per process. */
async function ensureMonths(db: Queryable, memory: Memory, events: readonly UsageEvent[]): Promise<void> {
  const days = new Set(events.map(({ occurredAt }) => Math.floor(occurredAt / dayMs)));
  for (const day of days) {
    const month = `${toIso(day * dayMs).slice(0, 7)}-01T00:00:00Z`;
    if (memory.months.has(month)) continue;
    await ensurePartition(db, month);
    memory.months.add(month);
  }
}

async function takeRound(
  db: Queryable,
  memory: Memory,
  tenantId: string,
  events: readonly UsageEvent[],
): Promise<Taken[]> {
  for (let tries = 1; ; tries++) {
    await ensureMonths(db, memory, events);
    memory.standing ??= await meterStanding(db, tenantId);
    const { byType, count } = memory.standing;
    const judge = (event: UsageEvent) => ({ event, match: matchEvent(byType.get(event.type) ?? [], event.properties) });
    try {
      return await takeIn(db, await layOutRound(tenantId, judge, events, count));
    } catch (error) {
      const helps = isConflict(error) || isPartitionMissing(error);
      if (!helps || tries === triesMax) throw error;
      memory.standing = null;
      memory.months.clear();
    }
  }
}

async function takeTogether(
  db: Queryable,
  memory: Memory,
  requests: readonly UsageRequest[],
): Promise<(readonly Taken[])[]> {
  const events = requests.flatMap((request) => request.events);
  const taken = await takeRound(db, memory, requests[0]?.tenantId ?? '', events);
  let from = 0;
  return requests.map((request) => taken.slice(from, (from += request.events.length)));
}

type Taker = (request: UsageRequest) => Promise<readonly Taken[]>;

/** A round is a few thousand events at most, so that nobody waits for more than a tenth of a second for the others. */
const smallMax = 10;
const smallRoundMax = 200;
const largeRoundMax = 3;

function takerOf(db: Queryable): Taker {
  const memory: Memory = { standing: null, months: new Set() };
  const ask = (requests: readonly UsageRequest[]) => takeTogether(db, memory, requests);
  const small = gather({ ask, roundMax: smallRoundMax });
  const large = gather({ ask, roundMax: largeRoundMax });
  return (request) => (request.events.length <= smallMax ? small(request) : large(request));
}

const takers = new WeakMap<Queryable, Taker>();

/**
 * Takes the events of a request in, and says of each what became of it, in their order. When it answers, they are durable. Requests of one
 * tenant that come at the same time share a statement; a request is taken in as a whole or not at all.
 */
export async function ingestUsage(db: Queryable, request: UsageRequest): Promise<readonly Taken[]> {
  if (request.events.length === 0) return [];
  const taker = takers.get(db) ?? takerOf(db);
  takers.set(db, taker);
  return taker(request);
}
