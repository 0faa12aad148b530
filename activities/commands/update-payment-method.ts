import { refusal } from '../../domain/errors';
import { choosePaymentMethod } from '../../db/transactions/choose-payment-method';
import { recordFact } from '../record-fact';
import type { CommandContext, CommandOutcome } from './context';

/** Sets the subscription's own payment method, or (without one) says that the customer's changed: what is owed is tried at once. */
export async function updatePaymentMethod(context: CommandContext<'updatePaymentMethod'>): Promise<CommandOutcome> {
  const { deps, state, payload, now, audit } = context;
  if (payload.paymentMethodId !== undefined) {
    const found = await choosePaymentMethod(deps.database.as(state.tenantId), state, payload.paymentMethodId);
    if (!found) return refusal('payment_method_not_found', { paymentMethodId: payload.paymentMethodId });
  }
  return recordFact(deps, { state, now, event: { type: 'payment_method_changed', at: now }, partsOf: audit });
}
