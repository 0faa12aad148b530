/** Requests are read and refused as Stripe reads and refuses them. */
import type Stripe from 'stripe';
import {
  customerWith,
  errorOf,
  openIntent,
  rawRequest,
  startCase,
  type RawAnswer,
  type SandboxCase,
} from './sandbox-case';

let sandbox: SandboxCase;
beforeAll(async () => {
  sandbox = await startCase();
});
afterAll(() => sandbox.close());

const post = (path: string, form: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  rawRequest(sandbox.url, `POST ${path}`, { form, headers });

describe('the API key', () => {
  it.each([
    ['none', '', /did not provide an API key/],
    ['a key for the browser', 'Bearer pk_test_123456789012', /^Invalid API Key provided: pk_test_\*+9012$/],
    ['a live key', 'Bearer sk_live_123456789012', /^Invalid API Key provided: sk_live_\*+9012$/],
  ])('%s is refused with 401', async (_case, authorization, message) => {
    const answer = await rawRequest(sandbox.url, 'GET /v1/balance', { headers: { Authorization: authorization } });
    expect([answer.status, answer.body.error?.['type']]).toEqual([401, 'invalid_request_error']);
    expect(answer.body.error?.['message']).toMatch(message);
  });

  it('may come as basic authentication', async () => {
    const Authorization = `Basic ${Buffer.from('sk_test_123456789012:').toString('base64')}`;
    expect((await rawRequest(sandbox.url, 'GET /v1/balance', { headers: { Authorization } })).status).toBe(200);
  });

  it('must be the one that the sandbox was started with', async () => {
    const strict = await startCase({ secretKey: 'sk_test_theonlyone' });
    expect((await errorOf(strict.stripe.balance.retrieve())).statusCode).toBe(401);
    await strict.close();
  });
});

describe('parameters', () => {
  it.each([
    ['amount=4900&currency=usd&colour=red', 'parameter_unknown', 'colour'],
    [
      'amount=4900&currency=usd&payment_method_options[card][colour]=red',
      'parameter_unknown',
      'payment_method_options[card][colour]',
    ],
    ['currency=usd', 'parameter_missing', 'amount'],
    ['amount=12.5&currency=usd', 'parameter_invalid_integer', 'amount'],
    ['amount=4900&currency=usd&customer=', 'parameter_invalid_empty', 'customer'],
    ['amount=4900&currency=usd&customer=cus_nobody', 'resource_missing', 'customer'],
    ['amount=4900&currency=usd&payment_method=pm_nothing', 'resource_missing', 'payment_method'],
  ])('%s is refused as %s of %s', async (form, code, param) => {
    const { status, body } = await post('/v1/payment_intents', form);
    expect([status, body.error?.['code'], body.error?.['param']]).toEqual([400, code, param]);
  });

  it('with brackets make objects and arrays', async () => {
    const form =
      'amount=4900&currency=usd&metadata[a b]=c%26d&metadata[__proto__]=e&allowed_payment_method_types[]=card&allowed_payment_method_types[]=us_bank_account';
    const { body } = await post('/v1/payment_intents', form, { 'Stripe-Version': '2026-10-28.endive' });
    expect(body['payment_method_types']).toEqual(['card', 'us_bank_account']);
    expect(Object.entries(body['metadata'] as object)).toEqual([
      ['a b', 'c&d'],
      ['__proto__', 'e'],
    ]);
  });

  it('in metadata are bounded, and an empty value removes a key', async () => {
    const customer = await sandbox.stripe.customers.create({ metadata: { keep: '1', drop: '2' } });
    const changed = await sandbox.stripe.customers.update(customer.id, { metadata: { drop: '', more: '3' } });
    expect(changed.metadata).toEqual({ keep: '1', more: '3' });
    const long = await errorOf(sandbox.stripe.customers.update(customer.id, { metadata: { a: 'x'.repeat(501) } }));
    expect(long.statusCode).toBe(400);
  });
});

describe('the names of payment method types', () => {
  const OLD = 'amount=4900&currency=usd&payment_method_types[]=card';
  it.each([
    ['without a version', {}, 200],
    ['with an older version', { 'Stripe-Version': '2026-08-26.dahlia' }, 200],
    ['with the version that removed them', { 'Stripe-Version': '2026-09-30.endive' }, 400],
    ['with today’s version', { 'Stripe-Version': '2026-10-28.endive' }, 400],
  ])('the old name %s is answered with the status expected', async (_case, headers, status) => {
    expect((await post('/v1/payment_intents', OLD, headers as Record<string, string>)).status).toBe(status);
  });

  it('the new name shows under both names in the answer', async () => {
    const order = { amount: 4900, currency: 'usd', allowed_payment_method_types: ['card' as const] };
    const intent = await sandbox.stripe.paymentIntents.create(order);
    expect([intent.allowed_payment_method_types, intent.payment_method_types]).toEqual([['card'], ['card']]);
  });
});

describe('what is not there', () => {
  it.each([
    ['payment_intents/pi_x', "No such payment_intent: 'pi_x'"],
    ['charges/ch_x', "No such charge: 'ch_x'"],
    ['customers/cus_x', "No such customer: 'cus_x'"],
    ['payment_methods/pm_x', "No such PaymentMethod: 'pm_x'"],
  ])('%s is answered with 404', async (path, message) => {
    const { status, body } = await rawRequest(sandbox.url, `GET /v1/${path}`);
    expect([status, body.error?.['code'], body.error?.['message']]).toEqual([404, 'resource_missing', message]);
  });

  it('products, invoices and subscriptions are no part of a payment rail', async () => {
    for (const path of ['products', 'invoices', 'subscriptions']) {
      expect((await rawRequest(sandbox.url, `GET /v1/${path}`)).status).toBe(404);
    }
  });
});

describe('lists', () => {
  it('go newest first, page by page, without gaps', async () => {
    const email = 'pages@example.com';
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) made.push((await sandbox.stripe.customers.create({ email })).id);
    const page = await sandbox.stripe.customers.list({ email, limit: 3 });
    expect([page.data.length, page.has_more, page.url]).toEqual([3, true, '/v1/customers']);
    const all: string[] = [];
    for await (const customer of sandbox.stripe.customers.list({ email, limit: 3 })) all.push(customer.id);
    expect(all).toEqual(made.reverse());
    const before = await sandbox.stripe.customers.list({ email, limit: 2, ending_before: all[4] ?? '' });
    expect([before.data.map(({ id }) => id), before.has_more]).toEqual([all.slice(2, 4), true]);
  });

  it.each(['0', '101'])('refuse a limit of %s', async (limit) => {
    expect((await rawRequest(sandbox.url, `GET /v1/customers?limit=${limit}`)).status).toBe(400);
  });

  it('filter by time', async () => {
    const { created } = await sandbox.stripe.customers.create({ email: 'time@example.com' });
    const count = async (bounds: Stripe.RangeQueryParam): Promise<number> =>
      (await sandbox.stripe.customers.list({ email: 'time@example.com', created: bounds })).data.length;
    expect([await count({ gte: created }), await count({ gt: created }), await count({ lt: created })]).toEqual([
      1, 0, 0,
    ]);
  });
});

