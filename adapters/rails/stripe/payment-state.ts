/** A PaymentIntent, or the error that embeds one, as the port's `PaymentState`. Source: Stripe, "How PaymentIntents and SetupIntents work". */
import type Stripe from 'stripe';
import { subtract } from '../../../domain/money';
import { RailUnavailable, type DeclineFacts, type PaymentState, type SettlementFacts } from '../port';
import { RAIL_NAME } from './rail-name';
import { fromWireAmount } from './wire-amount';

/** The members that a decline has, both as an answer to a confirm (402) and in `last_payment_error` of a PaymentIntent read later. */
export interface DeclineSource {
  readonly code?: string | undefined;
  readonly decline_code?: string | undefined;
  readonly advice_code?: string | undefined;
  readonly network_advice_code?: string | undefined;
  readonly network_decline_code?: string | undefined;
  readonly message?: string | undefined;
}

/** Used where the provider gave no code at all; the domain treats an unknown code as a soft decline. */
const CODE_UNKNOWN = 'card_declined';

/** Every code of a decline, as far as Stripe told it. */
export function declineFacts(source: DeclineSource): DeclineFacts {
  return {
    code: source.code ?? CODE_UNKNOWN,
    declineCode: source.decline_code ?? null,
    adviceCode: source.advice_code ?? null,
    networkAdviceCode: source.network_advice_code ?? null,
    networkDeclineCode: source.network_decline_code ?? null,
    message: source.message ?? '',
  };
}

type StateOf = (intent: Stripe.PaymentIntent) => PaymentState;

/** One line per status of a PaymentIntent. `requires_capture` is never ours (we capture at once): money is reserved, so it waits like processing. */
const stateByStatus: Readonly<Record<string, StateOf>> = {
  requires_payment_method: (intent) => declinedOrUntried(intent),
  requires_confirmation: () => ({ kind: 'unconfirmed', chargeRef: null }),
  requires_action: (intent) => ({
    kind: 'requires_action',
    chargeRef: chargeRefOf(intent),
    redirectUrl: intent.next_action?.redirect_to_url?.url ?? null,
  }),
  processing: (intent) => ({ kind: 'processing', chargeRef: chargeRefOf(intent) }),
  requires_capture: (intent) => ({ kind: 'processing', chargeRef: chargeRefOf(intent) }),
  canceled: (intent) => ({ kind: 'canceled', chargeRef: chargeRefOf(intent) }),
  succeeded: (intent) => ({
    kind: 'succeeded',
    chargeRef: chargeRefOf(intent) ?? '',
    settlement: settlementOf(intent.latest_charge),
  }),
};

/**
 * The state of a payment from its PaymentIntent. A status that Stripe adds one day is unknown to us: `RailUnavailable`, since the outcome is.
 */
export function paymentStateOf(intent: Stripe.PaymentIntent): PaymentState {
  const stateOf = stateByStatus[intent.status];
  if (stateOf === undefined)
    throw new RailUnavailable(RAIL_NAME, `The payment has the unknown status ${intent.status}.`);
  return stateOf(intent);
}

function declinedOrUntried(intent: Stripe.PaymentIntent): PaymentState {
  const failure = intent.last_payment_error;
  if (failure === null) return { kind: 'unconfirmed', chargeRef: null };
  return { kind: 'declined', chargeRef: failure.charge ?? chargeRefOf(intent), decline: declineFacts(failure) };
}

function chargeRefOf(intent: Stripe.PaymentIntent): string | null {
  const charge = intent.latest_charge;
  return typeof charge === 'string' ? charge : (charge?.id ?? null);
}

/** What the provider kept; null while the charge or its balance transaction was not expanded or is not known yet. */
function settlementOf(charge: string | Stripe.Charge | null): SettlementFacts | null {
  if (charge === null || typeof charge === 'string') return null;
  const transaction = charge.balance_transaction;
  return transaction === null || typeof transaction === 'string' ? null : settlementFacts(transaction);
}

/** A balance transaction. Net is what is left of the gross, so that the three always add up in the books. */
export function settlementFacts(transaction: Stripe.BalanceTransaction): SettlementFacts {
  const gross = fromWireAmount(transaction.amount, transaction.currency);
  const fee = fromWireAmount(transaction.fee, transaction.currency, 'half_up');
  return { balanceTransactionRef: transaction.id, gross, fee, net: subtract(gross, fee) };
}
