/** Usage events over HTTP: batches, CloudEvents in all their modes, streams, and what can be asked of them. */
import { openTestApi, type TestApi, type Wire } from '../support/api';

let api: TestApi;
let customerId: string;
let meterId: string;

beforeAll(async () => {
  api = await openTestApi();
  customerId = (await api.send('POST', '/customers', { body: { name: 'Acme' } })).body['id'];
  const body = {
    code: 'tokens',
    name: 'Tokens',
    event_type: 'call',
    aggregation: 'sum',
    value_property: 'tokens',
    group_by: ['model'],
  };
  meterId = (await api.send('POST', '/meters', { body })).body['id'];
});
afterAll(() => api.close());

let number = 0;
const event = (over: object = {}) => ({
  id: `e${(number += 1)}`,
  type: 'call',
  customer_id: customerId,
  time: '2026-03-10T10:00:00.000Z',
  properties: { tokens: 2, model: 'large' },
  ...over,
});
const cloud = (over: object = {}) => {
  const { customer_id: subject, properties: data, ...rest } = event();
  return { specversion: '1.0', source: '/gateway', subject, data, ...rest, ...over };
};
const post = (body: unknown, type = 'application/json', headers: object = {}) =>
  api.send('POST', '/usage-events', { body, headers: { 'content-type': type, ...headers } });
const states = (body: Wire) => body.events.map((one: Wire) => one.reason ?? one.state);
const usage = async (query: string) =>
  (await api.send('GET', `/meters/${meterId}/usage?customer_id=${customerId}&${query}`)).body;

test('a batch answers 202 with the state of each event, and sent again each is a duplicate', async () => {
  const events = [event(), event({ type: 'other' }), event({ customer_id: 'cus_nobody' })];
  const taken = await post({ events });
  expect([taken.status, states(taken.body)]).toEqual([202, ['pending', 'no_meter', 'customer_unknown']]);
  expect(states((await post({ events })).body)).toEqual(['duplicate', 'duplicate', 'duplicate']);
  const [id] = taken.body.events.map((one: Wire) => one.id);
  const read = (await api.send('GET', `/usage-events/${id}`)).body;
  expect(read).toMatchObject({ event_id: events[0]?.id, state: 'pending', meter_ids: [meterId], repeats: 1 });
  const found = (await api.send('GET', `/usage-events?event_id=${events[0]?.id}`)).body;
  expect(found.data).toEqual([read]);
});

test('a batch with one wrong event is refused as a whole, by field', async () => {
  const good = event();
  const refused = await post({ events: [good, event({ time: 'yesterday', colour: 'red' })] });
  expect(refused.status).toBe(422);
  expect(refused.body.errors.map((one: Wire) => one.field)).toEqual(['events.1.colour', 'events.1.time']);
  expect((await api.send('GET', `/usage-events?event_id=${good.id}`)).body.data).toEqual([]);
});

test.each([
  ['no events', { events: [] }, 422],
  ['1,001 events', { events: Array.from({ length: 1001 }, () => event()) }, 422],
  ['a body that is no JSON', '{"events": [', 400],
  ['a field beside the events', { events: [event()], colour: 'red' }, 422],
])('%s is refused', async (_case, body, status) => {
  expect((await post(body)).status).toBe(status);
});

test('another content type is refused', async () => {
  expect((await post('a,b', 'text/csv')).status).toBe(415);
});

test('CloudEvents come alone, in batches and in headers, and are the same event in each', async () => {
  const one = cloud();
  expect(states((await post(one, 'application/cloudevents+json')).body)).toEqual(['pending']);
  const batch = await post([one, cloud()], 'application/cloudevents-batch+json; charset=utf-8');
  expect(states(batch.body)).toEqual(['duplicate', 'pending']);
  const { data, ...attributes } = cloud({ source: '/caf%C3%A9' });
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
  const binary = await post(data, 'application/json', headers);
  expect([states(binary.body), binary.body.events[0].source]).toEqual([['pending'], '/café']);
});

test('a stream of lines is taken in as far as its lines are sound, however long it is', async () => {
  const lines = Array.from({ length: 2_500 }, () => JSON.stringify(event({ type: 'streamed' })));
  lines.splice(1_200, 0, '{"id": ', '', JSON.stringify(event({ id: 7 })), JSON.stringify(cloud()), lines[0] as string);
  const { status, body } = await post(lines.join('\n'), 'application/x-ndjson');
  expect([status, body.received, body.invalid]).toEqual([202, 2_504, 2]);
  expect(body.states).toEqual({ unmatched: 2_500, pending: 1, duplicate: 1 });
  expect(body.problems).toHaveLength(100);
  const invalid = await post(`${JSON.stringify(event())}\n{"id": 1}\n`, 'application/x-ndjson');
  expect(invalid.body.problems).toMatchObject([{ line: 2, reason: 'invalid' }]);
});

test('a stream may be larger than a body, and a line without an end is refused', async () => {
  const wide = { properties: { tokens: 0, model: 'none', note: 'x'.repeat(9_000) } };
  const lines = Array.from({ length: 40 }, () => JSON.stringify(event(wide)));
  const taken = await post(lines.join('\n'), 'application/x-ndjson');
  expect([taken.status, taken.body.states]).toEqual([202, { pending: 40 }]);
  expect((await post(lines.join(','), 'application/x-ndjson')).body.code).toBe('body_too_large');
});

