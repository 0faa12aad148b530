/** Fee schedules, revenue streams and targets over HTTP: made once, versioned or changed as they may be, and refused by field. */
import { openTestApi, type TestApi, type Wire } from '../support/api';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const post = (path: string, body: unknown) => api.send('POST', path, { body });
const fieldsOf = (body: Wire): string[] => body.errors.map((error: { field: string }) => error.field);
const usd = (amount: string) => ({ amount, currency: 'USD' });

const bridge = {
  rates: [{ percent: '0.25', minimum: { USD: '0.10' }, maximum: { USD: '50' } }],
  volume_discounts: [{ from: { USD: '50000' }, percent: '10' }],
  multipliers: [{ key: 'express', factor: '3' }],
};

test('a schedule quotes by its current version, and by an older one when asked', async () => {
  const made = await post('/fee-schedules', { code: 'bridge', name: 'Bridge', ...bridge });
  expect(made.status).toBe(201);
  const path = `/fee-schedules/${made.body.id}`;
  const next = await post(`${path}/versions`, { rates: [{ percent: '1' }] });
  expect([next.status, next.body.current_version, next.body.versions.length]).toEqual([201, 2, 2]);
  const question = { value: usd('30000.00') };
  const express = { ...question, volume: '50000', multipliers: ['express'], version: 1 };
  const [newest, first] = [await post(`${path}/quote`, question), await post(`${path}/quote`, express)];
  expect([newest.body.version, newest.body.fee]).toEqual([2, usd('300.00')]);
  expect([first.body.version, first.body.fee, first.body.payable]).toEqual([1, usd('135.00'), usd('30135.00')]);
  expect(first.body.steps.map((step: Wire) => step.result)).toEqual(['75', '50', '45', '135']);
});

test('a quote without a key keeps nothing, and one with a key answers the same again', async () => {
  const made = await post('/fee-schedules', { code: 'kept', name: 'Kept', ...bridge });
  const path = `/fee-schedules/${made.body.id}/quote`;
  const plain = await post(path, { value: usd('1.00') });
  expect([plain.status, plain.headers.get('idempotency-key')]).toEqual([200, null]);
  const keyed = () =>
    api.send('POST', path, { body: { value: usd('1.00') }, headers: { 'idempotency-key': 'quote-1' } });
  expect([(await keyed()).body, (await keyed()).headers.get('idempotent-replayed')]).toEqual([plain.body, 'true']);
});

test('a code is taken once, and finds its schedule', async () => {
  const body = { code: 'once', name: 'Once', ...bridge };
  const first = await post('/fee-schedules', body);
  expect((await post('/fee-schedules', body)).body.code).toBe('already_exists');
  const found = await api.send('GET', '/fee-schedules?code=once');
  expect(found.body.data).toEqual([first.body]);
});

test('another tenant sees none of it', async () => {
  const other = await api.newTenant();
  const { body } = await post('/fee-schedules', { code: 'mine', name: 'Mine', ...bridge });
  const seen = await api.send('GET', `/fee-schedules/${body.id}`, { key: other.key });
  expect([seen.status, seen.body.code]).toEqual([404, 'not_found']);
});

test.each([
  ['no rates', { rates: [] }, ['rates']],
  ['shares that do not add up', { rates: [{ percent: '1' }], shares: [{ party: 'a', percent: '99' }] }, ['shares']],
  ['a misspelt field', { rates: [{ percent: '1', minimun: {} }] }, ['rates.0.minimun']],
  ['a number as a percentage', { rates: [{ percent: 1 }] }, ['rates.0.percent']],
])('a schedule with %s is refused by field', async (_case, terms, fields) => {
  const answer = await post('/fee-schedules', { code: 'wrong', name: 'Wrong', ...terms });
  expect([answer.status, answer.body.code, fieldsOf(answer.body)]).toEqual([422, 'validation_failed', fields]);
});

test.each([
  ['a rate of another schedule', { value: usd('1.00'), rate: 'taker' }, ['rate']],
  ['a multiplier that is not there', { value: usd('1.00'), multipliers: ['rush'] }, ['multipliers.0']],
  ['a version that is not there', { value: usd('1.00'), version: 9 }, ['version']],
  ['an amount below zero in the volume', { value: usd('1.00'), volume: '-1' }, ['volume']],
  ['an amount finer than its currency', { value: usd('1.001') }, ['value.amount']],
  ['a value below zero', { value: usd('-1.00') }, ['value.amount']],
])('a quote with %s is refused by field', async (_case, question, fields) => {
  const { body } = await api.send('GET', '/fee-schedules?code=bridge');
  const answer = await post(`/fee-schedules/${body.data[0].id}/quote`, question);
  expect([answer.status, fieldsOf(answer.body)]).toEqual([422, fields]);
});

const target = { amount: '195000.00', currency: 'USD', interval: 'month' };

test('a stream keeps what a change leaves out and drops what it names as null; its key stays', async () => {
  const made = await post('/revenue-streams', { key: 'analytics', name: 'Analytics', mechanism: 'plans', target });
  expect([made.status, made.body.target]).toEqual([201, { ...target, minimum: null }]);
  const path = `/revenue-streams/${made.body.id}`;
  const changed = await api.send('PATCH', path, { body: { name: 'Premium', target: null } });
  expect(changed.body).toMatchObject({ key: 'analytics', name: 'Premium', mechanism: 'plans', target: null });
  expect((await api.send('PATCH', path, { body: { key: 'other' } })).status).toBe(422);
  expect((await api.send('GET', path)).body).toEqual(changed.body);
});

test('a target over streams is a figure of its own', async () => {
  const body = { key: 'overall', name: 'Overall', target: { ...target, minimum: '160000.00' } };
  const made = await post('/revenue-targets', body);
  expect([made.status, made.body.streams, made.body.target.minimum]).toEqual([201, null, '160000.00']);
  const path = `/revenue-targets/${made.body.id}`;
  const changed = await api.send('PATCH', path, { body: { streams: ['analytics'] } });
  expect([changed.body.streams, changed.body.target]).toEqual([['analytics'], made.body.target]);
  expect((await post('/revenue-targets', body)).body.code).toBe('already_exists');
});

test.each([
  ['a target of nothing', { target: { ...target, amount: '0.00' } }, ['target.amount']],
  ['a minimum above the target', { target: { ...target, minimum: '195000.01' } }, ['target.minimum']],
  ['an amount finer than its currency', { target: { ...target, amount: '1.005' } }, ['target.amount']],
  ['an interval of no calendar', { target: { ...target, interval: 'moon' } }, ['target.interval']],
  ['a range that falls', { per_cycle: { least: '5.00', most: '4.00', currency: 'USD' } }, ['per_cycle.least']],
])('a stream with %s is refused by field', async (_case, wrong, fields) => {
  const answer = await post('/revenue-streams', { key: 'wrong', name: 'Wrong', ...wrong });
  expect([answer.status, fieldsOf(answer.body)]).toEqual([422, fields]);
});

test('a product has a code of its own, and may change its name', async () => {
  const made = await post('/products', { code: 'studio', name: 'Studio' });
  expect([made.status, made.body.code]).toEqual([201, 'studio']);
  expect((await post('/products', { code: 'studio', name: 'Other' })).body.code).toBe('already_exists');
  const changed = await api.send('PATCH', `/products/${made.body.id}`, { body: { name: 'Studio Pro' } });
  expect(changed.body).toEqual({ ...made.body, name: 'Studio Pro' });
  expect((await api.send('GET', '/products?code=studio')).body.data).toEqual([changed.body]);
});
