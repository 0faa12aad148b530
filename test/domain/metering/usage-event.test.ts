/** Events from outside: our own form and CloudEvents, checked field by field. */
import { parseCloudEvent, parseUsageEvent } from '../../../domain/metering/usage-event';

const now = Date.UTC(2026, 0, 31);
const own = { id: 'e1', type: 'call', customer_id: 'cus_1', time: '2026-01-30T10:00:00+02:00', properties: { a: 1 } };
const cloud = {
  specversion: '1.0',
  id: 'e1',
  source: '/gateway',
  type: 'call',
  subject: 'cus_1',
  time: '2026-01-30T08:00:00Z',
  data: { a: 1 },
  traceparent: '00-x',
};
const paths = (read: unknown): unknown => (Array.isArray(read) ? read.map(({ path }) => path) : read);

test('an event in our own form is read, and the source and the time have defaults', () => {
  expect(parseUsageEvent(own, now)).toEqual({
    eventId: 'e1',
    source: 'api',
    type: 'call',
    customerId: 'cus_1',
    occurredAt: Date.UTC(2026, 0, 30, 8),
    properties: { a: 1 },
    propertiesJson: '{"a":1}',
    corrects: null,
  });
  expect(parseUsageEvent({ ...own, time: undefined }, now)).toMatchObject({ occurredAt: now });
});

test('a CloudEvent is the same event; attributes that we do not know are allowed', () => {
  expect(parseCloudEvent(cloud, now)).toEqual({ ...(parseUsageEvent(own, now) as object), source: '/gateway' });
});

test('a void says whom it takes away and nothing else; an amendment is a whole event', () => {
  expect(parseUsageEvent({ id: 'v1', voids: 'e1' }, now)).toMatchObject({
    corrects: { kind: 'void', source: 'api', eventId: 'e1' },
  });
  expect(parseUsageEvent({ ...own, id: 'a1', amends: 'e1', corrects_source: 'old' }, now)).toMatchObject({
    corrects: { kind: 'amend', source: 'old', eventId: 'e1' },
  });
  expect(paths(parseUsageEvent({ id: 'a1', amends: 'e1' }, now))).toEqual(['type', 'customer_id']);
  expect(paths(parseUsageEvent({ ...own, amends: 'e1', voids: 'e2' }, now))).toEqual(['voids']);
});

test.each([
  ['no id', { ...own, id: undefined }, ['id']],
  ['an empty id', { ...own, id: '' }, ['id']],
  ['an id of 256 characters', { ...own, id: 'x'.repeat(256) }, ['id']],
  ['a NUL in its id', { ...own, id: 'a\0b' }, ['id']],
  ['half of a surrogate pair in its source', { ...own, source: '\ud800' }, ['source']],
  ['a NUL in a property', { ...own, properties: { a: 'x\0' } }, ['properties']],
  ['half of a surrogate pair in a property', { ...own, properties: { a: 'x\udc00' } }, ['properties']],
  ['properties that are a list', { ...own, properties: [] }, ['properties']],
  ['properties of 17,000 characters', { ...own, properties: { a: 'x'.repeat(17_000) } }, ['properties']],
  ['a local time', { ...own, time: '2026-01-30T10:00:00' }, ['time']],
  ['a time of the year 9000', { ...own, time: '9000-01-30T10:00:00Z' }, ['time']],
  ['a misspelt field', { ...own, custmer: 'x' }, ['custmer']],
  ['nothing at all', null, ['']],
])('an event with %s is refused by field', (_case, event, expected) => {
  expect(paths(parseUsageEvent(event, now))).toEqual(expected);
});

test('a backslash before the letter u is no NUL', () => {
  expect(parseUsageEvent({ ...own, properties: { path: 'c:\\u0000' } }, now)).toMatchObject({ eventId: 'e1' });
});

test.each([
  ['another version', { ...cloud, specversion: '0.3' }, ['specversion']],
  ['no source', { ...cloud, source: undefined }, ['source']],
  ['no subject', { ...cloud, subject: undefined }, ['subject']],
  ['binary data', { ...cloud, data: undefined, data_base64: 'AA==' }, ['data_base64']],
])('a CloudEvent with %s is refused by field', (_case, event, expected) => {
  expect(paths(parseCloudEvent(event, now))).toEqual(expected);
});
