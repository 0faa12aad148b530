/** Features, checks, overrides and reservations over HTTP, with what is wrong by field. */
import { newId } from '../../domain/ids';
import { openTestApi, type TestApi, type Wire } from '../support/api';

let api: TestApi;
let meterId: string;
let productId: string;

beforeAll(async () => {
  api = await openTestApi();
  const meter = { code: 'tokens', name: 'Tokens', event_type: 'call', aggregation: 'sum', value_property: 'tokens' };
  meterId = (await api.send('POST', '/meters', { body: meter })).body['id'];
  productId = (await api.send('POST', '/products', { body: { name: 'Pro' } })).body['id'];
  const features = [
    { key: 'tokens', name: 'Tokens', type: 'metered', meter_id: meterId, unit: 'token' },
    { key: 'sso', name: 'Single sign-on', type: 'boolean' },
    { key: 'region', name: 'Region', type: 'static' },
  ];
  for (const body of features) await api.send('POST', '/features', { body });
});
afterAll(() => api.close());

const fieldsOf = ({ status, body }: { status: number; body: Wire }) => [
  status,
  (body.errors ?? []).map((one: Wire) => one.field),
];
const customer = async (): Promise<string> =>
  (await api.send('POST', '/customers', { body: { name: 'Acme' } })).body['id'];
const override = (customerId: string, body: object) =>
  api.send('POST', `/customers/${customerId}/entitlement-overrides`, { body });
const check = (customer_id: string, feature: string, more: object = {}) =>
  api.send('POST', '/entitlements/check', { body: { customer_id, feature, ...more } });
const reserve = (customer_id: string, quantity: string, more: object = {}) =>
  api.send('POST', '/entitlements/reservations', { body: { customer_id, feature: 'tokens', quantity, ...more } });
const plan = (entitlements: readonly object[]) =>
  api.send('POST', '/plans', {
    body: {
      product_id: productId,
      code: newId('plan').slice(5),
      name: 'P',
      interval: { unit: 'month' },
      prices: [{ model: 'flat', amounts: { USD: '1.00' }, description: 'P' }],
      entitlements,
    },
  });

test('a feature is made once by its key, and read and listed as it is', async () => {
  const body = { key: 'seats', name: 'Seats', type: 'static' };
  const made = await api.send('POST', '/features', { body });
  expect([made.status, made.body.key, made.body.meter_id]).toEqual([201, 'seats', null]);
  expect((await api.send('POST', '/features', { body })).body['code']).toBe('already_exists');
  expect((await api.send('GET', `/features/${made.body.id}`)).body).toEqual(made.body);
  expect((await api.send('GET', '/features?key=seats')).body.data).toEqual([made.body]);
});

test.each([
  ['a metered feature without a meter', { key: 'a', name: 'A', type: 'metered' }, ['meter_id']],
  ['a meter that is nobody’s', { key: 'a', name: 'A', type: 'metered', meter_id: 'meter_x' }, ['meter_id']],
  ['a key with blanks', { key: 'a b', name: 'A', type: 'boolean' }, ['key']],
  ['a type that is not known', { key: 'a', name: 'A', type: 'magic' }, ['type']],
])('%s is refused by field', async (_case, body, fields) => {
  expect(fieldsOf(await api.send('POST', '/features', { body }))).toEqual([422, fields]);
});

test('a boolean feature with a meter is refused by field', async () => {
  const body = { key: 'a', name: 'A', type: 'boolean', meter_id: meterId };
  expect(fieldsOf(await api.send('POST', '/features', { body }))).toEqual([422, ['meter_id']]);
});

test('a plan version says what it grants, with the defaults', async () => {
  const { status, body } = await plan([
    { feature: 'tokens', limit: '100' },
    { feature: 'sso' },
    { feature: 'region', value: 'eu' },
  ]);
  expect([status, body.versions?.[0].entitlements]).toEqual([
    201,
    [
      {
        feature: 'tokens',
        type: 'metered',
        limit: '100',
        reset: 'billing_period',
        limit_type: 'hard',
        overage: 'refused',
        rollover: null,
        thresholds: [80, 100],
      },
      { feature: 'sso', type: 'boolean', enabled: true },
      { feature: 'region', type: 'static', value: 'eu' },
    ],
  ]);
});

