/** The coupons that an invoice used, as they are once it is void. */
import { afterVoid, type AttachedCoupon, type CouponUse, unused } from '../../domain/discount/attached';
import type { CouponTerms } from '../../domain/discount/coupon';
import { money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';

// By line, since an invoice may bill several subscriptions. One that was issued anew has the discounts of the first one in its amounts: voiding
// it gives back what that one used.
const statement: Statement = {
  name: 'voided_uses',
  text: `
with recursive chain as (
  select id, customer_id, currency, reissues_invoice_id, discounts from invoices where tenant_id = $1 and id = $2
  union all
  select i.id, i.customer_id, i.currency, i.reissues_invoice_id, i.discounts from chain c join invoices i on i.id = c.reissues_invoice_id
), taken as (
  select l.subscription_id, c.customer_id, c.currency, d->>'attachmentId' as id, sum((d->>'amount')::numeric) as amount, (
    select (o->>'periodStart')::bigint from jsonb_array_elements(c.discounts) o where o->>'attachmentId' = d->>'attachmentId' limit 1) as period_start
  from chain c join invoice_lines l on l.invoice_id = c.id cross join jsonb_array_elements(l.explanation->'discounts') d
  where (d->>'amount')::numeric > 0 group by 1, 2, 3, 4, 6
)
select a.id, a.coupon_id, a.code, a.terms, a.uses->t.subscription_id as use, a.attached_at, a.detached_at, t.subscription_id, t.amount::text as amount,
  t.currency, t.period_start::text as period_start, not exists (
    select from invoices o where o.customer_id = t.customer_id and o.status <> 'void' and o.id not in (select id from chain)
      and o.discounts @> jsonb_build_array(jsonb_build_object('attachmentId', a.id, 'periodStart', t.period_start))
      and exists (select from invoice_lines x where x.invoice_id = o.id and x.subscription_id = t.subscription_id)) as is_only_of_period
from taken t join coupon_attachments a on a.tenant_id = $1 and a.id = t.id`,
};

interface Row {
  [column: string]: unknown;
  id: string;
  coupon_id: string;
  code: string | null;
  terms: CouponTerms;
  use: CouponUse | null;
  attached_at: Date;
  detached_at: Date | null;
  subscription_id: string;
  amount: string;
  currency: string;
  /** Epoch milliseconds; null in invoices of older releases. */
  period_start: string | null;
  is_only_of_period: boolean;
}

function couponOf(row: Row): AttachedCoupon {
  const { id, coupon_id: couponId, terms, code, attached_at: attachedAt, detached_at: detachedAt, use } = row;
  return {
    id,
    couponId,
    terms,
    code,
    attachedAt: attachedAt.getTime(),
    detachedAt: detachedAt?.getTime() ?? null,
    use: use ?? unused,
  };
}

/** A coupon as it is for a subscription. */
export interface CouponBack {
  readonly coupon: AttachedCoupon;
  readonly subscriptionId: string;
}

/** What voiding an invoice gives back to coupons, by the subscriptions that it bills; none for most. */
export async function couponsAfterVoid(db: Queryable, tenantId: string, invoiceId: string): Promise<CouponBack[]> {
  const rows = await db.query<Row>(statement, [tenantId, invoiceId]);
  return rows.map((row) => ({
    subscriptionId: row.subscription_id,
    coupon: afterVoid(couponOf(row), {
      amount: money(row.amount, row.currency),
      periodStart: row.period_start === null ? null : Number(row.period_start),
      isOnlyOfPeriod: row.is_only_of_period,
    }),
  }));
}
