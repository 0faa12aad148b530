/** Subscriptions and their commands on the wire. */
import { z } from '@hono/zod-openapi';
import type { Invoice } from '../../db/queries/invoices';
import type { Subscription } from '../../db/queries/subscriptions';
import { quantityMax } from '../../domain/subscription/commands';
import { toIso } from '../../domain/time';
import {
  currencyField,
  idField,
  instantAnswer,
  instantField,
  isoOrNull,
  metadataAnswer,
  metadataField,
  prorationField,
} from '../fields';
import { trialDaysField } from './catalogue';
import { attachmentExample, isOneOfBoth, oneOfBoth, redemptionShape } from './coupon';
import { customerExample } from './customer';
import { priceOverrideField } from './price-override';
import { invoiceAnswer, presentInvoice } from './invoice';

/** More discounts on one subscription are a mistake. */
const couponsMax = 10;

/** A plan has fewer prices. */
const priceOverridesMax = 100;

const planId = 'plan_01kav5xq8yfz2s1m3c4d5e6f7g';
const paymentMethodId = 'pm_01kav5xq8yfz2s1m3c4d5e6f7g';

const termsAnswer = z.object({ plan_id: z.string(), plan_version: z.number(), quantity: z.number() });
const pauseAnswer = z.object({
  since: instantAnswer,
  resume_at: instantAnswer.nullable(),
  mode: z.string(),
  cause: z.string(),
});
const collectionAnswer = z.object({
  invoice_id: z.string(),
  open_invoices: z.number(),
  attempts: z.number(),
  dunning_step: z.number(),
  next_attempt_at: instantAnswer.nullable(),
  waiting_for: z.string(),
});

export const subscriptionExample = {
  id: 'sub_01kav5xq8yfz2s1m3c4d5e6f7g',
  customer_id: customerExample.id,
  plan_id: planId,
  plan_version: 1,
  quantity: 1,
  currency: 'USD',
  status: 'active',
  payment_method_id: null,
  test_clock_id: null,
  start_at: '2026-01-31T00:00:00.000Z',
  trial_end: null,
  current_period: { index: 0, start: '2026-01-31T00:00:00.000Z', end: '2026-02-28T00:00:00.000Z' },
  billing_day: null,
  cancel_at: null,
  canceled_at: null,
  pause: null,
  pending_change: null,
  collection: null,
  consolidated_debts: [],
  next_due_at: '2026-02-28T00:00:00.000Z',
  attention: null,
  payment_gated: false,
  metadata: {},
  created_at: '2026-01-31T00:00:00.000Z',
};

export const subscriptionAnswer = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    plan_id: z.string(),
    plan_version: z.number(),
    quantity: z.number(),
    currency: z.string(),
    status: z.string(),
    payment_method_id: z.string().nullable(),
    test_clock_id: z.string().nullable(),
    start_at: instantAnswer,
    trial_end: instantAnswer.nullable(),
    current_period: z.object({ index: z.number(), start: instantAnswer, end: instantAnswer }).nullable(),
    billing_day: z.number().nullable(),
    cancel_at: instantAnswer.nullable(),
    canceled_at: instantAnswer.nullable(),
    pause: pauseAnswer.nullable(),
    pending_change: termsAnswer.nullable(),
    collection: collectionAnswer
      .nullable()
      .openapi({ description: 'What is owed and when it is tried next; null when nothing is.' }),
    consolidated_debts: z.array(z.string()).openapi({
      description: 'Declined consolidated invoices that bill it and that another subscription collects.',
    }),
    next_due_at: instantAnswer.nullable(),
    attention: z.string().nullable(),
    payment_gated: z.boolean(),
    metadata: metadataAnswer,
    created_at: instantAnswer,
    latest_invoice: invoiceAnswer.nullable().optional().openapi({ description: 'With expand[]=latest_invoice.' }),
  })
  .openapi('Subscription', { example: subscriptionExample });

export type SubscriptionAnswer = z.infer<typeof subscriptionAnswer>;

export const subscriptionBody = z
  .strictObject({
    customer_id: idField(customerExample.id),
    plan_id: idField(planId),
    plan_version: z.number().int().min(1).optional(),
    currency: currencyField,
    quantity: z.number().int().min(0).max(quantityMax).default(1),
    start_at: instantField.optional(),
    billing_day: z.number().int().min(1).max(31).optional().openapi({ example: 1 }),
    trial_days: trialDaysField.optional(),
    trial: z.literal('none').optional(),
    payment_gated: z.boolean().default(false),
    payment_method_id: idField(paymentMethodId).optional(),
    coupons: z
      .array(z.strictObject(redemptionShape).refine(isOneOfBoth, oneOfBoth))
      .max(couponsMax)
      .default([])
      .openapi({ description: 'Redeemed with it, in the order in which they apply.', example: [{ code: 'SPRING26' }] }),
    price_overrides: z
      .array(priceOverrideField)
      .max(priceOverridesMax)
      .default([])
      .openapi({ description: "Prices of its own from the start on, in place of the plan's." }),
    metadata: metadataField.default({}),
  })
  .refine((body) => body.trial === undefined || body.trial_days === undefined, {
    path: ['trial'],
    message: 'must not stand beside trial_days',
  })
  .openapi('SubscriptionCreate', {
    example: { customer_id: customerExample.id, plan_id: planId, currency: 'USD', quantity: 1 },
  });

