/** Coupons as they are attached to customers and subscriptions. */
import type { CouponUse } from '../../domain/discount/attached';
import type { CouponTerms } from '../../domain/discount/coupon';
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf, instantOrNull } from './row-values';

export interface CouponAttachment {
  readonly id: string;
  readonly couponId: string;
  readonly code: string | null;
  readonly customerId: string;
  /** Null: for all of the customer's subscriptions. */
  readonly subscriptionId: string | null;
  readonly terms: CouponTerms;
  /** By subscription. */
  readonly uses: Readonly<Record<string, CouponUse>>;
  readonly attachedAt: Instant;
  readonly detachedAt: Instant | null;
}

interface Row {
  [column: string]: unknown;
  id: string;
  coupon_id: string;
  code: string | null;
  customer_id: string;
  subscription_id: string | null;
  terms: CouponTerms;
  uses: Record<string, CouponUse>;
  attached_at: Date;
  detached_at: Date | null;
}

const columns = 'id, coupon_id, code, customer_id, subscription_id, terms, uses, attached_at, detached_at';

const fromRow = (row: Row): CouponAttachment => ({
  id: row.id,
  couponId: row.coupon_id,
  code: row.code,
  customerId: row.customer_id,
  subscriptionId: row.subscription_id,
  terms: row.terms,
  uses: row.uses,
  attachedAt: row.attached_at.getTime(),
  detachedAt: instantOrNull(row.detached_at),
});

const byId: Statement = {
  name: 'coupon_attachments_by_id',
  text: `select ${columns} from coupon_attachments where tenant_id = $1 and id = $2`,
};
const detach: Statement = {
  name: 'coupon_attachments_detach',
  text: 'update coupon_attachments set detached_at = $3 where tenant_id = $1 and id = $2 and detached_at is null returning id',
};

/** An attached coupon of a tenant, also one that was detached, or null. */
export async function findCouponAttachment(
  db: Queryable,
  tenantId: string,
  id: string,
): Promise<CouponAttachment | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

/** Ends an attachment; false when it had ended. */
export async function detachCoupon(db: Queryable, tenantId: string, id: string, at: Instant): Promise<boolean> {
  return (await db.query(detach, [tenantId, id, toIso(at)])).length > 0;
}

export const listCouponAttachments = pageReader<Row, CouponAttachment>({
  name: 'coupon_attachments_page',
  select: columns,
  from: 'coupon_attachments',
  id: 'id',
  tenant: 'tenant_id',
  filters: { couponId: 'coupon_id', customerId: 'customer_id', subscriptionId: 'subscription_id' },
  fromRow,
});
