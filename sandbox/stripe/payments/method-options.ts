/** `payment_method_options` as answers show them: every allowed type has its member, with Stripe's defaults. */
import type Stripe from 'stripe';
import type { MethodOptions } from './intent-parameters';

type Options = Stripe.PaymentIntent.PaymentMethodOptions;

const optionsByType: Readonly<Record<string, (given: MethodOptions) => Options>> = {
  card: ({ card }) => ({
    card: {
      installments: null,
      mandate_options: null,
      network: null,
      request_three_d_secure: card?.request_three_d_secure ?? 'automatic',
      ...(card?.setup_future_usage === undefined ? {} : { setup_future_usage: card.setup_future_usage }),
      ...(card?.stored_credential_usage === undefined ? {} : { stored_credential_usage: card.stored_credential_usage }),
    },
  }),
  us_bank_account: (given) => ({
    us_bank_account: { verification_method: given.us_bank_account?.verification_method ?? 'automatic' },
  }),
  sepa_debit: () => ({ sepa_debit: {} }),
};

export function responseOptions(types: readonly string[], given: MethodOptions = {}): Options {
  return Object.assign({}, ...types.map((type) => optionsByType[type]?.(given) ?? {})) as Options;
}
