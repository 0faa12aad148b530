/**
 * A round of usage events as the parameters of its statement. Repeated things (customers, meters, dimensions, how an event was matched) are
 * sent once and named by their place, from 1 as Postgres counts.
 */
import { aggregations } from '../../domain/metering/aggregations';
import { bucketOf } from '../../domain/metering/bucket';
import type { Match, MeterPart, UnmatchedReason } from '../../domain/metering/match';
import type { UsageEvent } from '../../domain/metering/usage-event';
import { hourMs, toIso } from '../../domain/time';
import { plainArray, textArray } from '../array-literal';
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

/** A row of a meter whose bucket needs more than a sum and a maximum. */
interface ParticularRow {
  readonly n: number;
  readonly meter: number;
  readonly customer: number;
  readonly dimensions: number;
  readonly hour: number;
  readonly value?: string;
  readonly moment?: string;
  readonly at: string;
  readonly key: string;
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
  readonly plain: [n: number[], meter: number[], customer: number[], dimensions: number[], hour: number[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  readonly values: string[] = [];
  readonly particular: ParticularRow[] = [];

  add(n: number, key: string, event: UsageEvent, part: MeterPart): void {
    const { id, definition } = part.meter;
    const place = {
      n,
      meter: this.meters.of(id),
      customer: this.customers.of(event.customerId),
      dimensions: this.dimensions.of(JSON.stringify(part.dimensions)),
      hour: Math.floor(event.occurredAt / hourMs),
    };
    const { aggregation } = definition;
    if (aggregation === 'count' || aggregation === 'sum' || aggregation === 'max') this.#addPlain(place, part.value);
    else this.particular.push(particularRow(place, key, event, part));
  }

  #addPlain(place: { n: number; meter: number; customer: number; dimensions: number; hour: number }, value: string) {
    this.plain[0].push(place.n);
    this.plain[1].push(place.meter);
    this.plain[2].push(place.customer);
    this.plain[3].push(place.dimensions);
    this.plain[4].push(place.hour);
    this.values.push(value);
  }
}

function particularRow(
  place: Pick<ParticularRow, 'n' | 'meter' | 'customer' | 'dimensions' | 'hour'>,
  key: string,
  event: UsageEvent,
  { meter, value }: MeterPart,
): ParticularRow {
  const { aggregation } = meter.definition;
  const row = { ...place, at: toIso(event.occurredAt), key };
  if (aggregations[aggregation].reads === 'text') return { ...row, text: value };
  const { moment } = bucketOf(aggregation, { at: event.occurredAt, key, value });
  return { ...row, value, moment };
}

/** One text per way in which events were matched: the reason, or the meters. */
function shapeOf({ match, meters }: JudgedEvent): string {
  if (match.kind === 'unmatched') return `!${match.reason}`;
  return (meters ?? match.parts.map(({ meter }) => meter.id)).join(',');
}

/** @param meterCount the meters that the events were matched with: the statement insists that there are no others by now */
export function layOutRound(tenantId: string, judged: readonly JudgedEvent[], meterCount: number): Round {
  const contributions = new Contributions();
  const shapes = new Places();
  const shapePlaces: number[] = [];
  const reasons: (UnmatchedReason | null)[] = [];
  const seen = new Set<string>();
  const firsts: boolean[] = [];
  const events = judged.map(({ event }) => event);
  const keys = events.map(({ source, eventId }) => usageKey(tenantId, source, eventId));
  judged.forEach((one, index) => {
    const { event, match } = one;
    const key = keys[index] as string;
    contributions.customers.of(event.customerId);
    if (match.kind === 'counted') for (const part of match.parts) contributions.add(index + 1, key, event, part);
    reasons.push(match.kind === 'unmatched' ? match.reason : null);
    shapePlaces.push(shapes.of(shapeOf(one)));
    firsts.push(!seen.has(key));
    seen.add(key);
  });
  const { plain, values, particular, customers, dimensions } = contributions;
  return {
    keys,
    reasons,
    values: [
      tenantId,
      plainArray(keys),
      textArray(events.map(({ source }) => source)),
      textArray(events.map(({ eventId }) => eventId)),
      textArray(events.map(({ type }) => type)),
      textArray(events.map(({ customerId }) => customerId)),
      plainArray(events.map(({ occurredAt }) => toIso(occurredAt))),
      plainArray(shapePlaces),
      plainArray(firsts),
      `[${events.map(({ propertiesJson }) => propertiesJson).join(',')}]`,
      textArray(customers.list),
      textArray(shapes.list.map((shape) => (shape.startsWith('!') ? shape.slice(1) : null))),
      textArray(shapes.list.map((shape) => (shape.startsWith('!') ? '{}' : `{${shape}}`))),
      ...plain.map((column) => plainArray(column)),
      plainArray(values),
      JSON.stringify(particular),
      textArray(contributions.meters.list),
      textArray(dimensions.list),
      meterCount,
    ],
  };
}
