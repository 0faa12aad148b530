/**
 * Collects one open invoice: at most one try per call, and never a second charge. The order keeps money safe at every crash point:
 * read what is known, store the provider's payment and the begun attempt, try, store the outcome. Whatever is unknown afterwards is
 * resolved by reading the provider before anything is sent again.
 */
import { fail } from '../domain/errors';
import { attemptAllowed } from '../domain/dunning';
import { declinedFact, processingCheckMs } from '../domain/collection';
import { attemptKey, createPaymentKey, newId } from '../domain/ids';
import type { SubscriptionEvent } from '../domain/subscription/events';
import { addDays } from '../domain/time';
import type { PaymentState, Rail } from '../adapters/rails/port';
import { loadCollectionFacts, type CollectionFacts } from '../db/transactions/collection-facts';
import type { MethodFacts } from '../db/transactions/method-facts';
import { holdAsking } from '../db/transactions/hold-invoices';
import { record, type PaymentRow, type Recording } from '../db/transactions/record';
import type { ActivityDependencies } from './dependencies';
import { foreseenCollection } from './foreseen-collection';
import { statusOf, type CollectPaymentInput, type Try } from './payment-try';
import { recordFact } from './record-fact';
import { recordOutcome } from './record-outcome';

/** Links live as long as dunning can last by default, so that a reminder's link still works at its end. */
const linkDays = 14;

const settledHow = { paid: 'paid', void: 'voided', uncollectible: 'uncollectible', draft: 'voided' } as const;

export function collectPayment(deps: ActivityDependencies) {
  return async function collect(input: CollectPaymentInput): Promise<SubscriptionEvent> {
    const { state, invoiceId, now } = input;
    const facts = await factsOf(deps, input);
    if (facts === null || state.collection === null) return fail('not_found', { resource: 'Invoice', id: invoiceId });
    const current: Try = { deps, input, facts, collection: state.collection };
    // Recorded before: the fact is answered again, and nothing is sent.
    if (facts.fact !== null) return facts.fact;
    const { status } = facts.invoice;
    if (status !== 'open') {
      const event = { type: 'invoice_settled', at: now, invoiceId, how: settledHow[status] } as const;
      return recordFact(deps, { state, now, event });
    }
    if (facts.payment !== null) return nextTry(current, facts.payment);
    if (!isOnlyTold(current)) return firstTry(current);
    return recordFact(deps, { state, now, event: { type: 'payment_unchanged', at: now, invoiceId } });
  };
}

/** The provider told us of a payment that we canceled ourselves: there is nothing to read, and that alone is no reason for a try. */
function isOnlyTold({ input, collection }: Try): boolean {
  const isDue = (at: number | null): boolean => at !== null && at <= input.now;
  return input.action === 'reconcile' && !isDue(collection.nextAt) && !isDue(collection.checkAt);
}

async function factsOf(deps: ActivityDependencies, input: CollectPaymentInput): Promise<CollectionFacts | null> {
  const { state, invoiceId } = input;
  const foreseen = foreseenCollection(deps.database, state.seq, invoiceId);
  return foreseen ?? loadCollectionFacts(deps.database.as(state.tenantId), input);
}

/** Something was sent before: what the provider knows comes first. */
async function nextTry(current: Try, payment: PaymentRow): Promise<SubscriptionEvent> {
  const { deps, input } = current;
  const rail = deps.railNamed(payment.rail);
  const mustRead = payment.attemptBegun !== null || input.action === 'reconcile' || inFlight.has(payment.status);
  if (!mustRead) return tryAgain(current, payment);
  const known = await rail.readPayment({ providerRef: payment.providerRef });
  if (payment.attemptBegun !== null) return resolveBegun(current, payment, rail, known);
  return resolveReported(current, payment, known);
}

const inFlight = new Set(['processing', 'requires_action']);

