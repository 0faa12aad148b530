/**
 * The port behind which every way to move money stands. Amounts are `Money` in major units; a rail's own wire units are its business.
 *
 * A business "no" (a decline, a refused refund) is a value. An exception is an outage (`RailUnavailable`, safe to retry after a read)
 * or a bug (`RailRefusedRequest`, never retried).
 */
import type { DisputeKind, DisputeStatus } from '../../domain/dispute';
import type { Money } from '../../domain/money';

/** The facts of one stored payment method as the engine keeps them. */
export interface PaymentMethodFacts {
  /** The rail's own id, such as `pm_…`. */
  readonly providerRef: string;
  readonly kind: 'card' | 'bank_debit';
  /** Stable per instrument across customers: the attempt caps count by it. */
  readonly fingerprint: string;
  readonly brand: string;
  readonly last4: string;
  readonly expiresMonth: number | null;
  readonly expiresYear: number | null;
  readonly country: string | null;
}

/** Everything a decline carries, as far as the rail tells it. */
export interface DeclineFacts {
  readonly code: string;
  readonly declineCode: string | null;
  readonly adviceCode: string | null;
  readonly networkAdviceCode: string | null;
  readonly networkDeclineCode: string | null;
  readonly message: string;
}

/** One movement of money at the provider: gross = fee + net, all in the settlement currency; what goes out is below zero. */
export interface SettlementFacts {
  /** The provider's balance transaction. */
  readonly balanceTransactionRef: string;
  readonly gross: Money;
  readonly fee: Money;
  readonly net: Money;
}

/** The state of one payment at the provider, read or returned by an action. `chargeRef` names the newest try. */
export type PaymentState =
  | { readonly kind: 'unconfirmed'; readonly chargeRef: null }
  | { readonly kind: 'succeeded'; readonly chargeRef: string; readonly settlement: SettlementFacts | null }
  | { readonly kind: 'declined'; readonly chargeRef: string | null; readonly decline: DeclineFacts }
  | { readonly kind: 'requires_action'; readonly chargeRef: string | null; readonly redirectUrl: string | null }
  | { readonly kind: 'processing'; readonly chargeRef: string | null }
  | { readonly kind: 'canceled'; readonly chargeRef: string | null };

export interface CreatePaymentRequest {
  readonly tenantId: string;
  readonly invoiceId: string;
  readonly amount: Money;
  readonly customerRef: string;
  readonly description: string;
  readonly idempotencyKey: string;
}

export interface ConfirmPaymentRequest {
  readonly providerRef: string;
  readonly paymentMethodRef: string;
  /** True when the customer is at the screen: the rail may answer `requires_action` with a redirect. */
  readonly customerPresent: boolean;
  /** Where a redirect comes back to; needed when the customer is present. */
  readonly returnUrl: string | null;
  readonly idempotencyKey: string;
}

export type RefundStatus = 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';

/** The state of a refund at the provider. A `succeeded` refund can still become `failed`. */
export interface RefundState {
  readonly providerRef: string;
  readonly status: RefundStatus;
  readonly amount: Money;
  readonly balanceTransactionRef: string | null;
  readonly failureReason: string | null;
}

export type RefundOutcome =
  | { readonly kind: 'accepted'; readonly refund: RefundState }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface RefundRequest {
  readonly tenantId: string;
  readonly refundId: string;
  readonly paymentProviderRef: string;
  readonly amount: Money;
  readonly idempotencyKey: string;
}

/** The state of a dispute at the provider, with every movement of money that it made so far. */
export interface DisputeState {
  readonly providerRef: string;
  readonly paymentProviderRef: string | null;
  readonly kind: DisputeKind;
  readonly status: DisputeStatus;
  readonly reason: string;
  /** What is disputed, in the currency of the payment. */
  readonly amount: Money;
  /** Until when an answer is taken, in epoch milliseconds; null when none is. */
  readonly evidenceDueAt: number | null;
  readonly movements: readonly SettlementFacts[];
}

