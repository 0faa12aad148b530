/** Coupons, their codes and what they are attached to, on the wire. */
import { z } from '@hono/zod-openapi';
import type { CouponAttachment } from '../../db/queries/coupon-attachments';
import type { Coupon, StoredCouponCode } from '../../db/queries/coupons';
import { parseCouponCode, type CouponCode } from '../../domain/discount/code';
import { type CouponTerms, parseCoupon } from '../../domain/discount/coupon';
import { fail } from '../../domain/errors';
import { toIso } from '../../domain/time';
import { idField, instantAnswer, isoOrNull, wireMoney } from '../fields';
import { codeField } from './catalogue';

export const couponId = 'cpn_01kav5xq8yfz2s1m3c4d5e6f7g';
const customerId = 'cus_01kav5xq8yfz2s1m3c4d5e6f7g';

const idList = z.array(z.string()).nullish();
const limitsField = z
  .strictObject({ plan_ids: idList, product_ids: idList, meter_ids: idList })
  .openapi({ description: 'Only lines that every given list names are lowered.' });

const termsShape = {
  name: z.string().openapi({ description: 'Stands on invoices.' }),
  percent: z.string().nullish().openapi({ description: 'Either percent or amounts.' }),
  amounts: z
    .record(z.string(), z.string())
    .nullish()
    .openapi({ description: 'What it takes off in each billing period, by currency.' }),
  duration: z.enum(['once', 'periods', 'forever']),
  periods: z.number().nullish().openapi({ description: 'How many billing periods, for the duration periods.' }),
  limits: limitsField.optional(),
  redemptions_max: z.number().nullish(),
  redemptions_per_customer_max: z.number().nullish(),
  redeem_by: z
    .string()
    .nullish()
    .openapi({ description: 'It can be redeemed before this instant.', format: 'date-time' }),
};

const termsExample = {
  name: 'Spring',
  percent: '20',
  amounts: null,
  duration: 'periods' as const,
  periods: 3,
  limits: { plan_ids: null, product_ids: null, meter_ids: null },
  redemptions_max: 100,
  redemptions_per_customer_max: 1,
  redeem_by: '2026-06-01T00:00:00.000Z',
};

export const couponBody = z
  .strictObject({
    key: codeField.nullish().openapi({ description: 'Your own name for it, which no other coupon in use has.' }),
    ...termsShape,
  })
  .openapi('CouponCreate', { example: { name: 'Spring', percent: '20', duration: 'periods', periods: 3 } });

const termsAnswer = z.object({
  name: z.string(),
  percent: z.string().nullable(),
  amounts: z.record(z.string(), z.string()).nullable(),
  duration: z.string(),
  periods: z.number().nullable(),
  limits: z.object({
    plan_ids: z.array(z.string()).nullable(),
    product_ids: z.array(z.string()).nullable(),
    meter_ids: z.array(z.string()).nullable(),
  }),
  redemptions_max: z.number().nullable(),
  redemptions_per_customer_max: z.number().nullable(),
  redeem_by: z.string().nullable(),
});

export const couponExample = {
  id: couponId,
  key: 'spring',
  ...termsExample,
  redemptions: 7,
  archived_at: null,
  created_at: '2026-03-01T00:00:00.000Z',
};

export const couponAnswer = z
  .object({
    id: z.string(),
    key: z.string().nullable(),
    ...termsAnswer.shape,
    redemptions: z.number(),
    archived_at: instantAnswer.nullable(),
    created_at: instantAnswer,
  })
  .openapi('Coupon', { example: couponExample });

const codeExample = {
  id: 'cpc_01kav5xq8yfz2s1m3c4d5e6f7g',
  coupon_id: couponId,
  code: 'SPRING26',
  redeem_by: null,
  redemptions_max: 50,
  customer_id: null,
  redemptions: 3,
  created_at: '2026-03-01T00:00:00.000Z',
};

export const couponCodeBody = z
  .strictObject({
    code: z.string(),
    redeem_by: z.string().nullish(),
    redemptions_max: z.number().nullish(),
    customer_id: idField(customerId).nullish().openapi({ description: 'The only customer who may type it.' }),
  })
  .openapi('CouponCodeCreate', { example: { code: 'SPRING26', redemptions_max: 50 } });

export const couponCodeAnswer = z
  .object({
    id: z.string(),
    coupon_id: z.string(),
    code: z.string(),
    redeem_by: z.string().nullable(),
    redemptions_max: z.number().nullable(),
    customer_id: z.string().nullable(),
    redemptions: z.number(),
    created_at: instantAnswer,
  })
  .openapi('CouponCode', { example: codeExample });

const moneyShape = z.object({ amount: z.string(), currency: z.string() });

