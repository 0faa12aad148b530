/**
 * Folds a fact into the state. Pure and total: it never overwrites what another message set meanwhile, because the workflow has one
 * writer and facts name only what they change.
 */
import type { CreditedInvoice, IssuedInvoice, SubscriptionEvent } from './events';
import { processingCheckMs } from '../collection';
import { forgetLed, hearLead, noteLead, owesElsewhere } from './lead-report';
import type { Anchor, Collection, Period, SubscriptionState, Terms } from './state';
import { canTransition, nextStatus, type Transition } from './transitions';
import type { Instant } from '../time';
import { withoutLate, withoutOldestUnbilled, withoutUnbilled, withUnbilled } from './unbilled-usage';

type EventOf<T extends SubscriptionEvent['type']> = Extract<SubscriptionEvent, { type: T }>;
type Handlers = {
  readonly [T in SubscriptionEvent['type']]: (state: SubscriptionState, event: EventOf<T>) => SubscriptionState;
};

function move(state: SubscriptionState, transition: Transition): SubscriptionState {
  return { ...state, status: nextStatus(state.status, transition) };
}

/** Late facts (a payment of a canceled subscription) move the status only where the table has the pair. */
function moveIfAllowed(state: SubscriptionState, transition: Transition): SubscriptionState {
  return canTransition(state.status, transition) ? move(state, transition) : state;
}

function freshCollection(invoiceId: string, queue: readonly string[], at: Instant): Collection {
  return {
    invoiceId,
    queue,
    attempts: 0,
    firstFailureAt: null,
    step: 0,
    nextAt: at,
    action: 'attempt',
    checkAt: null,
    noticedAt: null,
    waitingFor: 'nothing',
    customerActed: false,
    customerPresent: false,
  };
}

/** A trial is over: so are the terms that came with it. */
function withoutTrial({ trialEndBehavior: _over, ...state }: SubscriptionState): SubscriptionState {
  return { ...state, trialEnd: null };
}

/** Nothing is planned any more for a subscription that has ended. */
function withNothingPlanned(state: SubscriptionState): SubscriptionState {
  return { ...withoutTrial(state), cancelAt: null, pendingTerms: null, pause: null, incompleteUntil: null };
}

/** An open invoice is collected at once, or queues behind an older one that is still in dunning. */
function enqueue(state: SubscriptionState, invoice: IssuedInvoice | null, at: Instant): SubscriptionState {
  if (invoice === null) return state;
  const named = noteLead({ ...state, lastInvoice: { number: invoice.number, total: invoice.total } }, invoice);
  if (!invoice.open) return named;
  const { collection } = state;
  if (collection === null) return { ...named, collection: freshCollection(invoice.id, [], at) };
  return { ...named, collection: { ...collection, queue: [...collection.queue, invoice.id] } };
}

function settle(before: SubscriptionState, event: EventOf<'invoice_settled'>): SubscriptionState {
  const state = forgetLed(before, [event.invoiceId]);
  const { collection } = state;
  if (collection === null) return state;
  if (collection.invoiceId !== event.invoiceId) {
    return { ...state, collection: { ...collection, queue: collection.queue.filter((id) => id !== event.invoiceId) } };
  }
  const [next, ...rest] = collection.queue;
  if (next !== undefined) return { ...state, collection: freshCollection(next, rest, event.at) };
  const free = { ...state, collection: null, incompleteUntil: null };
  if (state.status === 'incomplete' && event.how !== 'paid')
    return withoutUnbilled(withNothingPlanned(moveIfAllowed(free, 'expire')));
  return recovered(free, event.at);
}

/** Nothing is owed any more, unless another subscription still collects something for this one. */
function recovered(state: SubscriptionState, at: Instant): SubscriptionState {
  return owesElsewhere(state) ? state : resumeAfterDunning(moveIfAllowed(state, 'payment_recovered'), at);
}

function hear(state: SubscriptionState, event: EventOf<'lead_reported'>): SubscriptionState {
  const heard = hearLead(state, event);
  if (event.end === 'cancel') return withNothingPlanned(heard);
  return event.end === undefined && heard.collection === null ? recovered(heard, event.at) : heard;
}

/** A subscription that dunning stopped goes on at once when nothing is owed any more. */
function resumeAfterDunning(state: SubscriptionState, at: Instant): SubscriptionState {
  if (state.status !== 'paused') return state;
  const pause = state.pause ?? { since: at, resumeAt: at, mode: 'keep_schedule' as const, cause: 'dunning' as const };
  return pause.cause === 'dunning' ? { ...state, pause: { ...pause, resumeAt: at } } : state;
}

type Outcome = Omit<Collection, 'invoiceId' | 'queue' | 'noticedAt'>;

