/** Payment methods: made from test cards and accounts, attached to customers and detached for good. */
import { endpoint } from '../http/endpoint';
import { Failure, invalidParameter, missing, missingReference, refused } from '../http/failure';
import { listPage, listParameters } from '../http/list';
import { changedMetadata, metadata } from '../http/metadata';
import { clearableText, integer, object, oneOf, required, text, type Parsed } from '../http/parameters';
import { cardFailureBody } from '../payments/card-failure';
import { declines } from '../payments/declines';
import { makePaymentMethod, type MethodDetails } from '../payments/make-payment-method';
import { testMethodByNumber, testMethodByToken, testMethods } from '../payments/test-methods';
import type { PaymentMethod } from '../state/stored';
import type { World } from '../state/world';
import { billingDetailsOf, billingParameters } from './address';
import { customerReference } from './customer-reference';
import { detachPaymentMethod } from './detach-payment-method';

const methodTypes = oneOf('card', 'us_bank_account', 'sepa_debit');
const allowRedisplay = oneOf('always', 'limited', 'unspecified');

/** The parameters that describe a method as `payment_method_data` of an intent. Card numbers do not go there. */
export const inlineMethodParameters = {
  allow_redisplay: allowRedisplay,
  billing_details: object(billingParameters),
  metadata,
  sepa_debit: object({ iban: required(text) }),
  type: required(methodTypes),
  us_bank_account: object({
    account_holder_type: oneOf('company', 'individual'),
    account_number: text,
    account_type: oneOf('checking', 'savings'),
    routing_number: text,
  }),
} as const;
const methodDataParameters = {
  ...inlineMethodParameters,
  card: object({ number: text, exp_month: integer, exp_year: integer, cvc: text, token: text }),
} as const;
type MethodData = Parsed<typeof methodDataParameters>;

/** Makes a payment method from its data. Throws `incorrect_number` for a number that is no test number: no other one can be known here. */
export function methodFromData(world: World, given: MethodData): PaymentMethod {
  const details: MethodDetails = {
    metadata: changedMetadata({}, given.metadata),
    ...(given.billing_details === undefined ? {} : { billingDetails: billingDetailsOf(given.billing_details) }),
    ...(given.card?.exp_month === undefined ? {} : { expiryMonth: given.card.exp_month }),
    ...(given.card?.exp_year === undefined ? {} : { expiryYear: given.card.exp_year }),
  };
  const method = makePaymentMethod(world, testMethodNamed(given), details);
  if (given.allow_redisplay !== undefined) method.allow_redisplay = given.allow_redisplay;
  return method;
}

function testMethodNamed(given: MethodData): string {
  const numbers = {
    card: given.card?.number,
    us_bank_account: given.us_bank_account?.account_number,
    sepa_debit: given.sepa_debit?.iban,
  };
  const token = given.type === 'card' ? given.card?.token : undefined;
  if (token !== undefined) {
    const name = testMethodByToken(token);
    if (name === null) throw missingReference('token', token, 'card[token]');
    return name;
  }
  const number = numbers[given.type];
  if (number === undefined)
    throw invalidParameter('parameter_missing', given.type, `Missing required param: ${given.type}.`);
  const name = testMethodByNumber(number);
  if (name === null || testMethods[name]?.type !== given.type) {
    throw new Failure(402, cardFailureBody(declines.incorrect_number));
  }
  return name;
}

/** The method that a request names: a stored one, or a fresh one for an id such as `pm_card_visa`. */
export function methodReference(world: World, id: string, param = 'payment_method'): PaymentMethod {
  const method = findMethod(world, id);
  if (method === null) throw missingReference('PaymentMethod', id, param);
  return method;
}

function findMethod(world: World, id: string): PaymentMethod | null {
  const stored = world.paymentMethods.get(id);
  if (stored !== undefined) return stored;
  return Object.hasOwn(testMethods, id) ? makePaymentMethod(world, id) : null;
}

function requireMethod(world: World, id: string): PaymentMethod {
  const method = findMethod(world, id);
  if (method === null) throw missing('PaymentMethod', id, 'payment_method');
  return method;
}

const SPENT =
  'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.';

