/** One refund, until the provider has said its last word on it. */
import { condition, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { messages, type ProviderFact, type RefundInput } from './contract';
import { isFailedWork, rails } from './proxies';

/** A refund that the provider still works on is read once a day, in case its message is lost. */
const checkEvery = '24 hours';
/** After a round of failed tries: long enough not to burn actions, short enough that an outage of an hour costs minutes more. */
const restAfterFailure = '10 minutes';

/** How the refund stands after a round of tries; null when the provider could not be asked. */
async function tryRefund({ tenantId, refundId }: RefundInput): Promise<{ status: string; final: boolean } | null> {
  try {
    return await rails.refundPayment({ tenantId, refundId });
  } catch (error) {
    if (!isFailedWork(error)) throw error;
    setCurrentDetails(`**needs attention**: ${error.cause?.message ?? error.message}`);
    return null;
  }
}

export async function refund(input: RefundInput): Promise<{ status: string }> {
  let woken = false;
  setHandler(defineSignal<[ProviderFact]>(messages.providerFact), () => {
    woken = true;
  });
  for (;;) {
    woken = false;
    const known = await tryRefund(input);
    if (known !== null) setCurrentDetails(`**${known.status}** · ${input.label}`);
    if (known?.final === true && !woken) return { status: known.status };
    if (woken) continue;
    const [rest, summary] =
      known === null ? [restAfterFailure, 'rests after a failure'] : [checkEvery, `refund is ${known.status}`];
    await condition(() => woken, rest, { summary });
  }
}
