/**
 * The forms in which usage events come: our own JSON (one event, or a batch), CloudEvents 1.0 in the structured, batched and binary mode
 * of its HTTP binding, and lines of JSON of either kind.
 */
import { letOthersRun } from '../db/let-others-run';
import { fail, type FieldError } from '../domain/errors';
import { parseCloudEvent, parseUsageEvent, type UsageEvent } from '../domain/metering/usage-event';
import type { ApiContext } from './context';

/** About a millisecond of work. */
const turnEvents = 200;

/** More belong into a stream. */
const batchMax = 1_000;

type Parse = (value: unknown, now: number) => UsageEvent | FieldError[];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One event of either kind: CloudEvents say their version. */
export const parseAny: Parse = (value, now) =>
  isRecord(value) && 'specversion' in value ? parseCloudEvent(value, now) : parseUsageEvent(value, now);

/** All events, or a refusal that names what is wrong with each: a batch is taken in as a whole or not at all. */
async function readAll(values: readonly unknown[], parse: Parse, now: number, prefix: (index: number) => string) {
  if (values.length > batchMax)
    fail('validation_failed', {}, { fields: [{ path: 'events', message: `must be at most ${batchMax}` }] });
  const faults: FieldError[] = [];
  const events: UsageEvent[] = [];
  for (const [index, value] of values.entries()) {
    if (index % turnEvents === turnEvents - 1) await letOthersRun();
    const read = parse(value, now);
    if (!Array.isArray(read)) events.push(read as UsageEvent);
    else faults.push(...read.map(({ path, message }) => ({ path: `${prefix(index)}${path}`, message })));
  }
  if (faults.length > 0) fail('validation_failed', {}, { fields: faults });
  return events;
}

async function jsonOf(c: ApiContext): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text()) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail('request_malformed', { reason: 'the body is not valid JSON' });
  }
}

/** Attributes of the binary mode: headers `ce-…`, percent-encoded (CloudEvents HTTP binding §3.1.3.2). */
function attributesOf(c: ApiContext): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(c.req.header())) {
    if (!name.startsWith('ce-')) continue;
    try {
      attributes[name.slice(3)] = decodeURIComponent(value);
    } catch {
      fail('request_malformed', { reason: `the header ${name} is not percent-encoded` });
    }
  }
  return attributes;
}

function ownBatch(body: unknown): { values: readonly unknown[]; prefix: (index: number) => string } {
  if (!isRecord(body) || !('events' in body)) return { values: [body], prefix: () => '' };
  const { events, ...rest } = body;
  const unknown = Object.keys(rest).map((path) => ({ path, message: 'is not known' }));
  if (unknown.length > 0) fail('validation_failed', {}, { fields: unknown });
  if (Array.isArray(events) && events.length > 0) return { values: events, prefix: (index) => `events.${index}.` };
  return fail('validation_failed', {}, { fields: [{ path: 'events', message: 'must be a list of 1 to 1000' }] });
}

export type BodyForm = 'lines' | 'json' | 'cloudevent' | 'cloudevents' | 'binary';

/** How a request says that it carries events. */
export function formOf(contentType: string | undefined, isBinary: boolean): BodyForm {
  const type = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-ndjson' || type === 'application/ndjson' || type === 'application/jsonl') return 'lines';
  if (type === 'application/cloudevents-batch+json') return 'cloudevents';
  if (type === 'application/cloudevents+json') return 'cloudevent';
  if (type === 'application/json') return isBinary ? 'binary' : 'json';
  return fail('unsupported_media_type', {
    expected:
      'application/json, application/x-ndjson, application/cloudevents+json or application/cloudevents-batch+json',
  });
}

/**
 * The events of a request that is not a stream.
 * @throws PerennialError `request_malformed`, `validation_failed`.
 */
export async function readEvents(c: ApiContext, form: Exclude<BodyForm, 'lines'>, now: number): Promise<UsageEvent[]> {
  const body = await jsonOf(c);
  const none = (): string => '';
  if (form === 'binary') return readAll([{ ...attributesOf(c), data: body }], parseCloudEvent, now, none);
  if (form === 'cloudevent') return readAll([body], parseCloudEvent, now, none);
  if (form === 'cloudevents') {
    const list = Array.isArray(body) ? body : fail('request_malformed', { reason: 'a batch is a JSON array' });
    return readAll(list, parseCloudEvent, now, (index) => `${index}.`);
  }
  const { values, prefix } = ownBatch(body);
  return readAll(values, parseUsageEvent, now, prefix);
}
