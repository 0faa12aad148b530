/** Setup intents: a payment method is saved, and where the bank wants it, the customer authenticates for later. */
import type Stripe from 'stripe';
import { endpoint } from '../http/endpoint';
import { missing, refused } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { changedMetadata } from '../http/metadata';
import { object, oneOf, text, type Parsed } from '../http/parameters';
import { checkIsCustomers } from '../payments/check-customer';
import { makeMandate } from '../payments/confirm-intent';
import { confirmSetup } from '../payments/confirm-setup';
import { givenMethod } from '../payments/given-method';
import {
  allowedTypes,
  automaticTypes,
  mandateData,
  setupMethodOptions,
  sharedIntentParameters,
} from '../payments/intent-parameters';
import { newId } from '../state/new-id';
import type { PaymentMethod, SetupIntent } from '../state/stored';
import type { World } from '../state/world';
import { customerReference } from './customer-reference';

/** Setup intents have no currency: Stripe offers what the account can take in its own. */
const ACCOUNT_CURRENCY = 'usd';

const createParameters = {
  ...sharedIntentParameters,
  payment_method_options: object(setupMethodOptions),
  usage: oneOf('off_session', 'on_session'),
} as const;
const {
  customer,
  description,
  metadata,
  payment_method,
  payment_method_data,
  payment_method_types,
  allowed_payment_method_types,
} = sharedIntentParameters;
const { payment_method_options } = createParameters;
const updateParameters = {
  allowed_payment_method_types,
  customer,
  description,
  metadata,
  payment_method,
  payment_method_data,
  payment_method_options,
  payment_method_types,
} as const;
const confirmParameters = {
  mandate_data: mandateData,
  payment_method: text,
  payment_method_data,
  payment_method_options,
  return_url: text,
  use_stripe_sdk: sharedIntentParameters.use_stripe_sdk,
} as const;

type Create = Parsed<typeof createParameters>;

function create(world: World, given: Create, apiVersion: string | null): SetupIntent {
  if (given.customer !== undefined) customerReference(world, given.customer);
  const types = allowedTypes(given, apiVersion);
  const method = givenMethod(world, given);
  if (method !== null) checkIsCustomers(method, given.customer ?? null);
  const intent = world.setupIntents.add(makeIntent(world, given, types, method));
  world.emit('setup_intent.created', intent);
  if (given.confirm !== true) return intent;
  const { payment_method: _method, payment_method_data: _data, ...confirmation } = given;
  return confirm(world, intent, confirmation);
}

function makeIntent(world: World, given: Create, types: string[] | null, method: PaymentMethod | null): SetupIntent {
  const id = newId('seti');
  return {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: types as SetupIntent['allowed_payment_method_types'],
    application: null,
    automatic_payment_methods:
      types === null
        ? { allow_redirects: given.automatic_payment_methods?.allow_redirects ?? 'always', enabled: true }
        : null,
    cancellation_reason: null,
    client_secret: newId(`${id}_secret`, 25),
    created: world.now(),
    customer: given.customer ?? null,
    customer_account: null,
    description: given.description ?? null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: { enabled: false },
    mandate: null,
    metadata: changedMetadata({}, given.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        mandate_options: null,
        network: null,
        request_three_d_secure: given.payment_method_options?.card?.request_three_d_secure ?? 'automatic',
      },
    },
    payment_method_types: types ?? automaticTypes(ACCOUNT_CURRENCY),
    single_use_mandate: null,
    status: method === null ? 'requires_payment_method' : 'requires_confirmation',
    usage: given.usage ?? 'off_session',
  } satisfies Stripe.SetupIntent;
}

const CONFIRMABLE: readonly string[] = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