/** Throws when a method was detached or used up. */
export function checkUsable(world: World, method: PaymentMethod): void {
  if (world.secrets.at(method.id).isSpent) throw refused(null, SPENT);
}

/** Binds a method to a customer. A card that the bank declines is declined here already, with 402. */
export function attachToCustomer(world: World, method: PaymentMethod, customerId: string): PaymentMethod {
  customerReference(world, customerId);
  if (method.customer !== null) {
    throw refused(null, 'The payment method you provided has already been attached to a customer.');
  }
  checkUsable(world, method);
  const decline = testMethods[world.secrets.at(method.id).testMethod]?.attachDecline;
  if (decline !== undefined) throw new Failure(402, cardFailureBody(decline));
  world.paymentMethods.update(method, { customer: customerId });
  world.emit('payment_method.attached', method);
  return method;
}

function detach(world: World, method: PaymentMethod): PaymentMethod {
  if (method.customer === null) {
    throw refused(null, 'The payment method you provided is not attached to a customer so detachment is impossible.');
  }
  return detachPaymentMethod(world, method);
}

const updateParameters = {
  allow_redisplay: allowRedisplay,
  billing_details: object(billingParameters),
  card: object({ exp_month: integer, exp_year: integer }),
  metadata,
} as const;

function update(world: World, method: PaymentMethod, given: Parsed<typeof updateParameters>): PaymentMethod {
  const change: Partial<PaymentMethod> = {};
  if (given.allow_redisplay !== undefined) change.allow_redisplay = given.allow_redisplay;
  if (given.billing_details !== undefined) {
    change.billing_details = billingDetailsOf(given.billing_details, method.billing_details);
  }
  if (given.metadata !== undefined) change.metadata = changedMetadata(method.metadata ?? {}, given.metadata);
  if (given.card !== undefined && method.card !== undefined)
    change.card = { ...method.card, ...withoutAbsent(given.card) };
  const previous = Object.fromEntries(Object.keys(change).map((name) => [name, method[name as keyof PaymentMethod]]));
  world.paymentMethods.update(method, change);
  world.emit('payment_method.updated', method, previous);
  return method;
}

function withoutAbsent(card: { exp_month?: number | undefined; exp_year?: number | undefined }): object {
  return Object.fromEntries(Object.entries(card).filter(([, value]) => value !== undefined));
}

function methodsOf(world: World, customerId: string, type: string | undefined): PaymentMethod[] {
  return world.paymentMethods
    .newestFirst()
    .filter((method) => method.customer === customerId && (type === undefined || method.type === type));
}

export const paymentMethodEndpoints = [
  endpoint('POST', '/v1/payment_methods', methodDataParameters, ({ world, parameters }) =>
    methodFromData(world, parameters),
  ),
  endpoint('GET', '/v1/payment_methods/:id', {}, ({ world, id }) => requireMethod(world, id)),
  endpoint('POST', '/v1/payment_methods/:id', updateParameters, ({ world, id, parameters }) =>
    update(world, requireMethod(world, id), parameters),
  ),
  endpoint('POST', '/v1/payment_methods/:id/attach', { customer: required(text) }, ({ world, id, parameters }) =>
    attachToCustomer(world, requireMethod(world, id), parameters.customer),
  ),
  endpoint('POST', '/v1/payment_methods/:id/detach', {}, ({ world, id }) => detach(world, requireMethod(world, id))),
  endpoint(
    'GET',
    '/v1/payment_methods',
    { ...listParameters, customer: clearableText, type: text, allow_redisplay: allowRedisplay },
    ({ world, parameters }) =>
      listPage('/v1/payment_methods', methodsOf(world, parameters.customer ?? '', parameters.type), parameters),
  ),
  endpoint(
    'GET',
    '/v1/customers/:id/payment_methods',
    { ...listParameters, type: text, allow_redisplay: allowRedisplay },
    ({ world, id, parameters }) =>
      listPage(`/v1/customers/${id}/payment_methods`, methodsOf(world, id, parameters.type), parameters),
  ),
  endpoint('GET', '/v1/customers/:id/payment_methods/:innerId', {}, ({ world, id, innerId }) => {
    const method = requireMethod(world, innerId);
    if (method.customer !== id) throw missing('PaymentMethod', innerId, 'payment_method');
    return method;
  }),
];
