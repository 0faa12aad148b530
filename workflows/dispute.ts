/** One dispute, from the first word of the provider to the last. */
import type { DisputeInput } from './contract';
import { rails } from './proxies';
import { untilFinal } from './until-final';

export function dispute({ tenantId, paymentId, providerRef, label }: DisputeInput): Promise<{ status: string }> {
  const read = () => rails.recordDispute({ tenantId, paymentId, providerRef });
  return untilFinal({ what: 'dispute', label, read });
}