export const attachmentExample = {
  id: 'ca_01kav5xq8yfz2s1m3c4d5e6f7g',
  coupon_id: couponId,
  code: 'SPRING26',
  customer_id: customerId,
  subscription_id: null,
  terms: termsExample,
  uses: [
    {
      subscription_id: 'sub_01kav5xq8yfz2s1m3c4d5e6f7g',
      invoices: 1,
      periods: 1,
      period_start: '2026-03-01T00:00:00.000Z',
      taken: { amount: '9.80', currency: 'USD' },
    },
  ],
  attached_at: '2026-03-01T00:00:00.000Z',
  detached_at: null,
};

export const attachmentAnswer = z
  .object({
    id: z.string(),
    coupon_id: z.string(),
    code: z.string().nullable(),
    customer_id: z.string(),
    subscription_id: z.string().nullable().openapi({ description: 'Null: for every subscription of the customer.' }),
    terms: termsAnswer.openapi({ description: 'As they were when it was redeemed.' }),
    uses: z.array(
      z.object({
        subscription_id: z.string(),
        invoices: z.number(),
        periods: z.number(),
        period_start: instantAnswer.nullable(),
        taken: moneyShape.nullable().openapi({ description: 'In the period that began then.' }),
      }),
    ),
    attached_at: instantAnswer,
    detached_at: instantAnswer.nullable(),
  })
  .openapi('CouponAttachment', { example: attachmentExample });

/** A coupon, or a code of one, in a body. */
export const redemptionShape = {
  coupon_id: idField(couponId).optional(),
  code: z.string().min(1).max(100).optional().openapi({ example: 'SPRING26' }),
};

export const isOneOfBoth = (body: { coupon_id?: string | undefined; code?: string | undefined }): boolean =>
  (body.coupon_id === undefined) !== (body.code === undefined);
export const oneOfBoth = { path: ['coupon_id'], message: 'or code must be given, and not both' };

export const redemptionBody = z
  .strictObject(redemptionShape)
  .refine(isOneOfBoth, oneOfBoth)
  .openapi('CouponRedemption', { example: { code: 'SPRING26' } });

/**
 * The terms of a body, by the rules of coupons.
 * @throws PerennialError `validation_failed` with what is wrong by field.
 */
export function termsOf({ key: _key, ...body }: z.output<typeof couponBody>): CouponTerms {
  const parsed = parseCoupon(body);
  return Array.isArray(parsed) ? fail('validation_failed', {}, { fields: parsed }) : parsed;
}

/** The code of a body. @throws PerennialError `validation_failed` with what is wrong by field. */
export function codeOf(body: z.output<typeof couponCodeBody>): CouponCode {
  const parsed = parseCouponCode(body);
  return Array.isArray(parsed) ? fail('validation_failed', {}, { fields: parsed }) : parsed;
}

const copied = (list: readonly string[] | null): string[] | null => (list === null ? null : [...list]);

function presentTerms(terms: CouponTerms): z.infer<typeof termsAnswer> {
  const { plan_ids, product_ids, meter_ids } = terms.limits;
  const limits = { plan_ids: copied(plan_ids), product_ids: copied(product_ids), meter_ids: copied(meter_ids) };
  return { ...terms, amounts: terms.amounts === null ? null : { ...terms.amounts }, limits };
}

/** A coupon as it leaves. */
export function presentCoupon({
  id,
  key,
  terms,
  redemptions,
  archivedAt,
  occurredAt,
}: Coupon): z.infer<typeof couponAnswer> {
  return {
    id,
    key,
    ...presentTerms(terms),
    redemptions,
    archived_at: isoOrNull(archivedAt),
    created_at: toIso(occurredAt),
  };
}

/** A code as it leaves. */
export function presentCouponCode({
  couponId: of,
  occurredAt,
  ...code
}: StoredCouponCode): z.infer<typeof couponCodeAnswer> {
  return { ...code, coupon_id: of, created_at: toIso(occurredAt) };
}

/** An attached coupon as it leaves. */
export function presentAttachment(attachment: CouponAttachment): z.infer<typeof attachmentAnswer> {
  return {
    id: attachment.id,
    coupon_id: attachment.couponId,
    code: attachment.code,
    customer_id: attachment.customerId,
    subscription_id: attachment.subscriptionId,
    terms: presentTerms(attachment.terms),
    uses: Object.entries(attachment.uses).map(([subscription, { invoices, periods, periodStart, taken }]) => ({
      subscription_id: subscription,
      invoices,
      periods,
      period_start: isoOrNull(periodStart),
      taken: taken === null ? null : wireMoney(taken),
    })),
    attached_at: toIso(attachment.attachedAt),
    detached_at: isoOrNull(attachment.detachedAt),
  };
}
