/** What a voided invoice gives back besides money and credits: the coupons that it used, and, where it shall be billed again, its usage. */
import { usageBilledBy } from '../db/transactions/invoice-usage';
import { couponsAfterVoid } from '../db/transactions/voided-uses';
import type { ActivityDependencies } from './dependencies';
import type { Parts } from './record-fact';

/** Free usage of a trial stays where it is: billing it again would cost nothing, too. So does that of a subscription that bills no more. */
async function billingsOf(deps: ActivityDependencies, tenantId: string, invoiceId: string): Promise<string[]> {
  const billed = await usageBilledBy(deps.database.as(tenantId), tenantId, invoiceId);
  return billed.filter(({ rating, goesOn }) => goesOn && !rating.isFree).map(({ id }) => id);
}

/**
 * Reads it for the recording of the void.
 * @param usage `keep`: what was used counts as billed, though nothing is asked for it
 */
export async function givenBackByVoid(
  deps: ActivityDependencies,
  tenantId: string,
  invoiceId: string,
  usage: 'rebill' | 'keep',
): Promise<Pick<Parts, 'couponsBack' | 'usageReturned'>> {
  const couponsBack = await couponsAfterVoid(deps.database.as(tenantId), tenantId, invoiceId);
  const usageReturned = usage === 'rebill' ? await billingsOf(deps, tenantId, invoiceId) : [];
  return {
    ...(couponsBack.length === 0 ? {} : { couponsBack }),
    ...(usageReturned.length === 0 ? {} : { usageReturned }),
  };
}
