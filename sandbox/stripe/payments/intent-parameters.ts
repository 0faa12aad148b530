/** The parameters that payment intents and setup intents share. */
import { invalidParameter } from '../http/failure';
import { metadata } from '../http/metadata';
import {
  boolean,
  clearableObject,
  clearableText,
  integer,
  listOf,
  object,
  oneOf,
  required,
  text,
  type Field,
  type Parsed,
} from '../http/parameters';
import { inlineMethodParameters } from '../resources/payment-methods';

export const mandateData = clearableObject({
  customer_acceptance: required(
    object({
      accepted_at: integer,
      offline: object({}),
      online: object({ ip_address: text, user_agent: text }),
      type: required(oneOf('offline', 'online')),
    }),
  ),
});

/** `true`, or one of two words. */
export const offSession: Field<boolean> = {
  required: false,
  read: (value, path) => (value === 'one_off' || value === 'recurring' ? true : boolean.read(value, path)),
};

const methodOptions = {
  card: object({
    moto: boolean,
    request_three_d_secure: oneOf('any', 'automatic', 'challenge'),
    setup_credential_usage: oneOf('installment', 'recurring', 'unscheduled'),
    setup_future_usage: oneOf('none', 'off_session', 'on_session'),
    stored_credential_usage: oneOf('installment', 'recurring', 'unscheduled'),
  }),
  sepa_debit: object({ setup_future_usage: oneOf('none', 'off_session', 'on_session') }),
  us_bank_account: object({
    setup_future_usage: oneOf('none', 'off_session', 'on_session'),
    verification_method: oneOf('automatic', 'instant', 'microdeposits'),
  }),
} as const;
/** What a setup intent takes of them. */
export const setupMethodOptions = {
  card: object({
    request_three_d_secure: methodOptions.card.members.request_three_d_secure,
    setup_credential_usage: methodOptions.card.members.setup_credential_usage,
  }),
  us_bank_account: object({ verification_method: oneOf('automatic', 'instant', 'microdeposits') }),
} as const;

export type MethodOptions = Parsed<typeof methodOptions>;

export const sharedIntentParameters = {
  allowed_payment_method_types: listOf(text),
  automatic_payment_methods: object({ allow_redirects: oneOf('always', 'never'), enabled: required(boolean) }),
  confirm: boolean,
  customer: text,
  description: clearableText,
  mandate_data: mandateData,
  metadata,
  payment_method: clearableText,
  payment_method_data: object(inlineMethodParameters),
  payment_method_options: object(methodOptions),
  payment_method_types: listOf(text),
  return_url: text,
  use_stripe_sdk: boolean,
} as const;

/** Since this version requests say `allowed_payment_method_types`. */
const NEW_NAME_SINCE = '2026-09-30';

interface TypesGiven {
  readonly allowed_payment_method_types?: string[] | undefined;
  readonly payment_method_types?: string[] | undefined;
}

/** The types that a request allows, by the name that its API version has for them; null when it leaves the choice to Stripe. */
export function allowedTypes(given: TypesGiven, apiVersion: string | null): string[] | null {
  const isOld = apiVersion === null || apiVersion < NEW_NAME_SINCE;
  if (given.payment_method_types !== undefined && !isOld) {
    throw invalidParameter(
      'parameter_unknown',
      'payment_method_types',
      'Received unknown parameter: payment_method_types. Did you mean allowed_payment_method_types?',
    );
  }
  const types = given.allowed_payment_method_types ?? given.payment_method_types ?? null;
  types?.forEach((type, index) => checkType(type, `allowed_payment_method_types[${index}]`));
  return types;
}

const SUPPORTED_TYPES: readonly string[] = ['card', 'us_bank_account', 'sepa_debit'];

function checkType(type: string, param: string): void {
  if (SUPPORTED_TYPES.includes(type)) return;
  throw invalidParameter(
    null,
    param,
    `The payment method type "${type}" is invalid. The sandbox knows ${SUPPORTED_TYPES.join(', ')}.`,
  );
}

/** What Stripe would offer by itself for a currency. */
export function automaticTypes(currency: string): string[] {
  if (currency === 'usd') return ['card', 'us_bank_account'];
  return currency === 'eur' ? ['card', 'sepa_debit'] : ['card'];
}