/** What the customer set in motion while the try was under way; its outcome must not take that away. */
function wokenSince(collection: Collection, tryAt: Instant): Partial<Collection> {
  const { waitingFor, customerActed, customerPresent, newMethod = false, nextAt, action } = collection;
  const woken = waitingFor === 'nothing' && customerActed && nextAt !== null && nextAt > tryAt;
  return woken ? { waitingFor, customerActed, customerPresent, newMethod, nextAt, action } : {};
}

/** What the provider told us while the try was under way is still to be read. */
function noticedSince({ noticedAt }: Collection, tryAt: Instant): Instant | null {
  return noticedAt !== null && noticedAt > tryAt ? noticedAt : null;
}

/** A try for the invoice came to something; facts about another invoice change nothing here. */
function tried(
  state: SubscriptionState,
  event: { readonly at: Instant; readonly invoiceId: string },
  outcome: Partial<Outcome>,
): SubscriptionState {
  const { collection } = state;
  if (collection === null || collection.invoiceId !== event.invoiceId) return state;
  const woken = wokenSince(collection, event.at);
  return {
    ...state,
    collection: { ...collection, ...outcome, ...woken, noticedAt: noticedSince(collection, event.at) },
  };
}

function decline(state: SubscriptionState, event: EventOf<'payment_declined'>): SubscriptionState {
  const { collection } = state;
  if (collection === null || collection.invoiceId !== event.invoiceId) return state;
  const gated = state.status === 'incomplete';
  return tried(moveIfAllowed(state, 'payment_failed'), event, {
    attempts: event.attempts,
    firstFailureAt: event.firstFailureAt,
    step: event.step,
    // A gated subscription has no dunning: it waits for the customer until its time limit.
    nextAt: gated ? null : (event.nextAt ?? event.at),
    action: event.nextAt === null && !gated ? 'end_dunning' : 'attempt',
    checkAt: null,
    waitingFor: event.waitingFor,
    customerActed: false,
    customerPresent: false,
  });
}

/** The provider knows nothing new. A planned reading that came to nothing is planned again: nobody else would end the wait. */
function unchanged(state: SubscriptionState, event: EventOf<'payment_unchanged'>): SubscriptionState {
  const checkAt = state.collection?.checkAt ?? null;
  const due = checkAt !== null && checkAt <= event.at;
  return tried(state, event, { checkAt: due ? event.at + processingCheckMs : checkAt });
}

function endDunning(state: SubscriptionState, event: EventOf<'dunning_ended'>): SubscriptionState {
  if (event.end === 'cancel') {
    return { ...withNothingPlanned(move(forgetLed(state, event.settled), 'cancel')), collection: null };
  }
  const { collection } = state;
  // The invoices stay open: a new payment method or the customer's own payment still settles them.
  const idle =
    collection === null
      ? null
      : {
          ...collection,
          nextAt: null,
          checkAt: null,
          action: 'attempt' as const,
          waitingFor: 'customer' as const,
          ...wokenSince(collection, event.at),
        };
  if (event.end === 'leave_unpaid') return { ...moveIfAllowed(state, 'dunning_unpaid'), collection: idle };
  const pause = state.pause ?? {
    since: event.at,
    resumeAt: null,
    mode: 'keep_schedule' as const,
    cause: 'dunning' as const,
  };
  return { ...moveIfAllowed(state, 'dunning_paused'), collection: idle, pause };
}

interface Calendar {
  readonly period: Period;
  readonly anchor: Anchor;
}

/** A new calendar. A cancellation planned for the end of the period moves with it: what is paid for is served. */
function onCalendar(state: SubscriptionState, calendar: Calendar | null): SubscriptionState {
  if (calendar === null) return state;
  const { period, anchor } = calendar;
  const cancelAt = state.cancelAt !== null && state.cancelAt === state.period?.end ? period.end : state.cancelAt;
  return { ...state, period, anchor, cancelAt };
}

/** Who is served again is asked to pay again: dunning that had ended begins anew, or periods would pile up unpaid. */
function beginDunningAnew(collection: Collection | null, at: Instant): Collection | null {
  if (collection === null || collection.nextAt !== null || collection.checkAt !== null) return collection;
  return { ...collection, firstFailureAt: null, step: 0, nextAt: at, action: 'attempt', waitingFor: 'retry' };
}

const sameTerms = (a: Terms, b: Terms | null): boolean =>
  a.planId === b?.planId && a.planVersion === b.planVersion && a.quantity === b.quantity;

/** What a boundary billed. A scheduled change that it did not bill stays scheduled: it must not get lost. */
function onTerms(state: SubscriptionState, terms: Terms, label = state.label): SubscriptionState {
  return { ...state, terms, label, pendingTerms: sameTerms(terms, state.pendingTerms) ? null : state.pendingTerms };
}

