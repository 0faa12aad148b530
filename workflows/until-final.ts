/** Follows something that the provider decides, until it has said its last word on it. */
import { condition, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { messages, type ProviderFact } from './contract';
import { isFailedWork } from './proxies';

/** What is still open is read once a day, in case the provider's message is lost. */
const checkEvery = '24 hours';
/** After a round of failed tries: long enough not to burn actions, short enough that an outage of an hour costs minutes more. */
const restAfterFailure = '10 minutes';

export interface Standing {
  readonly status: string;
  readonly final: boolean;
}

interface Followed {
  /** In one word, such as `refund`. */
  readonly what: string;
  readonly label: string;
  /** Reads the provider and records what it finds. */
  readonly read: () => Promise<Standing>;
}

/** How it stands after a round of tries; null when the provider could not be asked. */
async function tryToRead({ read }: Followed): Promise<Standing | null> {
  try {
    return await read();
  } catch (error) {
    if (!isFailedWork(error)) throw error;
    setCurrentDetails(`**needs attention**: ${error.cause?.message ?? error.message}`);
    return null;
  }
}

/** Reads at once, at every message and once a day; ends with the final status. */
export async function untilFinal(followed: Followed): Promise<{ status: string }> {
  let woken = false;
  setHandler(defineSignal<[ProviderFact]>(messages.providerFact), () => {
    woken = true;
  });
  for (;;) {
    woken = false;
    const known = await tryToRead(followed);
    if (known !== null) setCurrentDetails(`**${known.status}** · ${followed.label}`);
    if (known?.final === true && !woken) return { status: known.status };
    if (woken) continue;
    const [rest, summary] =
      known === null
        ? [restAfterFailure, 'rests after a failure']
        : [checkEvery, `${followed.what} is ${known.status}`];
    await condition(() => woken, rest, { summary });
  }
}
