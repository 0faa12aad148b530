/** One top-up of a wallet, until its payment has come to an end. */
import type { TopUpInput } from './contract';
import { rails } from './proxies';
import { untilFinal } from './until-final';

export function topUp({ tenantId, topUpId, label }: TopUpInput): Promise<{ status: string }> {
  return untilFinal({ what: 'top-up', label, read: () => rails.collectTopUp({ tenantId, topUpId }) });
}
