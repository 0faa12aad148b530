/**
 * Usage events as they come from outside: our own form and CloudEvents 1.0 (JSON format). Checked by hand, not by a schema library: this
 * runs for each of a hundred thousand events a second.
 */
import type { FieldError } from '../errors';
import { isRecord } from '../pricing/amounts';
import { fromIso, type Instant } from '../time';
import type { Properties } from './match';

/** What a correction does with the event that it names. */
export type CorrectionKind = 'amend' | 'void';

export interface UsageEvent {
  /** The sender's own name of the event, unique within its source. */
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly customerId: string;
  readonly occurredAt: Instant;
  readonly properties: Properties;
  /** The properties as JSON. */
  readonly propertiesJson: string;
  /** The event that this one takes the place of, or takes away; null for an ordinary one. */
  readonly corrects: { readonly kind: CorrectionKind; readonly source: string; readonly eventId: string } | null;
}

/** The source of events that name none. */
export const defaultSource = 'api';

const textLengthMax = 255;
const propertiesBytesMax = 16_384;

/** Partitions are made per month of event time: a typing error must not make one in the year 9000. */
const earliest = fromIso('2000-01-01T00:00:00Z');
const latest = fromIso('2100-01-01T00:00:00Z');

/** Postgres keeps neither NUL nor half of a surrogate pair. */
const unstorable = /\0|\p{Surrogate}/u;
const unstorableJson = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

type Fields = Readonly<Record<string, unknown>>;

/** Gathers what is wrong while an event is read. */
type Faults = FieldError[];

function textField(fields: Fields, name: string, faults: Faults, fallback?: string): string {
  const value = fields[name] ?? fallback;
  if (typeof value === 'string' && value.length > 0 && value.length <= textLengthMax && !unstorable.test(value))
    return value;
  const message = value === undefined ? 'is required' : `must be a text of 1 to ${textLengthMax} characters`;
  faults.push({ path: name, message });
  return '';
}

/** Reads the text once: `isIso` before it would read it twice. */
function instantOf(value: unknown): Instant {
  try {
    return typeof value === 'string' ? fromIso(value) : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

function timeField(fields: Fields, faults: Faults, now: Instant): Instant {
  const value = fields['time'];
  if (value === undefined || value === null) return now;
  const at = instantOf(value);
  if (at >= earliest && at < latest) return at;
  const message = 'must be an ISO 8601 instant from 2000 to 2099, such as 2026-01-31T00:00:00.000Z';
  faults.push({ path: 'time', message });
  return now;
}

function propertiesField(fields: Fields, name: string, faults: Faults): { properties: Properties; json: string } {
  const value = fields[name] ?? {};
  const json = isRecord(value) ? JSON.stringify(value) : '';
  if (!isRecord(value)) faults.push({ path: name, message: 'must be an object' });
  else if (json.length > propertiesBytesMax)
    faults.push({ path: name, message: `must have at most ${propertiesBytesMax} characters as JSON` });
  else if (unstorableJson.test(json))
    faults.push({ path: name, message: 'must have neither NUL nor half of a surrogate pair' });
  else return { properties: value, json };
  return { properties: {}, json: '{}' };
}

function correctionField(fields: Fields, source: string, faults: Faults): UsageEvent['corrects'] {
  const { amends, voids } = fields;
  if ((amends ?? null) === null && (voids ?? null) === null) return null;
  if ((amends ?? null) !== null && (voids ?? null) !== null)
    faults.push({ path: 'voids', message: 'must not stand beside amends' });
  const name = (amends ?? null) === null ? 'voids' : 'amends';
  return {
    kind: name === 'voids' ? 'void' : 'amend',
    source: textField({ of: fields['corrects_source'] ?? source }, 'of', faults),
    eventId: textField(fields, name, faults),
  };
}

const ownNames = new Set([
  'id',
  'source',
  'type',
  'customer_id',
  'time',
  'properties',
  'amends',
  'voids',
  'corrects_source',
]);

interface Form {
  readonly customer: string;
  readonly properties: string;
  readonly sourceFallback?: string;
}

function read(fields: Fields, form: Form, now: Instant, faults: Faults): UsageEvent {
  const source = textField(fields, 'source', faults, form.sourceFallback);
  const corrects = correctionField(fields, source, faults);
  // A void needs to say nothing of its own: it is of its target's type and customer.
  const nothing = corrects?.kind === 'void' ? '-' : undefined;
  const { properties, json } = propertiesField(fields, form.properties, faults);
  return {
    eventId: textField(fields, 'id', faults),
    source,
    type: textField(fields, 'type', faults, nothing),
    customerId: textField(fields, form.customer, faults, nothing),
    occurredAt: timeField(fields, faults, now),
    properties,
    propertiesJson: json,
    corrects,
  };
}

const ownForm: Form = { customer: 'customer_id', properties: 'properties', sourceFallback: defaultSource };
const cloudForm: Form = { customer: 'subject', properties: 'data' };

/**
 * Reads an event in our own form: the event, or what is wrong by field.
 * @param now the instant of an event that names none
 */
export function parseUsageEvent(value: unknown, now: Instant): UsageEvent | FieldError[] {
  if (!isRecord(value)) return [{ path: '', message: 'must be an object' }];
  const faults: Faults = [];
  for (const name in value) if (!ownNames.has(name)) faults.push({ path: name, message: 'is not known' });
  const event = read(value, ownForm, now, faults);
  return faults.length > 0 ? faults : event;
}

/**
 * Reads a CloudEvent (1.0, JSON format): `subject` is the customer, `data` the properties, the extension attributes `amends` and `voids`
 * name another event of the source. Other attributes are allowed by the standard, and not kept.
 */
export function parseCloudEvent(value: unknown, now: Instant): UsageEvent | FieldError[] {
  if (!isRecord(value)) return [{ path: '', message: 'must be an object' }];
  const faults: Faults = [];
  if (value['specversion'] !== '1.0') faults.push({ path: 'specversion', message: 'must be 1.0' });
  if (value['data_base64'] !== undefined) faults.push({ path: 'data_base64', message: 'must be JSON in data' });
  const event = read(value, cloudForm, now, faults);
  return faults.length > 0 ? faults : event;
}