/** A provider's webhook after its signature and age were checked. */
export interface ProviderEvent {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: number;
  /** What the event is about, so that duplicates told under two ids are found. */
  readonly subject:
    | { readonly kind: 'payment'; readonly providerRef: string }
    | { readonly kind: 'refund'; readonly providerRef: string; readonly paymentProviderRef: string | null }
    | { readonly kind: 'dispute'; readonly providerRef: string; readonly paymentProviderRef: string | null }
    | { readonly kind: 'payment_method'; readonly providerRef: string }
    | { readonly kind: 'other'; readonly providerRef: string | null };
  /** The tenant written into the object's metadata when we made it; null when the object carries none. */
  readonly tenantId: string | null;
}

export type WebhookVerification =
  | { readonly kind: 'verified'; readonly event: ProviderEvent }
  | { readonly kind: 'refused'; readonly reason: 'signature_invalid' | 'too_old' | 'in_the_future' | 'malformed' };

/** What a rail can do, as data: the conformance suite checks that it is honest. */
export interface RailCapabilities {
  /** A rail of kind `debit` pulls from a stored method; a `request` rail asks and waits. */
  readonly kind: 'debit' | 'request';
  readonly partialRefunds: boolean;
  readonly customerAction: boolean;
  readonly delayedSettlement: boolean;
  /** A payer can object with their bank after the payment succeeded; a rail without throws `RailRefusedRequest` from `readDispute`. */
  readonly disputes: boolean;
  /** The least amount that can be charged, per currency, in major units; a currency that is absent has no minimum. */
  readonly minimumAmounts: Readonly<Record<string, string>>;
  /** Per currency what amounts must be a multiple of, in major units, where that is more than the currency's smallest unit. */
  readonly amountSteps: Readonly<Record<string, string>>;
}

/** One way to move money. Every method may throw `RailUnavailable` or `RailRefusedRequest`. */
export interface Rail {
  readonly name: string;
  readonly capabilities: RailCapabilities;
  /** Makes the provider's customer record; the same key gives the same record. */
  createCustomer(request: {
    tenantId: string;
    customerId: string;
    name: string;
    email: string | null;
    idempotencyKey: string;
  }): Promise<{ customerRef: string }>;
  /** Binds a payment method (a client-side token or a method id) to the customer and reads its facts. A decline at attach time is a value. */
  attachPaymentMethod(request: {
    customerRef: string;
    token: string;
    idempotencyKey: string;
  }): Promise<{ kind: 'attached'; method: PaymentMethodFacts } | { kind: 'declined'; decline: DeclineFacts }>;
  detachPaymentMethod(request: { providerRef: string }): Promise<void>;
  /**
   * Makes a payment that has not tried anything yet. The same key gives the same payment: nothing in the request may change between two
   * calls, so the method to charge is told with each try.
   */
  createPayment(request: CreatePaymentRequest): Promise<{ providerRef: string }>;
  /** Tries once. A decline is a value. A payment that already succeeded answers `succeeded`. */
  confirmPayment(request: ConfirmPaymentRequest): Promise<PaymentState>;
  readPayment(request: { providerRef: string }): Promise<PaymentState>;
  /** Cancels a payment that has not succeeded; answers the state that holds afterwards. */
  cancelPayment(request: { providerRef: string; idempotencyKey: string }): Promise<PaymentState>;
  refundPayment(request: RefundRequest): Promise<RefundOutcome>;
  readRefund(request: { providerRef: string }): Promise<RefundState>;
  /** Reads a dispute that a webhook named. */
  readDispute(request: { providerRef: string }): Promise<DisputeState>;
  /** Checks signature and age (both ways) of a raw body. Never throws on bad input. `now` is epoch milliseconds of the wall clock. */
  verifyWebhook(request: { rawBody: string; signature: string | null; now: number }): WebhookVerification;
  /** Is the provider reachable? For the health page only. */
  ping(): Promise<boolean>;
}

/** An outage: timeout, closed socket, 5xx, 429, no token of the local rate limit. The outcome of what was sent may be unknown. */
export class RailUnavailable extends Error {
  override readonly name = 'RailUnavailable';
  constructor(
    readonly rail: string,
    message: string,
    readonly retryAfterMs: number | null = null,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The provider refused the request itself (bad parameters, wrong key): a bug or a configuration error, never retried. */
export class RailRefusedRequest extends Error {
  override readonly name = 'RailRefusedRequest';
  constructor(
    readonly rail: string,
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