function confirm(world: World, intent: SetupIntent, given: Parsed<typeof confirmParameters>): SetupIntent {
  checkState(intent, 'confirm', CONFIRMABLE);
  const present = intent.payment_method === null ? null : (world.paymentMethods.get(intent.payment_method) ?? null);
  const method = givenMethod(world, given) ?? present;
  if (method === null) {
    throw refused(
      'setup_intent_unexpected_state',
      "You cannot confirm this SetupIntent because it's missing a payment method.",
      { setup_intent: intent },
    );
  }
  checkIsCustomers(method, intent.customer);
  const mandate =
    given.mandate_data === undefined || given.mandate_data === null
      ? null
      : makeMandate(world, method, given.mandate_data);
  const context = { method, mandateId: mandate?.id ?? null, returnUrl: given.return_url ?? null };
  return confirmSetup(world, intent, context);
}

function checkState(intent: SetupIntent, verb: string, statuses: readonly string[]): void {
  if (statuses.includes(intent.status)) return;
  throw refused(
    'setup_intent_unexpected_state',
    `You cannot ${verb} this SetupIntent because it has a status of ${intent.status}. Only a SetupIntent with one of the following statuses may be ${verb}ed: ${statuses.join(', ')}.`,
    { setup_intent: intent },
  );
}

function update(world: World, intent: SetupIntent, given: Parsed<typeof updateParameters>): SetupIntent {
  const method = givenMethod(world, given);
  const owner = given.customer === undefined ? intent.customer : customerReference(world, given.customer).id;
  if (method !== null) {
    checkState(intent, 'updat', CONFIRMABLE);
    checkIsCustomers(method, owner);
    world.setupIntents.update(intent, { payment_method: method.id, status: 'requires_confirmation' });
  }
  return world.setupIntents.update(intent, {
    customer: owner,
    ...(given.description === undefined ? {} : { description: given.description }),
    metadata: changedMetadata(intent.metadata ?? {}, given.metadata),
  });
}

function cancel(world: World, intent: SetupIntent, reason: SetupIntent['cancellation_reason']): SetupIntent {
  checkState(intent, 'cancel', CONFIRMABLE);
  world.pendingOutcomes.remove(intent.id);
  world.setupIntents.update(intent, { status: 'canceled', cancellation_reason: reason, next_action: null });
  world.emit('setup_intent.canceled', intent);
  return intent;
}

function requireIntent(world: World, id: string): SetupIntent {
  const intent = world.setupIntents.get(id);
  if (intent === undefined) throw missing('setupintent', id, 'intent');
  return intent;
}

const reasons = oneOf('abandoned', 'duplicate', 'requested_by_customer');

export const setupIntentEndpoints = [
  endpoint('POST', '/v1/setup_intents', createParameters, ({ world, parameters, apiVersion }) =>
    create(world, parameters, apiVersion),
  ),
  endpoint(
    'GET',
    '/v1/setup_intents',
    { ...listParameters, ...createdRange, customer: text, payment_method: text },
    ({ world, parameters }) => {
      const matching = world.setupIntents
        .newestFirst()
        .filter((intent) => parameters.customer === undefined || intent.customer === parameters.customer)
        .filter(
          (intent) => parameters.payment_method === undefined || intent.payment_method === parameters.payment_method,
        )
        .filter((intent) => isWithin(intent.created, parameters.created));
      return listPage('/v1/setup_intents', matching, parameters);
    },
  ),
  endpoint('GET', '/v1/setup_intents/:id', { client_secret: text }, ({ world, id }) => requireIntent(world, id)),
  endpoint('POST', '/v1/setup_intents/:id', updateParameters, ({ world, id, parameters }) =>
    update(world, requireIntent(world, id), parameters),
  ),
  endpoint('POST', '/v1/setup_intents/:id/confirm', confirmParameters, ({ world, id, parameters }) =>
    confirm(world, requireIntent(world, id), parameters),
  ),
  endpoint('POST', '/v1/setup_intents/:id/cancel', { cancellation_reason: reasons }, ({ world, id, parameters }) =>
    cancel(world, requireIntent(world, id), parameters.cancellation_reason ?? null),
  ),
];