const quantityField = z.number().int().min(0).max(quantityMax).openapi({ example: 5 });
const changeShape = {
  at_period_end: z.boolean().optional(),
  proration: prorationField.optional(),
  at: instantField.optional().openapi({ description: 'The instant that a preview was made for.' }),
};

/** One body per command, by the engine's name of the command. */
export const commandBodies = {
  changePlan: z
    .strictObject({
      plan_id: idField(planId),
      plan_version: z.number().int().min(1).optional(),
      quantity: quantityField.optional(),
      ...changeShape,
    })
    .openapi('ChangePlan', { example: { plan_id: planId, at_period_end: false } }),
  changeQuantity: z
    .strictObject({ quantity: quantityField, ...changeShape })
    .openapi('ChangeQuantity', { example: { quantity: 5 } }),
  cancel: z
    .strictObject({
      at_period_end: z.boolean().optional(),
      credit: z.boolean().optional(),
      reason: z.string().min(1).max(500).optional(),
    })
    .openapi('CancelSubscription', { example: { at_period_end: true } }),
  uncancel: z.strictObject({}).openapi('UncancelSubscription', { example: {} }),
  pause: z
    .strictObject({ resume_at: instantField.optional(), mode: z.enum(['keep_schedule', 'shift_schedule']).optional() })
    .openapi('PauseSubscription', { example: { mode: 'shift_schedule' } }),
  resume: z.strictObject({}).openapi('ResumeSubscription', { example: {} }),
  updatePaymentMethod: z
    .strictObject({ payment_method_id: idField(paymentMethodId).optional() })
    .openapi('UpdatePaymentMethod', { example: { payment_method_id: paymentMethodId } }),
  applyCoupon: z
    .strictObject(redemptionShape)
    .refine(isOneOfBoth, oneOfBoth)
    .openapi('ApplyCoupon', { example: { code: 'SPRING26' } }),
  removeCoupon: z
    .strictObject({ attachment_id: idField(attachmentExample.id) })
    .openapi('RemoveCoupon', { example: { attachment_id: attachmentExample.id } }),
  retryPayment: z
    .strictObject({ invoice_id: idField('inv_01kav5xq8yfz2s1m3c4d5e6f7g').optional() })
    .openapi('RetryPayment', { example: {} }),
} as const;

function presentPause(pause: Subscription['state']['pause']): SubscriptionAnswer['pause'] {
  return pause === null
    ? null
    : { since: toIso(pause.since), resume_at: isoOrNull(pause.resumeAt), mode: pause.mode, cause: pause.cause };
}

function presentCollection(collection: Subscription['state']['collection']): SubscriptionAnswer['collection'] {
  if (collection === null) return null;
  return {
    invoice_id: collection.invoiceId,
    open_invoices: collection.queue.length + 1,
    attempts: collection.attempts,
    dunning_step: collection.step,
    next_attempt_at: collection.action === 'attempt' ? isoOrNull(collection.nextAt) : null,
    waiting_for: collection.waitingFor,
  };
}

function presentTerms(terms: Subscription['state']['pendingTerms']): SubscriptionAnswer['pending_change'] {
  return terms === null ? null : { plan_id: terms.planId, plan_version: terms.planVersion, quantity: terms.quantity };
}

function presentPeriod(period: Subscription['period']): SubscriptionAnswer['current_period'] {
  return period === null ? null : { index: period.index, start: toIso(period.start), end: toIso(period.end) };
}

/** A subscription as it leaves; `latest` is given when it was asked for, and null when there is none. */
export function presentSubscription(subscription: Subscription, latest?: Invoice | null): SubscriptionAnswer {
  const { state, trialEnd, startAt } = subscription;
  return {
    id: subscription.id,
    customer_id: subscription.customerId,
    plan_id: subscription.planId,
    plan_version: subscription.planVersion,
    quantity: subscription.quantity,
    currency: subscription.currency,
    status: subscription.status,
    payment_method_id: subscription.paymentMethodId,
    test_clock_id: subscription.testClockId,
    start_at: toIso(startAt),
    // A trial that ends where it begins is how "no trial" is handed to the engine.
    trial_end: trialEnd === startAt ? null : isoOrNull(trialEnd),
    current_period: presentPeriod(subscription.period),
    billing_day: state.anchor.day,
    cancel_at: isoOrNull(subscription.cancelAt),
    canceled_at: isoOrNull(subscription.canceledAt),
    pause: presentPause(state.pause),
    pending_change: presentTerms(state.pendingTerms),
    collection: presentCollection(state.collection),
    consolidated_debts: [...(state.failingElsewhere ?? [])],
    next_due_at: isoOrNull(subscription.nextDueAt),
    attention: subscription.attention,
    payment_gated: subscription.paymentGated,
    metadata: { ...subscription.metadata },
    created_at: toIso(subscription.occurredAt),
    ...(latest === undefined ? {} : { latest_invoice: latest === null ? null : presentInvoice(latest, null) }),
  };
}
