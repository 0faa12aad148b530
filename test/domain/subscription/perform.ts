/** Which fact each step of `decide` yields, after the activities of the same names. */
import { customerActionMs, declinedFact, plannedStep, processingCheckMs } from '../../../domain/collection';
import { attemptAllowed } from '../../../domain/dunning';
import type { InvoiceLine } from '../../../domain/invoice/line';
import { billPeriod, termsAt } from '../../../domain/invoice/period-bill';
import { billResume } from '../../../domain/invoice/resume-bill';
import type { Reduction } from '../../../domain/invoice/reductions';
import { invoiceTotals } from '../../../domain/invoice/totals';
import { money, zero } from '../../../domain/money';
import type { Step } from '../../../domain/subscription/decide';
import type { IssuedInvoice, IssueReason, SubscriptionEvent } from '../../../domain/subscription/events';
import { finalStatuses } from '../../../domain/subscription/state';
import type { UnbilledUsage } from '../../../domain/subscription/unbilled-usage';
import { addHours, periodBoundary, type Instant } from '../../../domain/time';
import { atLeast, booked, totalOf } from '../invoice/plans';
import { bookInvoice, booksOf, drawDecline, planOf, type Truth, type World } from './world';

type Action = Exclude<Step, { kind: 'wait' | 'end' }>;

/** Books the invoice and its charges. */
export function issue(
  world: World,
  lines: readonly InvoiceLine[],
  reductions: readonly Reduction[] = [],
): IssuedInvoice {
  const { total, amountDue } = invoiceTotals(
    totalOf(lines, world.state.currency),
    zero(world.state.currency),
    atLeast('0.50'),
    reductions,
  );
  const credited = new Set(lines.map((line) => line.creditsLineId));
  const made = booked(lines, 1000 * (world.made + 1));
  const issued = bookInvoice(world, total, amountDue);
  const openInvoice = { id: issued.id, amountDue };
  world.billed = [
    ...world.billed.filter((line) => !credited.has(line.id)),
    ...made.map((line) => ({ ...line, openInvoice })),
  ];
  return issued;
}

function bill(world: World, reason: IssueReason, at: Instant): SubscriptionEvent {
  const { state, now } = world;
  const plan = planOf(world, termsAt(state, reason, at));
  const { trial } = plan.definition;
  if (reason === 'start' && trial !== null) {
    const trialEnd = periodBoundary(at, { unit: 'day', count: trial.days }, 1, state.timeZone);
    const period = { index: -1, start: at, end: trialEnd };
    return { type: 'trial_started', at: now, trialEnd, period, endBehavior: trial.endBehavior };
  }
  const { trialEndBehavior } = state;
  if (reason === 'trial_end' && !world.hasMethod && trialEndBehavior === 'pause')
    return { type: 'trial_paused', at: now };
  if (reason === 'trial_end' && !world.hasMethod && trialEndBehavior === 'cancel')
    return { type: 'canceled', at: now, invoice: null };
  if (reason === 'resume') return resume(world, at);
  const made = billPeriod(state, plan, 'seconds', reason, at);
  const invoice = issue(world, made.lines);
  const gated = world.traits.gated && reason !== 'renewal' && invoice.open;
  return {
    type: 'invoice_issued',
    at: now,
    reason,
    invoice,
    period: made.stretch.period,
    anchor: made.stretch.anchor,
    terms: made.terms,
    incompleteUntil: gated ? addHours(now, 23) : null,
    ...waitingUsage(world, reason, at),
  };
}

export function resume(world: World, at: Instant): SubscriptionEvent {
  const { state, now } = world;
  const plan = planOf(world, termsAt(state, 'resume', at));
  const { terms, calendar, invoice } = billResume(state, plan, 'seconds', at, now);
  if (invoice === null) return { type: 'resumed', at: now, invoice: null, calendar };
  return { type: 'resumed', at: now, invoice: issue(world, invoice.lines), calendar, terms };
}

