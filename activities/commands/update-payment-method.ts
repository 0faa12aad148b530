import { refusal } from '../../domain/errors';
import { choosePaymentMethod } from '../../db/transactions/choose-payment-method';
import { recordFact } from '../record-fact';
import { customerActor, type CommandContext, type CommandOutcome } from './context';

/**
 * Sets the subscription's own payment method, or (without one) says that the customer's changed: what is owed is tried at once. A card that is
 * chosen again keeps its limits; a card that was attached anew told so itself.
 */
export async function updatePaymentMethod(context: CommandContext<'updatePaymentMethod'>): Promise<CommandOutcome> {
  const { deps, state, payload, actor, now, audit } = context;
  if (payload.paymentMethodId !== undefined) {
    const found = await choosePaymentMethod(deps.database.as(state.tenantId), state, payload.paymentMethodId);
    if (!found) return refusal('payment_method_not_found', { paymentMethodId: payload.paymentMethodId });
  }
  const event = { type: 'payment_method_changed', at: now, customerActed: actor === customerActor } as const;
  return recordFact(deps, { state, now, event, partsOf: audit });
}