describe('expansion', () => {
  it('follows four steps at most', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa', { confirm: true });
    const expand = ['data.latest_charge.balance_transaction.source'];
    const { data } = await sandbox.stripe.paymentIntents.list({ limit: 1, expand });
    expect(data[0]).toMatchObject({
      latest_charge: { balance_transaction: { source: { payment_intent: intent.id } } },
    });
    const tooDeep = await errorOf(sandbox.stripe.paymentIntents.list({ expand: [`${expand[0]}.customer`] }));
    expect(tooDeep.statusCode).toBe(400);
  });

  it('refuses what cannot be expanded and passes over what is null', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    expect(
      (await sandbox.stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] })).latest_charge,
    ).toBeNull();
    const error = await errorOf(sandbox.stripe.paymentIntents.retrieve(intent.id, { expand: ['amount'] }));
    expect(error.message).toBe('This property cannot be expanded (amount).');
  });

  it('that is refused leaves nothing done', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id, { expand: ['latest_charges'] }));
    expect((await sandbox.stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_confirmation');
  });

  it('leaves the stored object as it was', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa', { confirm: true, expand: ['customer'] });
    expect(typeof intent.customer).toBe('object');
    expect(typeof (await sandbox.stripe.paymentIntents.retrieve(intent.id)).customer).toBe('string');
  });
});

