import { redeem } from '../../domain/discount/redeem';
import { isRefusal, refusal } from '../../domain/errors';
import { idFromFacts } from '../../domain/ids';
import { loadRedemption } from '../../db/transactions/redemption-facts';
import { recordFact } from '../record-fact';
import type { CommandContext, CommandOutcome } from './context';

/** Redeems a coupon for the subscription: it lowers what is invoiced from now on. */
export async function applyCoupon(context: CommandContext<'applyCoupon'>): Promise<CommandOutcome> {
  const { deps, state, payload, commandId, now, audit } = context;
  const { tenantId, subscriptionId, customerId, currency } = state;
  const named = { couponId: payload.couponId ?? null, code: payload.code ?? null };
  const facts = await loadRedemption(deps.database.as(tenantId), { tenantId, customerId, subscriptionId, ...named });
  if (facts === null) return refusal('coupon_not_found', { coupon: named.couponId ?? named.code ?? '' });
  // The same command makes the same attachment.
  const attachmentId = idFromFacts('ca', subscriptionId, commandId);
  const coupon = redeem({ ...facts, attachmentId, customerId, currency, now });
  if (isRefusal(coupon)) return coupon;
  return recordFact(deps, {
    state,
    now,
    event: { type: 'coupon_applied', at: now, attachmentId, couponId: coupon.couponId },
    partsOf: (event, after) => ({
      ...audit(event, after),
      coupons: { redeemed: { coupon, customerId, subscriptionId } },
    }),
  });
}
