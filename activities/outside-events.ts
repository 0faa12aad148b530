/**
 * The events that the outside sees of a fact: what is listed under /events and, later, delivered as webhooks. The steady renewal
 * makes exactly one.
 */
import type { EventRow } from '../db/transactions/record';
import { newId } from '../domain/ids';
import type { InvoiceTotals } from '../domain/invoice/totals';
import type { IssuedInvoice, SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import { toIso } from '../domain/time';

type Build = (event: never, before: SubscriptionState) => Omit<EventRow, 'id'>[];

const one = (type: string, data: Record<string, unknown> = {}, invoiceId: string | null = null) => [
  { type, data, invoiceId },
];

type Of<T extends SubscriptionEvent['type']> = Extract<SubscriptionEvent, { type: T }>;

const settledTypes = {
  paid: 'invoice.paid',
  voided: 'invoice.voided',
  uncollectible: 'invoice.marked_uncollectible',
} as const;

const builders: Partial<Record<SubscriptionEvent['type'], Build>> = {
  trial_started: (event: Of<'trial_started'>) =>
    one('subscription.trial_started', { trial_end: toIso(event.trialEnd) }),
  trial_paused: () => one('subscription.paused', { cause: 'trial ended without a payment method' }),
  terms_changed: (event: Of<'terms_changed'>, before) =>
    one('subscription.changed', { before: before.terms, after: event.terms }),
  items_changed: (event: Of<'items_changed'>) =>
    one('subscription.items_changed', { change: event.change, item_id: event.itemId }),
  terms_scheduled: (event: Of<'terms_scheduled'>) => one('subscription.change_scheduled', { after: event.terms }),
  change_unscheduled: () => one('subscription.change_unscheduled'),
  cancel_scheduled: (event: Of<'cancel_scheduled'>) =>
    one('subscription.cancel_scheduled', { cancel_at: toIso(event.cancelAt) }),
  cancel_unscheduled: () => one('subscription.cancel_unscheduled'),
  canceled: () => one('subscription.canceled'),
  expired: () => one('subscription.expired'),
  paused: (event: Of<'paused'>) =>
    one('subscription.paused', { resume_at: event.resumeAt === null ? null : toIso(event.resumeAt), mode: event.mode }),
  resumed: () => one('subscription.resumed'),
  invoice_credited: (event: Of<'invoice_credited'>) =>
    one('credit_note.created', { credit_note_id: event.creditNoteId }, event.credited[0]?.invoiceId ?? null),
  invoice_settled: (event: Of<'invoice_settled'>) => one(settledTypes[event.how], {}, event.invoiceId),
  payment_declined: (event: Of<'payment_declined'>) =>
    one(
      'invoice.payment_failed',
      {
        code: event.code,
        attempts: event.attempts,
        next_attempt_at: event.nextAt === null ? null : toIso(event.nextAt),
        waiting_for: event.waitingFor,
      },
      event.invoiceId,
    ),
  payment_deferred: (event: Of<'payment_deferred'>) =>
    one('invoice.payment_deferred', { until: toIso(event.until), why: event.why }, event.invoiceId),
  payment_pending: (event: Of<'payment_pending'>) =>
    one(
      event.waitingFor === 'customer' ? 'invoice.payment_requires_action' : 'invoice.payment_processing',
      {},
      event.invoiceId,
    ),
  coupon_applied: ({ attachmentId, couponId }: Of<'coupon_applied'>) =>
    one('subscription.coupon_applied', { attachment_id: attachmentId, coupon_id: couponId }),
  coupon_removed: ({ attachmentId }: Of<'coupon_removed'>) =>
    one('subscription.coupon_removed', { attachment_id: attachmentId }),
  dunning_ended: (event: Of<'dunning_ended'>) => one('subscription.dunning_ended', { end: event.end }),
  lead_reported: ({ end }: Of<'lead_reported'>) =>
    end === undefined ? [] : one('subscription.dunning_ended', { end }),
};

function invoiceEvent(event: SubscriptionEvent, totals: InvoiceTotals | null): Omit<EventRow, 'id'>[] {
  if (totals === null || !('invoice' in event)) return [];
  const invoice = event.invoice as IssuedInvoice;
  const { total, amountDue } = totals;
  return one('invoice.finalized', { total, amount_due: amountDue }, invoice.id);
}

/** Older invoices that the credits of this one reduced. */
function creditedEvents(event: SubscriptionEvent): Omit<EventRow, 'id'>[] {
  const credited = 'credited' in event ? (event.credited ?? []) : [];
  // Whoever collects it says itself that it is settled.
  return credited.flatMap(({ invoiceId, open, lead }) => [
    ...one('invoice.credited', {}, invoiceId),
    ...(open || lead !== undefined ? [] : one(settledTypes.paid, {}, invoiceId)),
  ]);
}

function statusEvent(before: SubscriptionState, after: SubscriptionState): Omit<EventRow, 'id'>[] {
  return before.status === after.status
    ? []
    : one('subscription.status_changed', { before: before.status, after: after.status });
}

/** Where the customer can pay: told with every event that asks something of them. */
const withLink = (data: Readonly<Record<string, unknown>>, paymentUrl: string | null) =>
  paymentUrl === null ? data : { ...data, payment_url: paymentUrl };

/** The rows to write for a fact, each with its own id. */
export function outsideEvents(
  before: SubscriptionState,
  after: SubscriptionState,
  event: SubscriptionEvent,
  totals: InvoiceTotals | null,
  paymentUrl: string | null,
): EventRow[] {
  const build = builders[event.type];
  const rows = [
    ...invoiceEvent(event, totals),
    ...(build?.(event as never, before) ?? []),
    ...creditedEvents(event),
    ...statusEvent(before, after),
  ];
  // Every fact leaves at least one row, which carries it.
  const told = rows.length > 0 ? rows : one('subscription.noted', { fact: event.type });
  return told.map((row) => ({ ...row, id: newId('evt'), data: withLink(row.data, paymentUrl) }));
}
