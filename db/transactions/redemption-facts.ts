/** Reads what decides whether a customer may redeem a coupon, and redeems it. */
import type { AttachedCoupon } from '../../domain/discount/attached';
import { normalCode, type CouponCode } from '../../domain/discount/code';
import type { CouponTerms } from '../../domain/discount/coupon';
import type { RedemptionRequest } from '../../domain/discount/redeem';
import { toIso } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

export interface RedemptionQuery {
  readonly tenantId: string;
  readonly customerId: string;
  /** Null: for all of the customer's. */
  readonly subscriptionId: string | null;
  /** The coupon, or a code of it. */
  readonly couponId: string | null;
  readonly code: string | null;
}

export type RedemptionFacts = Pick<
  RedemptionRequest,
  'couponId' | 'terms' | 'code' | 'counts' | 'isArchived' | 'isAttached'
>;

interface Row {
  [column: string]: unknown;
  id: string;
  terms: CouponTerms;
  archived_at: Date | null;
  redemptions: number;
  by_customer: number;
  attached: boolean;
  code: string | null;
  code_redemptions: number | null;
  code_redemptions_max: number | null;
  redeem_by: Date | null;
  customer_id: string | null;
}

// Counts are far below what a number holds exactly.
const statement: Statement = {
  name: 'redemption_facts',
  text: `
select c.id, c.terms, c.archived_at, c.redemptions::double precision as redemptions, k.code, k.redeem_by, k.customer_id,
  k.redemptions::double precision as code_redemptions, k.redemptions_max::double precision as code_redemptions_max,
  (select count(*)::double precision from coupon_attachments a where a.coupon_id = c.id and a.customer_id = $2) as by_customer,
  exists (select from coupon_attachments a where a.coupon_id = c.id and a.customer_id = $2 and a.detached_at is null
    and coalesce(a.subscription_id, '') = coalesce($3, '')) as attached
from coupons c left join coupon_codes k on k.tenant_id = $1 and k.code = $5 and k.coupon_id = c.id
where c.tenant_id = $1 and (c.id = $4 or k.code = $5)`,
};

function codeOf(row: Row): CouponCode | null {
  if (row.code === null) return null;
  const redeem_by = row.redeem_by === null ? null : toIso(row.redeem_by.getTime());
  return { code: row.code, redeem_by, redemptions_max: row.code_redemptions_max, customer_id: row.customer_id };
}

/** What is known of the coupon for that customer; null when there is none such. */
export async function loadRedemption(db: Queryable, query: RedemptionQuery): Promise<RedemptionFacts | null> {
  const { tenantId, customerId, subscriptionId, couponId, code } = query;
  const typed = code === null ? null : normalCode(code);
  const [row] = await db.query<Row>(statement, [tenantId, customerId, subscriptionId, couponId, typed]);
  if (row === undefined) return null;
  return {
    couponId: row.id,
    terms: row.terms,
    code: codeOf(row),
    counts: { coupon: row.redemptions, customer: row.by_customer, code: row.code_redemptions ?? 0 },
    isArchived: row.archived_at !== null,
    isAttached: row.attached,
  };
}

const redemption: Statement = {
  name: 'redeem_coupon',
  text: 'select redeem_coupon($1, $2, $3, $4, $5, $6, $7, $8)',
};

/**
 * Redeems a coupon outside of a fact: for a customer, or with a new subscription.
 * @throws a conflict (db/errors.ts) when its last place was taken meanwhile: read again
 */
export async function redeemCoupon(
  db: Queryable,
  { tenantId, customerId, subscriptionId }: Pick<RedemptionQuery, 'tenantId' | 'customerId' | 'subscriptionId'>,
  { id, couponId, code, terms, attachedAt }: AttachedCoupon,
): Promise<void> {
  const at = toIso(attachedAt);
  await db.query(redemption, [tenantId, id, couponId, code, customerId, subscriptionId, JSON.stringify(terms), at]);
}
