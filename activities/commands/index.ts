/** How each command is carried out: one line per command. */
import type { CommandName } from '../../domain/subscription/commands';
import { applyCoupon } from './apply-coupon';
import { cancel } from './cancel';
import { changeTerms } from './change-terms';
import type { CommandExecution } from './context';
import { creditInvoice } from './credit-invoice';
import { addAddOn, addCharge, overridePrice, removeAddOn, removePriceOverride } from './items';
import { reissueInvoice } from './reissue-invoice';
import { removeCoupon } from './remove-coupon';
import { resume } from './resume';
import { markUncollectible, voidOne } from './settle-invoice';
import { pause, retryPayment, uncancel } from './simple';
import { updatePaymentMethod } from './update-payment-method';

export const executions: { readonly [N in CommandName]: CommandExecution<N> } = {
  changePlan: (context) => {
    const { planId, planVersion, quantity, atPeriodEnd, proration, at } = context.payload;
    return changeTerms(context, {
      planId,
      planVersion: planVersion ?? null,
      quantity: quantity ?? context.state.terms.quantity,
      atPeriodEnd: atPeriodEnd ?? false,
      proration,
      at,
    });
  },
  changeQuantity: (context) => {
    const { quantity, atPeriodEnd, proration, at } = context.payload;
    const { planId, planVersion } = context.state.terms;
    return changeTerms(context, { planId, planVersion, quantity, atPeriodEnd: atPeriodEnd ?? false, proration, at });
  },
  cancel,
  uncancel,
  pause,
  resume,
  updatePaymentMethod,
  retryPayment,
  voidInvoice: voidOne,
  markUncollectible,
  creditInvoice,
  reissueInvoice,
  applyCoupon,
  removeCoupon,
  addAddOn,
  removeAddOn,
  addCharge,
  overridePrice,
  removePriceOverride,
};

/**
 * Commands that change only what they record, so that doing one twice is found out by its record. The others reach a provider or
 * another row first: what they answered before is looked up before they begin.
 */
export const recordOnly: ReadonlySet<CommandName> = new Set([
  'changePlan',
  'changeQuantity',
  'uncancel',
  'pause',
  'resume',
  'retryPayment',
  'addCharge',
]);
