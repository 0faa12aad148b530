/**
 * Stores the outcome of a try in one transaction: payment, attempt, invoice, postings, the card's standing, the subscription's row.
 */
import type { PaymentState } from '../adapters/rails/port';
import { classifyDecline, type DeclineClassification } from '../domain/decline';
import { customerActionMs, declinedFact, plannedStep, processingCheckMs } from '../domain/collection';
import { fail } from '../domain/errors';
import { newId } from '../domain/ids';
import { paymentPostings } from '../domain/ledger';
import { zero } from '../domain/money';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { MethodFacts } from '../db/transactions/method-facts';
import type { AttemptRow, PaymentRow } from '../db/transactions/record';
import { statusOf, type Try } from './payment-try';
import { recordFact, type Parts } from './record-fact';

type Settled = Extract<PaymentState, { kind: 'succeeded' }>;
type Declined = Extract<PaymentState, { kind: 'declined' }>;

/** The payment's row after the outcome: the attempt is finished. */
function finished(payment: PaymentRow, known: PaymentState): PaymentRow {
  const settlement = known.kind === 'succeeded' ? known.settlement : null;
  return {
    ...payment,
    status: statusOf(known),
    attempts: payment.attempts + 1,
    attemptBegun: null,
    lastChargeRef: known.chargeRef,
    nextActionUrl: known.kind === 'requires_action' ? known.redirectUrl : null,
    balanceTransactionRef: settlement?.balanceTransactionRef ?? null,
    fee: settlement?.fee.amount ?? null,
  };
}

/**
 * What was charged: what the try began with; else what a try under way is with, whatever the customer has attached since then; else, as the
 * customer did it on a payment page, what they have.
 */
function chargedMethod({ facts }: Try, { attemptBegun }: PaymentRow): MethodFacts | null {
  const { begunMethod, method } = facts;
  if (attemptBegun !== null && begunMethod?.id !== attemptBegun.methodId) return method;
  return begunMethod ?? method;
}

function attemptOf(current: Try, payment: PaymentRow, known: PaymentState, decline: unknown): AttemptRow {
  const begun = payment.attemptBegun;
  const charged = chargedMethod(current, payment);
  if (known.kind === 'unconfirmed' || known.kind === 'canceled') return fail('internal');
  return {
    paymentId: payment.id,
    number: payment.attempts + 1,
    methodId: begun?.methodId ?? charged?.id ?? null,
    fingerprint: begun?.fingerprint ?? charged?.fingerprint ?? null,
    outcome: known.kind,
    decline,
    chargeRef: known.chargeRef,
    // What we did not begin ourselves, the customer did on a payment page.
    customerPresent: begun?.customerPresent ?? true,
  };
}

function parts(current: Try, payment: PaymentRow, known: PaymentState, more: Parts, decline: unknown = null): Parts {
  return {
    ...more,
    payment: {
      row: finished(payment, known),
      expectedAttempts: payment.attempts,
      expectedBegun: payment.attemptBegun?.number ?? null,
    },
    attempt: attemptOf(current, payment, known, decline),
  };
}

function succeeded(current: Try, payment: PaymentRow, known: Settled): Promise<SubscriptionEvent> {
  const { deps, input, facts } = current;
  const { state, now, invoiceId } = input;
  const fee = known.settlement?.fee ?? zero(payment.amount.currency);
  const method = chargedMethod(current, payment);
  const booked = parts(current, payment, known, {
    methodStatus: method?.status === 'needs_customer' ? { id: method.id, status: 'active' } : undefined,
    invoiceChanges: [{ id: invoiceId, status: 'paid', amountPaid: facts.invoice.amountDue }],
    entries: [
      {
        id: newId('le'),
        kind: 'payment',
        source: payment.id,
        postings: paymentPostings(payment.rail, payment.amount, fee),
      },
    ],
  });
  const event = { type: 'invoice_settled', at: now, invoiceId, how: 'paid' } as const;
  return recordFact(deps, { state, now, event, partsOf: () => booked });
}

const standing: Readonly<Record<DeclineClassification['class'], string | null>> = {
  never: 'blocked',
  customer: 'needs_customer',
  later: null,
};

function declined(current: Try, payment: PaymentRow, known: Declined): Promise<SubscriptionEvent> {
  const { deps, input, facts, collection } = current;
  const { state, now, invoiceId } = input;
  const method = chargedMethod(current, payment);
  const verdict = classifyDecline({ ...known.decline, network: method?.brand ?? null });
  const code = known.decline.declineCode ?? known.decline.code;
  const waitMs = verdict.waitMs ?? null;
  const event = declinedFact(
    collection,
    facts.dunning,
    { invoiceId, attempts: payment.attempts + 1, code, class: verdict.class, waitMs },
    now,
  );
  const status = standing[verdict.class];
  const booked = parts(
    current,
    payment,
    known,
    { methodStatus: status === null || method === null ? undefined : { id: method.id, status } },
    { ...known.decline, class: verdict.class, reason: verdict.reason },
  );
  return recordFact(deps, { state, now, event, partsOf: () => booked });
}

function pending(current: Try, payment: PaymentRow, known: PaymentState): Promise<SubscriptionEvent> {
  const { deps, input, facts, collection } = current;
  const { state, now, invoiceId } = input;
  const asked = known.kind === 'requires_action';
  const event = {
    type: 'payment_pending',
    at: now,
    invoiceId,
    attempts: payment.attempts + 1,
    waitingFor: asked ? 'customer' : 'provider',
    nextAt: asked ? plannedStep(facts.dunning, collection, now) : null,
    checkAt: now + (asked ? customerActionMs : processingCheckMs),
  } as const;
  const booked = parts(current, payment, known, {});
  return recordFact(deps, { state, now, event, partsOf: () => booked });
}

/**
 * The provider's payment was canceled (by us, before a settlement that did not come about, or by hand): the next try makes another.
 */
function canceled({ deps, input }: Try, payment: PaymentRow): Promise<SubscriptionEvent> {
  const { state, now } = input;
  const given = {
    row: { ...payment, status: 'canceled', attemptBegun: null },
    expectedAttempts: payment.attempts,
    expectedBegun: payment.attemptBegun?.number ?? null,
  };
  const event = { type: 'payment_requested', at: now, customerPresent: false, customerActed: false } as const;
  return recordFact(deps, { state, now, event, partsOf: () => ({ payment: given }) });
}

/**
 * Stores what a try came to.
 * @throws PerennialError `internal` for an outcome that no try can have; the database's error when the payment moved meanwhile.
 */
export function recordOutcome(current: Try, payment: PaymentRow, known: PaymentState): Promise<SubscriptionEvent> {
  switch (known.kind) {
    case 'succeeded':
      return succeeded(current, payment, known);
    case 'declined':
      return declined(current, payment, known);
    case 'requires_action':
    case 'processing':
      return pending(current, payment, known);
    case 'canceled':
      return canceled(current, payment);
    case 'unconfirmed':
      return fail('internal');
  }
}