test.each([
  ['a feature that is not known', [{ feature: 'nothing' }], ['entitlements.0.feature']],
  ['the same feature twice', [{ feature: 'sso' }, { feature: 'sso' }], ['entitlements.1.feature']],
  ['a metered feature whose limit is forgotten', [{ feature: 'tokens' }], ['entitlements.0.limit']],
  ['a limit below zero', [{ feature: 'tokens', limit: '-1' }], ['entitlements.0.limit']],
  ['a limit of a boolean feature', [{ feature: 'sso', limit: '1' }], ['entitlements.0.limit']],
  [
    'billed overage of a hard limit',
    [{ feature: 'tokens', limit: '1', overage: 'billed' }],
    ['entitlements.0.overage'],
  ],
  [
    'a rollover of what never begins anew',
    [{ feature: 'tokens', limit: '1', reset: 'never', rollover: { maximum: null } }],
    ['entitlements.0.rollover'],
  ],
  ['a threshold of nothing', [{ feature: 'tokens', limit: '1', thresholds: [0] }], ['entitlements.0.thresholds.0']],
  ['a static feature without a value', [{ feature: 'region' }], ['entitlements.0.value']],
])('a plan that grants %s is refused by field', async (_case, entitlements, fields) => {
  expect(fieldsOf(await plan(entitlements))).toEqual([422, fields]);
});

test('a customer without a subscription may use nothing, and hears why', async () => {
  const { status, body } = await check(await customer(), 'sso');
  expect([status, body.allowed, body.reason]).toEqual([200, false, 'no_subscription']);
});

test('a check keeps no answer: asked again it answers what is so then, unless the client names a key', async () => {
  const id = await customer();
  const first = await check(id, 'sso');
  await override(id, { feature: 'sso' });
  const second = await check(id, 'sso');
  expect([first.body.allowed, second.body.allowed, second.headers.get('idempotency-key')]).toEqual([false, true, null]);
});

test.each([
  ['a feature that is not known', { feature: 'nothing' }, ['feature']],
  ['a customer of nobody', { customer_id: 'cus_x' }, ['customer_id']],
  ['a quantity below zero', { quantity: '-1' }, ['quantity']],
])('a check of %s is refused by field', async (_case, wrong, fields) => {
  expect(fieldsOf(await check(await customer(), 'tokens', wrong))).toEqual([422, fields]);
});

test('an override grants one customer something else until it is taken away', async () => {
  const id = await customer();
  expect((await override(id, { feature: 'region', value: 'ke' })).status).toBe(201);
  expect((await check(id, 'region')).body).toMatchObject({ allowed: true, reason: 'granted', value: 'ke' });
  expect((await check(await customer(), 'region')).body.allowed).toBe(false);
  await override(id, { feature: 'region', value: 'de' });
  const listed = (await api.send('GET', `/customers/${id}/entitlement-overrides`)).body.data;
  expect(listed.map((one: Wire) => one.entitlement.value)).toEqual(['de']);
  expect((await api.send('DELETE', `/customers/${id}/entitlement-overrides/region`)).status).toBe(200);
  expect((await api.send('DELETE', `/customers/${id}/entitlement-overrides/region`)).status).toBe(404);
  expect((await check(id, 'region')).body.allowed).toBe(false);
});

test('an override that has ended counts no more', async () => {
  const id = await customer();
  await override(id, { feature: 'sso', ends_at: '2026-01-01T00:00:00.000Z' });
  expect((await check(id, 'sso')).body.allowed).toBe(false);
});