/** An attempt was begun and its outcome is not recorded: it either reached the provider (a new charge shows) or it did not. */
async function resolveBegun(
  current: Try,
  payment: PaymentRow,
  rail: Rail,
  known: PaymentState,
): Promise<SubscriptionEvent> {
  const begun = payment.attemptBegun;
  if (begun === null) return fail('internal');
  const reached =
    known.kind !== 'unconfirmed' && !(known.kind === 'declined' && known.chargeRef === payment.lastChargeRef);
  if (reached) return recordOutcome(current, payment, known);
  const method = current.facts.begunMethod ?? fail('payment_method_not_found', { paymentMethodId: begun.methodId });
  return confirm(current, payment, rail, method);
}

/** Somebody (the customer on a payment page, a bank debit settling) may have moved the payment without us. */
function resolveReported(
  current: Try,
  payment: PaymentRow,
  known: PaymentState,
): Promise<SubscriptionEvent> | SubscriptionEvent {
  const { now, invoiceId, state, action } = current.input;
  const news =
    known.kind === 'succeeded' || known.chargeRef !== payment.lastChargeRef || statusOf(known) !== payment.status;
  if (news && known.kind !== 'unconfirmed') return recordOutcome(current, payment, known);
  if (known.kind === 'requires_action' && timeIsUp(current)) return abandonAction(current, payment);
  if (action === 'attempt' && known.kind !== 'processing') return tryAgain(current, payment);
  const event: SubscriptionEvent =
    known.kind === 'processing'
      ? {
          type: 'payment_pending',
          at: now,
          invoiceId,
          attempts: payment.attempts,
          waitingFor: 'provider',
          nextAt: null,
          checkAt: now + processingCheckMs,
        }
      : { type: 'payment_unchanged', at: now, invoiceId };
  return recordFact(current.deps, { state, now, event });
}

/** With or without an address to send the customer to: a task for the provider's script in their browser has none. */
const timeIsUp = ({ input, collection }: Try): boolean =>
  collection.checkAt !== null && collection.checkAt <= input.now && collection.waitingFor === 'customer';

/** The customer did not confirm in time: that counts as a decline which only they can cure. */
function abandonAction(current: Try, payment: PaymentRow): Promise<SubscriptionEvent> {
  const { input, facts, collection, deps } = current;
  const declined = {
    invoiceId: input.invoiceId,
    attempts: payment.attempts,
    code: 'authentication_not_completed',
    class: 'customer',
    waitMs: null,
  } as const;
  const event = declinedFact(collection, facts.dunning, declined, input.now);
  return recordFact(deps, { state: input.state, now: input.now, event });
}

/** A dunning step, or the customer asked: a new attempt if the card may be tried. */
async function tryAgain(current: Try, payment: PaymentRow): Promise<SubscriptionEvent> {
  const refused = refuseTry(current, payment.attempts);
  if (refused !== null)
    return recordFact(current.deps, { state: current.input.state, now: current.input.now, event: refused });
  const method = current.facts.method ?? fail('internal');
  return begin(current, payment, current.deps.railNamed(payment.rail), method);
}

/** Nothing was sent yet: make the provider's payment, unconfirmed, then begin. */
async function firstTry(current: Try): Promise<SubscriptionEvent> {
  const { deps, facts, input } = current;
  const { state, now } = input;
  const refused = refuseTry(current, current.collection.attempts);
  if (refused !== null) return recordFact(deps, { state, now, event: refused });
  const { invoice, method, customerRef } = facts;
  if (method === null || customerRef === null) return fail('internal');
  const rail = deps.railNamed(method.rail);
  const { providerRef } = await rail.createPayment({
    tenantId: state.tenantId,
    invoiceId: invoice.id,
    amount: invoice.amountDue,
    customerRef,
    description: `Invoice ${invoice.number}`,
    idempotencyKey: createPaymentKey(invoice.id, facts.paymentVersion),
  });
  return begin(current, newPayment(current, method, providerRef), rail, method);
}