describe('payment methods', () => {
  it('are fresh each time that a test id is used, with one fingerprint for one card', async () => {
    const [one, other, amex] = await Promise.all(
      ['pm_card_visa', 'pm_card_visa', 'pm_card_amex'].map((id) => sandbox.stripe.paymentMethods.retrieve(id)),
    );
    expect(one?.id).not.toBe(other?.id);
    expect(one?.card?.fingerprint).toBe(other?.card?.fingerprint);
    expect(one?.card?.fingerprint).not.toBe(amex?.card?.fingerprint);
  });

  it('belong to one customer, and to nobody once they are detached', async () => {
    const owner = await customerWith(sandbox.stripe, 'pm_card_visa');
    const other = await sandbox.stripe.customers.create({});
    const attach = (): Promise<unknown> => sandbox.stripe.paymentMethods.attach(owner.method, { customer: other.id });
    expect((await errorOf(attach())).message).toBe(
      'The payment method you provided has already been attached to a customer.',
    );
    const order = { amount: 4900, currency: 'usd', customer: other.id, payment_method: owner.method };
    expect((await errorOf(sandbox.stripe.paymentIntents.create(order))).message).toMatch(
      /does not have a payment method/,
    );
    await sandbox.stripe.paymentMethods.detach(owner.method);
    expect((await errorOf(attach())).message).toMatch(/may not be used again/);
    const again = await errorOf(sandbox.stripe.paymentMethods.detach(owner.method));
    expect(again.message).toMatch(/not attached to a customer/);
  });
});

describe('a finished payment', () => {
  it('refuses to be confirmed, canceled or changed, with itself in the error', async () => {
    const paid = await openIntent(sandbox.stripe, 'pm_card_visa', { confirm: true });
    const errors = [
      await errorOf(sandbox.stripe.paymentIntents.confirm(paid.id)),
      await errorOf(sandbox.stripe.paymentIntents.cancel(paid.id)),
      await errorOf(sandbox.stripe.paymentIntents.update(paid.id, { amount: 100 })),
      await errorOf(sandbox.stripe.paymentIntents.capture(paid.id)),
    ];
    for (const error of errors) {
      expect([error.statusCode, error.code]).toEqual([400, 'payment_intent_unexpected_state']);
      expect(error.payment_intent).toMatchObject({ id: paid.id, status: 'succeeded' });
    }
    const described = await sandbox.stripe.paymentIntents.update(paid.id, { description: 'words may change' });
    expect(described.description).toBe('words may change');
  });

  it('that was canceled stays canceled', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    await sandbox.stripe.paymentIntents.cancel(intent.id);
    expect((await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id))).payment_intent?.status).toBe('canceled');
  });
});

test('an unpaid payment may change its amount and method, and is charged with the new ones', async () => {
  const intent = await openIntent(sandbox.stripe, 'pm_card_chargeCustomerFail');
  await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id));
  const changed = await sandbox.stripe.paymentIntents.update(intent.id, {
    amount: 5100,
    payment_method: 'pm_card_visa',
  });
  expect(changed).toMatchObject({ amount: 5100, status: 'requires_confirmation' });
  expect(await sandbox.stripe.paymentIntents.confirm(intent.id)).toMatchObject({
    status: 'succeeded',
    amount_received: 5100,
  });
});