test('usage is read by time, window and group; the current bill sees an event once it is answered', async () => {
  const at = (time: string, tokens: number, model: string) =>
    event({ time: `2026-05-${time}Z`, properties: { tokens, model } });
  await post({
    events: [
      at('01T00:00:00', 1, 'small'),
      at('01T23:59:59', 2, 'large'),
      at('02T00:00:00', 4, 'large'),
      at('02T12:30:00', 8, 'small'),
    ],
  });
  const quantities = async (query: string) => (await usage(query)).data.map((one: Wire) => one.quantity);
  expect(await quantities('from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z')).toEqual(['15']);
  expect(await quantities('from=2026-05-01T00:00:01Z&to=2026-05-02T12:30:00Z')).toEqual(['6']);
  expect(await quantities('from=2026-05-01T06:00:00Z&to=2026-05-03T00:00:00Z&window=day')).toEqual(['2', '12']);
  const grouped = await usage('from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z&group_by[]=model');
  expect(grouped.data[0]).toMatchObject({
    quantity: null,
    groups: [
      { dimensions: { model: 'large' }, quantity: '6' },
      { dimensions: { model: 'small' }, quantity: '9' },
    ],
  });
});

test.each([
  ['a window of nothing', 'from=2026-05-01T00:00:00Z&to=2026-05-01T00:00:00Z', 422],
  ['101 windows', 'from=2026-01-01T00:00:00Z&to=2026-04-12T00:00:00Z&window=day', 422],
  ['a dimension that the meter has not', 'from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z&group_by[]=colour', 422],
])('usage of %s is refused', async (_case, query, status) => {
  const answer = await api.send('GET', `/meters/${meterId}/usage?customer_id=${customerId}&${query}`);
  expect(answer.status).toBe(status);
});

test('an event and its correction may come in one batch', async () => {
  const wrong = event({ time: '2026-07-01T10:00:00Z', properties: { tokens: 90, model: 'large' } });
  const right = event({ time: '2026-07-01T10:00:00Z', properties: { tokens: 9, model: 'large' }, amends: wrong.id });
  const other = event({ time: '2026-07-01T11:00:00Z' });
  const { body } = await post({ events: [right, wrong, other, { id: `v-${other.id}`, voids: other.id }] });
  expect(states(body)).toEqual(['pending', 'pending', 'pending', 'pending']);
  const { data } = await usage('from=2026-07-01T00:00:00Z&to=2026-08-01T00:00:00Z');
  expect(data[0].quantity).toBe('9');
  const listed = await api.send('GET', `/usage-events?state=amended&customer_id=${customerId}`);
  expect(listed.body.data).toMatchObject([{ event_id: wrong.id, corrected_by: body.events[0].id }]);
  const [amendment] = (await api.send('GET', `/usage-events?event_id=${right.id}`)).body.data;
  expect(amendment.corrects).toEqual({ id: body.events[1].id, kind: 'amend' });
});

test('a list is filtered by state, customer, type and time', async () => {
  const ids = async (query: string) =>
    (await api.send('GET', `/usage-events?${query}`)).body.data.map((one: Wire) => one.event_id);
  const [first, second] = [event({ time: '2027-01-01T00:00:00Z' }), event({ time: '2027-01-02T00:00:00Z' })];
  await post({ events: [first, second] });
  await post(second);
  const january = 'from=2027-01-01T00:00:00Z&to=2027-02-01T00:00:00Z';
  expect(await ids(`state=pending&customer_id=${customerId}&type=call&${january}`)).toEqual([second.id, first.id]);
  expect(await ids(`state=billed&${january}`)).toEqual([]);
  expect(await ids(`from=2027-01-01T00:00:00Z&to=2027-01-02T00:00:00Z`)).toEqual([first.id]);
  expect((await ids('state=duplicate&limit=1'))[0]).toBe(second.id);
  expect((await ids('reason=customer_unknown')).length).toBe(1);
});

test('a meter is checked by field, and its code is one meter’s', async () => {
  const body = { code: 'calls', name: 'Calls', event_type: 'call', aggregation: 'count' };
  expect((await api.send('POST', '/meters', { body })).status).toBe(201);
  expect((await api.send('POST', '/meters', { body })).body.code).toBe('already_exists');
  const wrong = await api.send('POST', '/meters', { body: { ...body, code: 'x', aggregation: 'sum' } });
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, 'value_property']);
  const listed = (await api.send('GET', '/meters?code=calls')).body.data;
  expect(listed).toMatchObject([{ code: 'calls', filters: [], group_by: [], conversion: null }]);
  expect((await api.send('GET', `/meters/${listed[0].id}`)).body).toEqual(listed[0]);
});

test('another tenant reads neither meters nor events, and a key that only reads sends none', async () => {
  const other = await api.newTenant();
  const [{ id }] = (await api.send('GET', '/usage-events?limit=1')).body.data;
  expect((await api.send('GET', `/usage-events/${id}`, { key: other.key })).status).toBe(404);
  expect((await api.send('GET', `/meters/${meterId}`, { key: other.key })).status).toBe(404);
  expect((await api.send('GET', '/usage-events', { key: other.key })).body.data).toEqual([]);
  const reader = (await api.send('POST', '/api-keys', { body: { name: 'r', scopes: ['read'] } })).body.key;
  expect((await api.send('POST', '/usage-events', { key: reader, body: event() })).status).toBe(403);
});