/** Tries are counted on from a payment that was canceled: a key is never used for two different tries. */
function newPayment({ input, facts, collection }: Try, method: MethodFacts, providerRef: string): PaymentRow {
  const { state, invoiceId } = input;
  return {
    id: newId('pay'),
    invoiceId,
    subscriptionId: state.subscriptionId,
    customerId: state.customerId,
    rail: method.rail,
    providerRef,
    status: 'created',
    amount: facts.invoice.amountDue,
    attempts: collection.attempts,
    attemptBegun: null,
    lastChargeRef: null,
    nextActionUrl: null,
    balanceTransactionRef: null,
    fee: null,
  };
}

/** Why the card is not tried now: none there, blocked by an earlier decline, or at its cap. */
function refuseTry({ input, facts, collection }: Try, attempts: number): SubscriptionEvent | null {
  const { invoiceId, now } = input;
  const { method, dunning, failedAt, declinedSinceAttached } = facts;
  const { customerActed, newMethod = false } = collection;
  const declined = (code: string, kind: 'never' | 'customer') =>
    declinedFact(collection, dunning, { invoiceId, attempts, code, class: kind, waitMs: null }, now);
  if (method === null) return declined('payment_method_missing', 'never');
  if (method.status === 'blocked') return declined('payment_method_blocked', 'never');
  if (method.status === 'needs_customer' && !customerActed) return declined('customer_action_needed', 'customer');
  // A new card wakes all that its customer owes: once it was declined for one invoice, the others wait like anybody.
  const limitLifted = customerActed && !(newMethod && declinedSinceAttached);
  const permission = attemptAllowed(dunning, { failedAt }, now, limitLifted);
  if (permission.allowed) return null;
  return { type: 'payment_deferred', at: now, invoiceId, until: permission.until, why: permission.reason };
}

/** Stores that the attempt begins, so that whoever comes next knows to read before sending. */
async function begin(current: Try, payment: PaymentRow, rail: Rail, method: MethodFacts): Promise<SubscriptionEvent> {
  const { deps, input, collection } = current;
  const { tenantId } = input.state;
  const { failedAt } = current.facts;
  const begun: PaymentRow = {
    ...payment,
    nextActionUrl: null,
    attemptBegun: {
      number: payment.attempts + 1,
      methodId: method.id,
      fingerprint: method.fingerprint,
      customerPresent: collection.customerPresent,
      at: input.now,
    },
  };
  const expected = { expectedAttempts: payment.attempts, expectedBegun: null };
  const monthAgo = addDays(input.now, -31);
  await recordBegun(deps, input, begun, {
    tenantId,
    now: input.now,
    subscription: null,
    payment: { row: begun, ...expected },
    declines: { fingerprint: method.fingerprint, seen: failedAt.filter((at) => at > monthAgo).length },
  });
  return confirm(current, begun, rail, method);
}

/** A consolidated invoice may be reduced by the credits of others: it is held while the try begins. */
async function recordBegun(
  { database }: ActivityDependencies,
  { state, invoiceId }: CollectPaymentInput,
  { amount }: PaymentRow,
  recording: Recording,
): Promise<void> {
  const { tenantId, leads = [] } = state;
  if (!leads.includes(invoiceId)) {
    await record(database.as(tenantId), recording);
    return;
  }
  await database.transaction(tenantId, async (db) => {
    await holdAsking(db, tenantId, invoiceId, amount);
    await record(db, recording);
  });
}

/** Tries once, with the key of the attempt: sent again, the provider answers the same. */
async function confirm(current: Try, payment: PaymentRow, rail: Rail, method: MethodFacts): Promise<SubscriptionEvent> {
  const begun = payment.attemptBegun ?? fail('internal');
  const { tenantId, subscriptionId } = current.input.state;
  const { invoiceId } = payment;
  const link = { tenantId, subscriptionId, invoiceId, expiresAt: addDays(begun.at, linkDays) };
  const outcome = await rail.confirmPayment({
    providerRef: payment.providerRef,
    paymentMethodRef: method.providerRef,
    customerPresent: begun.customerPresent,
    returnUrl: begun.customerPresent ? `${current.deps.paymentLink(link)}/return` : null,
    idempotencyKey: attemptKey(invoiceId, begun.number),
  });
  return recordOutcome(current, payment, outcome);
}
