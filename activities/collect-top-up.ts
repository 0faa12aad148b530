/**
 * Carries a top-up on: issues its invoice, tries the customer's method once, and grants the credits when the money is there. Safe to run
 * again at any time and by two at once: the order is that of `collect-payment.ts` (store that a try begins, try by a key of the invoice,
 * store the outcome), and whatever is unknown afterwards is read at the provider first. A top-up is tried once: who wants another asks
 * for one.
 */
import type { PaymentState, Rail } from '../adapters/rails/port';
import type { MethodFacts } from '../db/transactions/method-facts';
import { record, type AttemptRow, type PaymentRow } from '../db/transactions/record';
import { loadTopUpFacts, type TopUpFacts } from '../db/transactions/top-up-facts';
import { classifyDecline } from '../domain/decline';
import { attemptAllowed } from '../domain/dunning';
import { fail } from '../domain/errors';
import { attemptKey, cancelPaymentKey, createPaymentKey, newId } from '../domain/ids';
import { addDays } from '../domain/time';
import type { ActivityDependencies } from './dependencies';
import { issueTopUpInvoice } from './issue-top-up';
import { statusOf } from './payment-try';
import { failTopUp, paymentParts, succeedTopUp, type FinishedTry } from './settle-top-up';

export interface CollectTopUpInput {
  readonly tenantId: string;
  readonly topUpId: string;
}

export interface TopUpStanding {
  readonly status: string;
  readonly final: boolean;
}

async function factsOf(deps: ActivityDependencies, { tenantId, topUpId }: CollectTopUpInput): Promise<TopUpFacts> {
  const facts = await loadTopUpFacts(deps.database.as(tenantId), tenantId, topUpId);
  return facts ?? fail('not_found', { resource: 'Top-up', id: topUpId });
}

const isFinal = ({ topUp }: TopUpFacts): boolean => topUp.status === 'succeeded' || topUp.status === 'failed';

/** Carries a top-up as far as it goes now. */
export function collectTopUp(deps: ActivityDependencies) {
  return async function collect(input: CollectTopUpInput): Promise<TopUpStanding> {
    let facts = await factsOf(deps, input);
    if (facts.topUp.status === 'requested') {
      await issueTopUpInvoice(deps, facts);
      facts = await factsOf(deps, input);
    }
    if (!isFinal(facts)) {
      await (facts.payment === null ? firstTry(deps, facts) : goOn(deps, facts, facts.payment));
      facts = await factsOf(deps, input);
    }
    return { status: facts.topUp.status, final: isFinal(facts) };
  };
}

/** Why the method is not tried, in a code; null when it is. */
function obstacle({ method, dunning, failedAt, now }: TopUpFacts): string | null {
  if (method === null) return 'payment_method_missing';
  if (method.status === 'blocked') return 'payment_method_blocked';
  if (method.status === 'needs_customer') return 'customer_action_needed';
  return attemptAllowed(dunning, { failedAt }, now, false).allowed ? null : 'attempt_cap_reached';
}

/** Nothing was sent yet: make the provider's payment, store that a try begins, and try. */
async function firstTry(deps: ActivityDependencies, facts: TopUpFacts): Promise<void> {
  const { topUp, method, customerRef } = facts;
  const refused = obstacle(facts);
  if (refused !== null) return failTopUp(deps, facts, refused);
  const invoiceId = topUp.invoiceId ?? fail('internal');
  if (method === null || customerRef === null) return fail('internal');
  const rail = deps.railNamed(method.rail);
  const { providerRef } = await rail.createPayment({
    tenantId: topUp.tenantId,
    invoiceId,
    amount: topUp.price,
    customerRef,
    description: `Invoice ${facts.invoiceNumber ?? ''}`,
    idempotencyKey: createPaymentKey(invoiceId, 1),
  });
  const payment = begunPayment(facts, method, invoiceId, providerRef);
  await record(deps.database.as(topUp.tenantId), {
    tenantId: topUp.tenantId,
    now: facts.now,
    subscription: null,
    payment: { row: payment, expectedAttempts: 0, expectedBegun: null },
    declines: { fingerprint: method.fingerprint, seen: declinesOfMonth(facts) },
  });
  await confirm(deps, facts, payment, rail, method);
}

const declinesOfMonth = ({ failedAt, now }: TopUpFacts): number =>
  failedAt.filter((at) => at > addDays(now, -31)).length;

function begunPayment(facts: TopUpFacts, method: MethodFacts, invoiceId: string, providerRef: string): PaymentRow {
  const { topUp, now } = facts;
  const { id: methodId, fingerprint, rail } = method;
  return {
    id: newId('pay'),
    invoiceId,
    subscriptionId: null,
    customerId: topUp.customerId,
    rail,
    providerRef,
    status: 'created',
    amount: topUp.price,
    attempts: 0,
    attemptBegun: { number: 1, methodId, fingerprint, customerPresent: false, at: now },
    lastChargeRef: null,
    nextActionUrl: null,
    balanceTransactionRef: null,
    fee: null,
  };
}