function resume(state: SubscriptionState, event: EventOf<'resumed'>): SubscriptionState {
  const owed = owesElsewhere(state) || (state.collection !== null && state.collection.firstFailureAt !== null);
  const collection = beginDunningAnew(state.collection, event.at);
  const changed = event.terms === undefined ? state : onTerms(state, event.terms, event.label);
  const active = move(onCalendar({ ...changed, pause: null, collection }, event.calendar), 'resume');
  const resumed = owed ? move(active, 'payment_failed') : active;
  return enqueue(withUnbilled(resumed, event), event.invoice, event.at);
}

/** The customer was asked to confirm a payment of the old amount, which is canceled: the new amount is asked for at once. */
function askAnew(state: SubscriptionState, invoiceId: string, at: Instant): SubscriptionState {
  const { collection } = state;
  if (collection === null || collection.invoiceId !== invoiceId || collection.checkAt === null) return state;
  return {
    ...state,
    collection: { ...collection, checkAt: null, nextAt: at, action: 'attempt', waitingFor: 'retry' },
  };
}

/** A new invoice takes the place of a voided one, in the queue too. Collecting begins anew: its payment is another one. */
function reissue(state: SubscriptionState, event: EventOf<'invoice_reissued'>): SubscriptionState {
  const { invoice, invoiceId, at } = event;
  const named = noteLead({ ...state, lastInvoice: { number: invoice.number, total: invoice.total } }, invoice);
  if (!invoice.open) return settle(named, { type: 'invoice_settled', at, invoiceId, how: 'paid' });
  const next = forgetLed(named, [invoiceId]);
  const { collection } = next;
  if (collection === null) return next;
  if (collection.invoiceId === invoiceId)
    return { ...next, collection: freshCollection(invoice.id, collection.queue, at) };
  const queue = collection.queue.map((id) => (id === invoiceId ? invoice.id : id));
  return { ...next, collection: { ...collection, queue } };
}

/** Credits of a new invoice reduced older ones: those that ask for nothing any more are settled. */
function reduce(state: SubscriptionState, credited: readonly CreditedInvoice[], at: Instant): SubscriptionState {
  return credited.reduce(
    (reduced, { invoiceId, open }) =>
      open ? askAnew(reduced, invoiceId, at) : settle(reduced, { type: 'invoice_settled', at, invoiceId, how: 'paid' }),
    state,
  );
}

/** A subscription that never became active owes nothing; one that was served still owes what is open. */
function cancel(state: SubscriptionState, event: EventOf<'canceled'>): SubscriptionState {
  const reduced = reduce(state, event.credited ?? [], event.at);
  const isUnpaid = state.status === 'incomplete';
  const collection = isUnpaid ? null : reduced.collection;
  const waiting = isUnpaid ? withoutUnbilled(reduced) : withUnbilled(reduced, event);
  return enqueue({ ...withNothingPlanned(move(waiting, 'cancel')), collection }, event.invoice, event.at);
}

function changeTerms(state: SubscriptionState, event: EventOf<'terms_changed'>): SubscriptionState {
  const { terms, label } = event;
  const reduced = reduce(onCalendar(state, event.calendar), event.credited ?? [], event.at);
  const arrears = event.arrears === undefined ? {} : { arrears: event.arrears };
  const since = event.planSince === undefined ? {} : { planSince: event.planSince };
  const changed = { ...withUnbilled(reduced, event), ...arrears, ...since, terms, label, pendingTerms: null };
  return enqueue(changed, event.invoice, event.at);
}

/** A new period begins: what was cut in the one before is billed. */
function withoutArrears({ arrears: _billed, ...state }: SubscriptionState): SubscriptionState {
  return state;
}

/** Usage was read: what was to be billed again is on its invoice. */
function withoutReturned({ usageReturned: _billed, ...state }: SubscriptionState): SubscriptionState {
  return state;
}

function issue(state: SubscriptionState, event: EventOf<'invoice_issued'>): SubscriptionState {
  const { period, anchor, terms, incompleteUntil } = event;
  const since = event.planSince === undefined ? {} : { planSince: event.planSince };
  // Where usage waits, what is to be billed again waits with it.
  const read = withUnbilled(event.unbilled === undefined ? withoutReturned(state) : state, event);
  const moved = move(withoutTrial(withoutArrears(read)), incompleteUntil !== null ? 'await_first_payment' : 'activate');
  const rolled = { ...onTerms(moved, terms, event.label), ...since, period, anchor, incompleteUntil };
  return enqueue(rolled, event.invoice, event.at);
}

type Customer = Required<Pick<Collection, 'customerActed' | 'customerPresent' | 'newMethod'>>;

function wakeCollection(state: SubscriptionState, at: Instant, customer: Customer): SubscriptionState {
  const { collection } = state;
  if (collection === null) return state;
  return {
    ...state,
    collection: {
      ...collection,
      nextAt: at,
      action: 'attempt',
      checkAt: null,
      waitingFor: 'nothing',
      ...customer,
    },
  };
}