test('a reservation counts until its events take its place, which count instead', async () => {
  const id = await customer();
  await override(id, { feature: 'tokens', limit: '10' });
  const made = await reserve(id, '8');
  expect([made.status, made.body.status]).toEqual([201, 'held']);
  expect((await check(id, 'tokens', { quantity: '3' })).body).toMatchObject({
    allowed: false,
    reason: 'above_remaining',
    usage: '0',
    reserved: '8',
    remaining: '2',
  });
  const refused = await reserve(id, '3');
  expect([refused.status, refused.body.code]).toEqual([429, 'entitlement_limit_reached']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const commit = `/entitlements/reservations/${made.body.id}/commit`;
  const wrong = await api.send('POST', commit, { body: { events: [{ id: 'x' }] } });
  expect(fieldsOf(wrong)).toEqual([422, ['events.0']]);
  const body = { events: [{ id: `done-${id}`, properties: { tokens: 5 } }] };
  const done = await api.send('POST', commit, { body });
  expect([done.status, done.body.status, done.body.usage_event_ids.length]).toEqual([200, 'committed', 1]);
  expect((await api.send('POST', commit, { body })).body).toEqual(done.body);
  const other = { events: [{ id: `other-${id}`, properties: { tokens: 5 } }] };
  expect((await api.send('POST', commit, { body: other })).body.code).toBe('reservation_not_held');
  expect((await check(id, 'tokens')).body).toMatchObject({ allowed: true, usage: '5', reserved: '0', remaining: '5' });
});

test('a reservation that is given back is free, and can be given back again but not committed', async () => {
  const id = await customer();
  await override(id, { feature: 'tokens', limit: '10' });
  const made = await reserve(id, '10');
  const path = `/entitlements/reservations/${made.body.id}`;
  expect((await api.send('POST', `${path}/release`)).body.status).toBe('released');
  expect((await api.send('POST', `${path}/release`)).status).toBe(200);
  const commit = { body: { events: [{ id: `late-${id}`, properties: { tokens: 5 } }] } };
  expect((await api.send('POST', `${path}/commit`, commit)).status).toBe(409);
  expect((await reserve(id, '10')).status).toBe(201);
  const listed = (await api.send('GET', `/entitlements/reservations?customer_id=${id}`)).body.data;
  expect(listed.map((one: Wire) => one.status)).toEqual(['held', 'released']);
});

test('what is not granted cannot be reserved: 403 with the reason', async () => {
  const refused = await reserve(await customer(), '1');
  expect([refused.status, refused.body.code]).toEqual([403, 'entitlement_missing']);
});

test('the same Idempotency-Key reserves once', async () => {
  const id = await customer();
  await override(id, { feature: 'tokens', limit: '10' });
  const headers = { 'idempotency-key': `reserve-${id}` };
  const body = { customer_id: id, feature: 'tokens', quantity: '6' };
  const send = () => api.send('POST', '/entitlements/reservations', { body, headers });
  const [first, second] = [await send(), await send()];
  expect([first.status, second.body]).toEqual([201, first.body]);
});

test('another tenant sees neither features, nor reservations, nor how a customer stands', async () => {
  const id = await customer();
  await override(id, { feature: 'tokens', limit: '10' });
  const made = await reserve(id, '1');
  const { key } = await api.newTenant();
  const asked = [`/customers/${id}/entitlements`, `/entitlements/reservations/${made.body.id}`];
  for (const path of asked) expect((await api.send('GET', path, { key })).status).toBe(404);
  expect((await api.send('GET', '/features', { key })).body.data).toEqual([]);
  const body = { customer_id: id, feature: 'tokens' };
  expect((await api.send('POST', '/entitlements/check', { key, body })).status).toBe(422);
});

test('how a customer stands shows every feature, with what adds up to it', async () => {
  const id = await customer();
  await override(id, { feature: 'tokens', limit: '10', reset: 'never' });
  await override(id, { feature: 'sso', enabled: false });
  const { data } = (await api.send('GET', `/customers/${id}/entitlements`)).body;
  expect(data.map((one: Wire) => [one.feature, one.allowed, one.reason, one.resets_at])).toEqual([
    ['sso', false, 'switched_off', null],
    ['tokens', true, 'within_limit', null],
  ]);
  expect(data[1].grants).toHaveLength(1);
});
