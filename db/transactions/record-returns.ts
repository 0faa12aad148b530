/** What a fact gives back besides money: usage that counts as not billed again, and coupons that a voided invoice had used. */
import type { PartSql } from './record-statement';
import type { CouponBack } from './voided-uses';

export type ReturnPart = 'returned' | 'couponsBack';

export const returnPartsSql: Readonly<Record<ReturnPart, PartSql>> = {
  returned: {
    letter: 'R',
    tables: (rows) => `
returned_out as (
  insert into usage_returns (billing_id, tenant_id, occurred_at) select id, $1, at from jsonb_to_recordset(${rows}) as q(at timestamptz, id bigint)
)`,
  },
  couponsBack: {
    letter: 'C',
    // A coupon for one invoice that was given back whole is free for any subscription of the customer.
    tables: (rows) => `
coupon_back_in as (
  select id, array_agg(subscription_id) as subscriptions, coalesce(jsonb_object_agg(subscription_id, use) filter (where not unused), '{}') as uses
  from jsonb_to_recordset(${rows}) as z(id text, subscription_id text, use jsonb, unused boolean) group by id
), coupon_back_out as (
  update coupon_attachments a set uses = a.uses - z.subscriptions || z.uses from coupon_back_in z where a.id = z.id returning a.id
)`,
    insist: `insist((select count(*) from coupon_back_out), (select count(*) from coupon_back_in), 'a coupon is missing')`,
  },
};

/** The rows of each part; none for a fact that gives nothing back. */
export const returnRows = (
  billingIds: readonly string[] = [],
  back: readonly CouponBack[] = [],
): Readonly<Record<ReturnPart, readonly object[]>> => ({
  returned: billingIds.map((id) => ({ id })),
  couponsBack: back.map(({ coupon: { id, use }, subscriptionId }) => ({
    id,
    subscription_id: subscriptionId,
    use,
    unused: use.invoices === 0,
  })),
});
