/** What a fact writes about attached coupons: redemptions, uses, detachments. */
import type { AttachedCoupon } from '../../domain/discount/attached';
import type { PartSql } from './record-statement';

export type CouponPart = 'redeemed' | 'used' | 'detached';

export interface UsedCoupons {
  readonly coupons: readonly AttachedCoupon[];
  readonly subscriptionId: string;
}

export interface CouponChanges {
  /** Redeemed by the fact. */
  readonly redeemed?: { readonly coupon: AttachedCoupon; readonly customerId: string; readonly subscriptionId: string };
  /** As an invoice left them, by the subscriptions that it bills. */
  readonly used?: readonly UsedCoupons[];
  /** The attachment that ends with the fact. */
  readonly detached?: { readonly id: string };
}

export const couponPartsSql: Readonly<Record<CouponPart, PartSql>> = {
  redeemed: {
    letter: 'f',
    tables: (rows) => `
redeemed_in as (
  select * from jsonb_to_recordset(${rows}) as f(at timestamptz, id text, coupon_id text, code text, customer_id text, subscription_id text, terms jsonb)
), redeemed_out as materialized (
  select redeem_coupon($1, id, coupon_id, code, customer_id, subscription_id, terms, at) as done from redeemed_in
)`,
    insist: `insist((select count(*) from redeemed_out where done), (select count(*) from redeemed_in), 'the coupon was redeemed meanwhile')`,
  },
  used: {
    letter: 'y',
    // A coupon for one invoice that a customer holds for all subscriptions: two of them that fall due together must not both have it.
    tables: (rows) => `
used_in as (
  select id, jsonb_object_agg(subscription_id, use) as uses, bool_or(once) as once, count(*) as users, min(subscription_id) as one
  from jsonb_to_recordset(${rows}) as y(id text, subscription_id text, use jsonb, once boolean) group by id
), used_out as (
  update coupon_attachments a set uses = a.uses || y.uses
  from used_in y where a.id = y.id and (not y.once or (y.users = 1 and a.uses - y.one = '{}')) returning a.id
)`,
    insist: `insist((select count(*) from used_out), (select count(*) from used_in), 'a coupon was used meanwhile')`,
  },
  detached: {
    letter: 'h',
    tables: (rows) => `
detached_in as (
  select * from jsonb_to_recordset(${rows}) as h(at timestamptz, id text)
), detached_out as (
  update coupon_attachments a set detached_at = h.at from detached_in h where a.id = h.id and a.detached_at is null returning a.id
)`,
    insist: `insist((select count(*) from detached_out), (select count(*) from detached_in), 'the coupon was detached meanwhile')`,
  },
};

function redeemedRows({ redeemed }: CouponChanges) {
  if (redeemed === undefined) return [];
  const { coupon, customerId, subscriptionId } = redeemed;
  const { id, couponId, code, terms } = coupon;
  return [{ id, coupon_id: couponId, code, customer_id: customerId, subscription_id: subscriptionId, terms }];
}

function usedRows({ used = [] }: CouponChanges) {
  return used.flatMap(({ coupons, subscriptionId }) =>
    coupons.map(({ id, use, terms }) => ({
      id,
      subscription_id: subscriptionId,
      use,
      once: terms.duration === 'once',
    })),
  );
}

/** The rows of each part; none for a fact without coupons. */
export const couponRows = (changes: CouponChanges = {}): Readonly<Record<CouponPart, readonly object[]>> => ({
  redeemed: redeemedRows(changes),
  used: usedRows(changes),
  detached: changes.detached === undefined ? [] : [{ id: changes.detached.id }],
});