async function confirm(
  deps: ActivityDependencies,
  facts: TopUpFacts,
  payment: PaymentRow,
  rail: Rail,
  method: MethodFacts,
): Promise<void> {
  const outcome = await rail.confirmPayment({
    providerRef: payment.providerRef,
    paymentMethodRef: method.providerRef,
    customerPresent: false,
    returnUrl: null,
    idempotencyKey: attemptKey(payment.invoiceId, 1),
  });
  await finish(deps, facts, payment, outcome);
}

/** Something was sent before: what the provider knows comes first. */
async function goOn(deps: ActivityDependencies, facts: TopUpFacts, payment: PaymentRow): Promise<void> {
  const rail = deps.railNamed(payment.rail);
  // Its outcome is stored; what is left is to withdraw it.
  if (payment.attemptBegun === null && payment.status === 'failed') return withdraw(deps, facts, payment);
  const known = await rail.readPayment({ providerRef: payment.providerRef });
  const isUnsent = payment.attemptBegun !== null && known.kind === 'unconfirmed';
  if (isUnsent) return confirm(deps, facts, payment, rail, facts.begunMethod ?? fail('internal'));
  const isKnown = payment.attemptBegun === null && statusOf(known) === payment.status;
  if (!isKnown) await finish(deps, facts, payment, known);
}

const standing = { never: 'blocked', customer: 'needs_customer', later: null } as const;

/** The payment's row, its try and the method's standing after an outcome. */
function finishedTry(facts: TopUpFacts, payment: PaymentRow, known: PaymentState): FinishedTry {
  const begun = payment.attemptBegun;
  // A debit under way is one of its own account, whatever the customer has attached since then.
  const method = facts.begunMethod ?? facts.method;
  const settlement = known.kind === 'succeeded' ? known.settlement : null;
  const verdict =
    known.kind === 'declined' ? classifyDecline({ ...known.decline, network: method?.brand ?? null }) : null;
  const status = verdict === null ? null : standing[verdict.class];
  return {
    row: {
      ...payment,
      status: known.kind === 'requires_action' ? 'failed' : statusOf(known),
      attempts: payment.attempts + 1,
      attemptBegun: null,
      lastChargeRef: known.chargeRef,
      balanceTransactionRef: settlement?.balanceTransactionRef ?? null,
      fee: settlement?.fee.amount ?? null,
    },
    attempt: {
      paymentId: payment.id,
      number: payment.attempts + 1,
      methodId: begun?.methodId ?? method?.id ?? null,
      fingerprint: begun?.fingerprint ?? method?.fingerprint ?? null,
      outcome: known.kind as AttemptRow['outcome'],
      decline: known.kind === 'declined' ? { ...known.decline, class: verdict?.class, reason: verdict?.reason } : null,
      chargeRef: known.chargeRef,
      customerPresent: false,
    },
    expectedAttempts: payment.attempts,
    expectedBegun: begun?.number ?? null,
    methodStatus: status === null || method === null ? undefined : { id: method.id, status },
  };
}

/** Stores what the try came to. */
async function finish(
  deps: ActivityDependencies,
  facts: TopUpFacts,
  payment: PaymentRow,
  known: PaymentState,
): Promise<void> {
  if (known.kind === 'canceled') return failTopUp(deps, facts, 'payment_canceled');
  const tried = finishedTry(facts, payment, known);
  if (known.kind === 'succeeded') return succeedTopUp(deps, facts, tried, known);
  const { tenantId } = facts.topUp;
  await record(deps.database.as(tenantId), { ...paymentParts(tried), tenantId, now: facts.now, subscription: null });
  if (known.kind === 'processing') return;
  const code =
    known.kind === 'declined' ? (known.decline.declineCode ?? known.decline.code) : 'authentication_required';
  await withdraw(deps, facts, tried.row, code);
}

/** A top-up that was declined must not be paid behind our back: the provider's payment is canceled before the books say that it failed. */
async function withdraw(
  deps: ActivityDependencies,
  facts: TopUpFacts,
  payment: PaymentRow,
  failure = 'payment_declined',
): Promise<void> {
  const { providerRef, invoiceId } = payment;
  const rail = deps.railNamed(payment.rail);
  const state = await rail.cancelPayment({ providerRef, idempotencyKey: cancelPaymentKey(invoiceId, 1) });
  if (state.kind === 'succeeded') return succeedTopUp(deps, facts, finishedTry(facts, payment, state), state);
  await failTopUp(deps, facts, failure);
}
