import { refusal } from '../../domain/errors';
import { isAttachedTo } from '../../db/transactions/find-attached';
import { recordFact } from '../record-fact';
import type { CommandContext, CommandOutcome } from './context';

/** Detaches a coupon from the subscription: what is invoiced from now on is not lowered by it. */
export async function removeCoupon(context: CommandContext<'removeCoupon'>): Promise<CommandOutcome> {
  const { deps, state, payload, now, audit } = context;
  const { attachmentId } = payload;
  if (!(await isAttachedTo(deps.database.as(state.tenantId), state, attachmentId)))
    return refusal('coupon_not_attached', { attachmentId });
  return recordFact(deps, {
    state,
    now,
    event: { type: 'coupon_removed', at: now, attachmentId },
    partsOf: (event, after) => ({ ...audit(event, after), coupons: { detached: { id: attachmentId } } }),
  });
}