/** The outcome of a try or of reading the provider. */
function outcome(world: World, invoiceId: string, known: Truth): SubscriptionEvent {
  const { state, now } = world;
  const { collection } = state;
  const payment = booksOf(world, invoiceId);
  if (collection === null) throw new Error('nothing is collected');
  payment.attempts += 1;
  payment.recorded = known;
  payment.truth = known;
  const common = { at: now, invoiceId, attempts: payment.attempts };
  if (known === 'succeeded') {
    payment.status = 'paid';
    return { type: 'invoice_settled', at: now, invoiceId, how: 'paid' };
  }
  if (known === 'declined') {
    world.failedAt.push(now);
    return declinedFact(collection, world.traits.dunning, { ...common, code: 'drawn', ...drawDecline(world) }, now);
  }
  const asked = known === 'requires_action';
  return {
    type: 'payment_pending',
    ...common,
    waitingFor: asked ? 'customer' : 'provider',
    nextAt: asked ? plannedStep(world.traits.dunning, collection, now) : null,
    checkAt: now + (asked ? customerActionMs : processingCheckMs),
  };
}

function attempt(world: World, invoiceId: string): SubscriptionEvent {
  const { state, now, traits } = world;
  const { collection } = state;
  const { attempts } = booksOf(world, invoiceId);
  if (collection === null) throw new Error('nothing is collected');
  if (!world.hasMethod) {
    const declined = { invoiceId, attempts, code: 'payment_method_missing', class: 'never', waitMs: null } as const;
    return declinedFact(collection, traits.dunning, declined, now);
  }
  // A payment that moved at the provider without us takes no second try: it answers with what it is.
  const { truth } = booksOf(world, invoiceId);
  if (truth === 'succeeded' || truth === 'processing') return outcome(world, invoiceId, truth);
  const permission = attemptAllowed(traits.dunning, { failedAt: world.failedAt }, now, collection.customerActed);
  if (!permission.allowed)
    return { type: 'payment_deferred', at: now, invoiceId, until: permission.until, why: permission.reason };
  const known = (['succeeded', 'declined', 'declined', 'requires_action', 'processing'] as const)[world.draw(5)];
  return outcome(world, invoiceId, known ?? 'declined');
}

/** What was sent before is read first. */
function read(world: World, invoiceId: string, action: 'attempt' | 'reconcile'): SubscriptionEvent {
  const { state, now, traits } = world;
  const payment = booksOf(world, invoiceId);
  const { collection } = state;
  if (collection === null) throw new Error('nothing is collected');
  if (payment.truth === 'processing' && world.draw(3) === 0)
    payment.truth = world.draw(2) === 0 ? 'succeeded' : 'declined';
  if (payment.truth !== null && payment.truth !== payment.recorded) return outcome(world, invoiceId, payment.truth);
  const { checkAt, waitingFor } = collection;
  if (payment.truth === 'requires_action' && waitingFor === 'customer' && checkAt !== null && checkAt <= now) {
    const { attempts } = payment;
    const declined = {
      invoiceId,
      attempts,
      code: 'authentication_not_completed',
      class: 'customer',
      waitMs: null,
    } as const;
    return declinedFact(collection, traits.dunning, declined, now);
  }
  if (action === 'attempt' && payment.truth !== 'processing') return attempt(world, invoiceId);
  if (payment.truth !== 'processing') return { type: 'payment_unchanged', at: now, invoiceId };
  const { attempts } = payment;
  const next = { nextAt: null, checkAt: now + processingCheckMs };
  return { type: 'payment_pending', at: now, invoiceId, attempts, waitingFor: 'provider', ...next };
}

function collect(world: World, invoiceId: string, action: 'attempt' | 'reconcile'): SubscriptionEvent {
  const payment = booksOf(world, invoiceId);
  if (payment.status !== 'open') {
    const how = ({ paid: 'paid', void: 'voided', uncollectible: 'uncollectible' } as const)[payment.status];
    return { type: 'invoice_settled', at: world.now, invoiceId, how };
  }
  const { recorded } = payment;
  const mustRead =
    recorded !== null && (action === 'reconcile' || recorded === 'processing' || recorded === 'requires_action');
  return mustRead ? read(world, invoiceId, action) : attempt(world, invoiceId);
}

