/** One refund, until the provider has said its last word on it. */
import { condition, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { messages, type ProviderFact, type RefundInput } from './contract';
import { rails } from './proxies';

/** A refund that the provider still works on is read once a day, in case its message is lost. */
const checkEvery = '24 hours';

export async function refund(input: RefundInput): Promise<{ status: string }> {
  let woken = false;
  setHandler(defineSignal<[ProviderFact]>(messages.providerFact), () => {
    woken = true;
  });
  for (;;) {
    woken = false;
    const { status, final } = await rails.refundPayment({ tenantId: input.tenantId, refundId: input.refundId });
    setCurrentDetails(`**${status}** · ${input.label}`);
    if (final && !woken) return { status };
    if (!woken) await condition(() => woken, checkEvery, { summary: `refund is ${status}` });
  }
}