/** What the engine itself asks for follows from what the provider holds: that is read before anything is sent. */
function requestPayment(state: SubscriptionState, event: EventOf<'payment_requested'>): SubscriptionState {
  const { at, customerActed, customerPresent } = event;
  const woken = wakeCollection(state, at, { customerActed, customerPresent, newMethod: false });
  return customerActed ? woken : noticePayment(woken, at);
}

/** A trial that stopped for want of a payment method goes on once there is one. */
function changePaymentMethod(state: SubscriptionState, at: Instant, customerActed = true): SubscriptionState {
  const woken = wakeCollection(state, at, { customerActed, customerPresent: false, newMethod: customerActed });
  return woken.pause?.cause === 'trial_end' ? { ...woken, pause: { ...woken.pause, resumeAt: at } } : woken;
}

const handlers: Handlers = {
  trial_started: (state, event) => ({
    ...move(state, 'start_trial'),
    period: event.period,
    trialEnd: event.trialEnd,
    ...(event.endBehavior === undefined ? {} : { trialEndBehavior: event.endBehavior }),
  }),
  trial_paused: (state, event) => ({
    ...move(withoutTrial(state), 'pause'),
    pause: { since: event.at, resumeAt: null, mode: 'shift_schedule', cause: 'trial_end' },
  }),
  invoice_issued: issue,
  terms_changed: changeTerms,
  items_changed: (state, event) => enqueue(reduce(state, event.credited ?? [], event.at), event.invoice, event.at),
  terms_scheduled: (state, event) => ({ ...state, pendingTerms: event.terms }),
  change_unscheduled: (state) => ({ ...state, pendingTerms: null }),
  cancel_scheduled: (state, event) => ({ ...state, cancelAt: event.cancelAt }),
  cancel_unscheduled: (state) => ({ ...state, cancelAt: null }),
  canceled: cancel,
  usage_billed: (state, event) =>
    enqueue(withUnbilled(withoutOldestUnbilled(withoutReturned(state)), event), event.invoice, event.at),
  usage_corrected: (state, event) => enqueue(withoutLate(state, event.invoiceId), event.invoice, event.at),
  expired: (state) => ({ ...withoutUnbilled(withNothingPlanned(move(state, 'expire'))), collection: null }),
  paused: (state, event) => ({
    ...move(state, 'pause'),
    pause: {
      since: event.at,
      resumeAt: event.resumeAt,
      mode: event.mode,
      cause: 'command',
      ...(event.periodWaits === undefined ? {} : { periodWaits: event.periodWaits }),
    },
  }),
  resumed: resume,
  payment_method_changed: (state, event) => changePaymentMethod(state, event.at, event.customerActed),
  payment_requested: requestPayment,
  invoice_settled: (state, event) =>
    settle(event.usageReturned === true ? { ...state, usageReturned: true } : state, event),
  invoice_credited: (state, event) => reduce(state, event.credited, event.at),
  invoice_reissued: (state, event) => reissue(withoutLate(state, event.invoiceId), event),
  payment_declined: decline,
  payment_deferred: (state, event) =>
    tried(state, event, {
      nextAt: event.until,
      checkAt: null,
      action: 'attempt',
      waitingFor: 'retry',
      customerPresent: false,
    }),
  payment_pending: (state, event) =>
    tried(state, event, {
      attempts: event.attempts,
      nextAt: event.nextAt,
      checkAt: event.checkAt,
      action: 'attempt',
      waitingFor: event.waitingFor,
      customerPresent: false,
    }),
  payment_unchanged: unchanged,
  dunning_ended: endDunning,
  lead_reported: hear,
  coupon_applied: (state) => state,
  coupon_removed: (state) => state,
  attention_needed: (state, event) => ({ ...state, attention: event.reason }),
  attention_cleared: (state) => ({ ...state, attention: null }),
};

/** The state after a fact. */
export function apply(state: SubscriptionState, event: SubscriptionEvent): SubscriptionState {
  const handler = handlers[event.type] as (state: SubscriptionState, event: SubscriptionEvent) => SubscriptionState;
  return { ...handler(state, event), seq: state.seq + 1 };
}

/** The provider told us something about a payment: what it knows is read now, and planned readings stay. Not a recorded fact. */
export function noticePayment(state: SubscriptionState, at: Instant): SubscriptionState {
  const { collection } = state;
  return collection === null ? state : { ...state, collection: { ...collection, noticedAt: at } };
}

/** The customer's payment methods changed: what is owed is tried at once. Not a recorded fact. */
export function noticePaymentMethod(state: SubscriptionState, at: Instant): SubscriptionState {
  return changePaymentMethod(state, at);
}