/** Ids of what is owed; null when money has arrived or is on its way for one of them: then it is collected instead. */
export function settleable(world: World): string[] | null {
  const { collection } = world.state;
  const ids = collection === null ? [] : [collection.invoiceId, ...collection.queue];
  const coming = ids.some((id) => ['succeeded', 'processing'].includes(booksOf(world, id).truth ?? ''));
  return coming ? null : ids;
}

function give(world: World, ids: readonly string[], status: 'void' | 'uncollectible'): void {
  for (const id of ids) booksOf(world, id).status = status;
}

function endDunning(world: World): SubscriptionEvent {
  const { state, now } = world;
  const end = finalStatuses.has(state.status) ? 'cancel' : world.traits.dunning.end;
  if (end !== 'cancel') return { type: 'dunning_ended', at: now, end, settled: [] };
  const ids = settleable(world);
  if (ids === null) return { type: 'payment_requested', at: now, customerPresent: false, customerActed: false };
  give(world, ids, 'uncollectible');
  return { type: 'dunning_ended', at: now, end, settled: ids };
}

function expire(world: World): SubscriptionEvent {
  const ids = settleable(world);
  if (ids === null) return { type: 'payment_requested', at: world.now, customerPresent: false, customerActed: false };
  give(world, ids, 'void');
  return { type: 'expired', at: world.now };
}

/** Usage of the period that a renewal ends waits now and then for what comes late, and that of an older one came late. */
function waitingUsage(
  world: World,
  reason: IssueReason,
  at: Instant,
): { unbilled?: UnbilledUsage; late?: readonly string[] } {
  const { state, draw } = world;
  const { period, terms, anchor } = state;
  if (reason !== 'renewal' || period === null || draw(3) > 0) return {};
  const late = [...world.invoices.keys()].slice(-1);
  const dueAt = Math.max(addHours(at, draw(72)), state.unbilledUsage?.at(-1)?.dueAt ?? at);
  return { unbilled: { from: period.start, to: at, dueAt, terms, period, anchor }, late };
}

/** The usage of the oldest stretch that waits: an invoice of a price that stands for it, or nothing. */
function billUsage(world: World): SubscriptionEvent {
  const { state, now, draw } = world;
  const [oldest] = state.unbilledUsage ?? [];
  if (oldest === undefined) throw new Error('No usage waits.');
  const { from, to } = oldest;
  const amount = money(String(1 + draw(20)), state.currency);
  const invoice = draw(2) === 0 ? null : bookInvoice(world, amount, amount);
  return { type: 'usage_billed', at: now, from, to, invoice };
}

/** The oldest invoice whose usage changed: credited and billed anew, or right again by now. */
function correctUsage(world: World): SubscriptionEvent {
  const { state, now, draw } = world;
  const invoiceId = state.lateInvoices?.ids[0] ?? '';
  const amount = money(String(1 + draw(20)), state.currency);
  const invoice = draw(2) === 0 ? null : bookInvoice(world, amount, amount);
  return { type: 'usage_corrected', at: now, invoiceId, creditNoteId: null, invoice };
}

/** Does the one thing that the core decided. */
export function perform(world: World, step: Action): SubscriptionEvent {
  switch (step.kind) {
    case 'bill':
      return bill(world, step.reason, step.at);
    case 'bill_usage':
      return billUsage(world);
    case 'correct_usage':
      return correctUsage(world);
    case 'collect':
      return collect(world, step.invoiceId, step.action);
    case 'end_dunning':
      return endDunning(world);
    case 'cancel':
      return { type: 'canceled', at: world.now, invoice: null };
    case 'expire':
      return expire(world);
  }
}
