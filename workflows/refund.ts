/** One refund, until the provider has said its last word on it. */
import type { RefundInput } from './contract';
import { rails } from './proxies';
import { untilFinal } from './until-final';

export function refund({ tenantId, refundId, label }: RefundInput): Promise<{ status: string }> {
  return untilFinal({ what: 'refund', label, read: () => rails.refundPayment({ tenantId, refundId }) });
}
