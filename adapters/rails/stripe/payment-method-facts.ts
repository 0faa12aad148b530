/** The facts of a stored payment method, one function per kind that can be charged without the customer. */
import type Stripe from 'stripe';
import { RailRefusedRequest, type PaymentMethodFacts } from '../port';
import { RAIL_NAME } from './rail-name';

type Facts = Omit<PaymentMethodFacts, 'providerRef' | 'fingerprint'> & { readonly fingerprint: string | null };

const factsByType: Readonly<Record<string, (method: Stripe.PaymentMethod) => Facts | null>> = {
  card: ({ card }) =>
    card === undefined
      ? null
      : {
          kind: 'card',
          fingerprint: card.fingerprint ?? null,
          brand: card.brand,
          last4: card.last4,
          expiresMonth: card.exp_month,
          expiresYear: card.exp_year,
          country: card.country,
        },
  us_bank_account: ({ us_bank_account: account }) =>
    account === undefined
      ? null
      : bankDebit(account.fingerprint, account.bank_name ?? 'us_bank_account', account.last4, 'US'),
  sepa_debit: ({ sepa_debit: debit }) =>
    debit === undefined
      ? null
      : bankDebit(debit.fingerprint, debit.bank_code ?? 'sepa_debit', debit.last4, debit.country),
};

function bankDebit(fingerprint: string | null, brand: string, last4: string | null, country: string | null): Facts {
  return {
    kind: 'bank_debit',
    fingerprint,
    brand,
    last4: last4 ?? '',
    expiresMonth: null,
    expiresYear: null,
    country,
  };
}

/**
 * The facts that the engine keeps of a payment method. A method without a fingerprint counts as an instrument of its own.
 * Throws `RailRefusedRequest('payment_method_unsupported')` for a kind that cannot be charged again without the customer.
 */
export function paymentMethodFacts(method: Stripe.PaymentMethod): PaymentMethodFacts {
  const facts = factsByType[method.type]?.(method) ?? null;
  if (facts === null) {
    throw new RailRefusedRequest(
      RAIL_NAME,
      'payment_method_unsupported',
      `A payment method of type ${method.type} cannot be charged again without the customer.`,
    );
  }
  return { ...facts, providerRef: method.id, fingerprint: facts.fingerprint ?? method.id };
}
