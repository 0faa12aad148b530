/** Saves a payment method for later: setup intents, from the first confirmation to success or failure. */
import { Failure, refused, type FailureBody } from '../http/failure';
import { checkUsable } from '../resources/payment-methods';
import { newId } from '../state/new-id';
import type { PaymentMethod, SetupAttempt, SetupIntent } from '../state/stored';
import type { World } from '../state/world';
import { nextAction } from './attempt-payment';
import { cardFailureBody, docUrl } from './card-failure';
import { testMethodOf } from './decide-outcome';
import type { Decline } from './declines';

const AUTHENTICATION_FAILED: Decline = {
  code: 'setup_intent_authentication_failure',
  declineCode: 'generic_decline',
  message:
    'The latest attempt to set up the payment method has failed because authentication failed. Please try again with a new payment method.',
};

export interface SetupContext {
  readonly method: PaymentMethod;
  readonly mandateId: string | null;
  readonly returnUrl: string | null;
}

/** Confirms with a method. Throws `setup_intent_unexpected_state`, or the 402 of a decline. */
export function confirmSetup(world: World, intent: SetupIntent, context: SetupContext): SetupIntent {
  const { method } = context;
  checkUsable(world, method);
  world.setupIntents.update(intent, { payment_method: method.id, last_setup_error: null, next_action: null });
  const outcome = testMethodOf(world, method).setup;
  if (outcome.kind === 'decline') {
    failSetup(world, intent, method, outcome.decline);
    const body = intent.last_setup_error as unknown as FailureBody;
    throw new Failure(402, { ...body, setup_intent: intent });
  }
  if (context.mandateId !== null) world.setupIntents.update(intent, { mandate: context.mandateId });
  return outcome.kind === 'authenticate' ? askCustomer(world, intent, context) : succeedSetup(world, intent, method);
}

function askCustomer(world: World, intent: SetupIntent, { method, returnUrl }: SetupContext): SetupIntent {
  const page = `${world.baseUrl}/_sandbox/authenticate/${intent.id}`;
  world.pendingOutcomes.add({ id: intent.id, method: method.id, then: null });
  world.setupIntents.update(intent, {
    status: 'requires_action',
    next_action: nextAction(page, returnUrl),
    latest_attempt: makeAttempt(world, intent, method, 'requires_action').id,
  });
  world.emit('setup_intent.requires_action', intent);
  return intent;
}

function succeedSetup(world: World, intent: SetupIntent, method: PaymentMethod): SetupIntent {
  world.pendingOutcomes.remove(intent.id);
  world.setupIntents.update(intent, {
    status: 'succeeded',
    next_action: null,
    latest_attempt: makeAttempt(world, intent, method, 'succeeded').id,
  });
  const isForLater = intent.usage === 'off_session';
  world.secrets.update(world.secrets.at(method.id), {
    isSetUpOffSession: isForLater,
    isSpent: intent.customer === null && method.customer === null,
  });
  if (intent.customer !== null && method.customer === null) {
    world.paymentMethods.update(method, { customer: intent.customer });
    world.emit('payment_method.attached', method);
  }
  world.emit('setup_intent.succeeded', intent);
  return intent;
}

function failSetup(world: World, intent: SetupIntent, method: PaymentMethod, reason: Decline): void {
  const failure = { ...cardFailureBody(reason), doc_url: docUrl(reason.code), payment_method: { ...method } };
  world.pendingOutcomes.remove(intent.id);
  world.setupIntents.update(intent, {
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    latest_attempt: makeAttempt(world, intent, method, 'failed').id,
    last_setup_error: failure as NonNullable<SetupIntent['last_setup_error']>,
  });
  world.emit('setup_intent.setup_failed', intent);
}

/** The customer completed or failed the authentication at the page. */
export function answerSetupAuthentication(world: World, intent: SetupIntent, isCompleted: boolean): SetupIntent {
  const pending = world.pendingOutcomes.get(intent.id);
  if (intent.status !== 'requires_action' || pending === undefined) {
    throw refused('setup_intent_unexpected_state', `This SetupIntent has the status ${intent.status}.`);
  }
  const method = world.paymentMethods.at(pending.method);
  if (isCompleted) return succeedSetup(world, intent, method);
  failSetup(world, intent, method, AUTHENTICATION_FAILED);
  return intent;
}

function makeAttempt(world: World, intent: SetupIntent, method: PaymentMethod, status: string): SetupAttempt {
  return world.setupAttempts.add({
    id: newId('setatt'),
    object: 'setup_attempt',
    application: null,
    created: world.now(),
    customer: intent.customer,
    customer_account: null,
    flow_directions: null,
    livemode: false,
    on_behalf_of: null,
    payment_method: method.id,
    payment_method_details: attemptDetails(method),
    setup_error: null,
    setup_intent: intent.id,
    status,
    usage: intent.usage,
  });
}

function attemptDetails(method: PaymentMethod): SetupAttempt['payment_method_details'] {
  if (method.card === undefined) return { type: method.type, [method.type]: {} };
  const { brand, checks, country, exp_month, exp_year, fingerprint, funding, last4, networks } = method.card;
  return {
    type: 'card',
    card: {
      brand,
      checks,
      country,
      exp_month,
      exp_year,
      fingerprint: fingerprint ?? null,
      funding,
      last4,
      network: networks?.available[0] ?? null,
      three_d_secure: null,
      wallet: null,
    },
  };
}
