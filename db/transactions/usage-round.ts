/**
 * A round of usage events as the parameters of its statement. Repeated things (customers, meters, dimensions, how an event was matched) are
 * sent once and named by their place, from 1 as Postgres counts.
 */
import { type AggregationKind, aggregations } from '../../domain/metering/aggregations';
import { bucketOf } from '../../domain/metering/bucket';
import type { Match, MeterPart, UnmatchedReason } from '../../domain/metering/match';
import type { UsageEvent } from '../../domain/metering/usage-event';
import { plainArray, textArray } from '../array-literal';
import { letOthersRun } from '../let-others-run';
import { usageKey } from '../usage-key';

/** Things in the order in which they came, each with its place. */
class Places {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();

  of(value: string): number {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const place = this.list.push(value);
    this.#places.set(value, place);
    return place;
  }
}

/** Where a contribution goes: the event, and the places of what its bucket is named by. */
interface Place {
  /** The event, from 1. */
  readonly n: number;
  readonly meter: number;
  readonly customer: number;
  readonly dimensions: number;
  /** The event's instant in milliseconds: its hour, and its side of a cut. */
  readonly at: number;
}

/** A contribution to a meter whose bucket needs more than a sum and a maximum. */
interface ParticularRow extends Place {
  readonly key: string;
  readonly value?: string;
  readonly moment?: string;
  readonly text?: string;
}

export interface Round {
  readonly keys: string[];
  /** Why an event was not matched; null for those that were. */
  readonly reasons: (UnmatchedReason | null)[];
  /** The parameters of `takeUsageIn`. */
  readonly values: readonly unknown[];
}

/** An event with what is to be done with it. */
export interface JudgedEvent {
  readonly event: UsageEvent;
  readonly match: Match;
  /** The meters that the event's row names, where they are others than those of the match (a void). */
  readonly meters?: readonly string[];
}

/** What the columns of the contributions are filled from, event by event. */
class Contributions {
  readonly customers = new Places();
  readonly meters = new Places();
  readonly dimensions = new Places();
  readonly plain: readonly (readonly [name: keyof Place, column: number[]])[] = [
    ['n', []],
    ['meter', []],
    ['customer', []],
    ['dimensions', []],
    ['at', []],
  ];
  readonly values: string[] = [];
  readonly particular: ParticularRow[] = [];

  add(n: number, key: string, event: UsageEvent, { meter, dimensions, value }: MeterPart): void {
    const place = {
      n,
      meter: this.meters.of(meter.id),
      customer: this.customers.of(event.customerId),
      dimensions: this.dimensions.of(JSON.stringify(dimensions)),
      at: event.occurredAt,
    };
    const { aggregation } = meter.definition;
    if (aggregation === 'count' || aggregation === 'sum' || aggregation === 'max') {
      for (const [name, column] of this.plain) column.push(place[name]);
      this.values.push(value);
    } else this.particular.push(particularRow(place, aggregation, key, value));
  }
}

function particularRow(place: Place, aggregation: AggregationKind, key: string, value: string): ParticularRow {
  if (aggregations[aggregation].reads === 'text') return { ...place, key, text: value };
  const { moment } = bucketOf(aggregation, { at: place.at, key, value });
  return { ...place, key, value, moment };
}

/** One text per way in which events were matched: the reason, or the meters. */
function shapeOf({ match, meters }: JudgedEvent): string {
  if (match.kind === 'unmatched') return `!${match.reason}`;
  return (meters ?? match.parts.map(({ meter }) => meter.id)).join(',');
}

/** About a millisecond of work. */
const turnEvents = 200;

/**
 * Lays a round out, with a breath in between, since other requests wait in this process.
 * @param meterCount the meters that the events were matched with: the statement insists that there are no others by now
 */
export async function layOutRound(
  tenantId: string,
  judge: (event: UsageEvent) => JudgedEvent,
  events: readonly UsageEvent[],
  meterCount: number,
): Promise<Round> {
  const contributions = new Contributions();
  const shapes = new Places();
  const shapePlaces: number[] = [];
  const reasons: (UnmatchedReason | null)[] = [];
  const seen = new Set<string>();
  const firsts: boolean[] = [];
  const keys: string[] = [];
  const judged: UsageEvent[] = [];
  for (const [index, sent] of events.entries()) {
    if (index % turnEvents === turnEvents - 1) await letOthersRun();
    const one = judge(sent);
    const { event, match } = one;
    const key = usageKey(tenantId, event.source, event.eventId);
    contributions.customers.of(event.customerId);
    if (match.kind === 'counted') for (const part of match.parts) contributions.add(index + 1, key, event, part);
    reasons.push(match.kind === 'unmatched' ? match.reason : null);
    shapePlaces.push(shapes.of(shapeOf(one)));
    firsts.push(!seen.has(key));
    seen.add(key);
    keys.push(key);
    judged.push(event);
  }
  const { plain, values, particular, customers, dimensions } = contributions;
  return {
    keys,
    reasons,
    values: [
      tenantId,
      plainArray(keys),
      textArray(judged.map(({ source }) => source)),
      textArray(judged.map(({ eventId }) => eventId)),
      textArray(judged.map(({ type }) => type)),
      textArray(judged.map(({ customerId }) => customerId)),
      plainArray(judged.map(({ occurredAt }) => occurredAt)),
      plainArray(shapePlaces),
      plainArray(firsts),
      `[${judged.map(({ propertiesJson }) => propertiesJson).join(',')}]`,
      textArray(customers.list),
      textArray(shapes.list.map((shape) => (shape.startsWith('!') ? shape.slice(1) : null))),
      textArray(shapes.list.map((shape) => (shape.startsWith('!') ? '{}' : `{${shape}}`))),
      ...plain.map(([, column]) => plainArray(column)),
      plainArray(values),
      textArray(contributions.meters.list),
      textArray(dimensions.list),
      JSON.stringify(particular),
      meterCount,
    ],
  };
}
