/**
 * Watches one chain for all settlements: looks at it again and again, for as long as the engine runs. How far it got stands in Postgres, so a
 * run carries nothing; a look that fails is repeated from where the last good one ended.
 */
import {
  condition,
  continueAsNew,
  defineSignal,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { workflowTime } from './clock';
import type { WatchChainInput } from './contract';
import { chains, isFailedWork } from './proxies';

/** A look is about six events: replay stays cheap. */
const runEventsMax = 600;
/** A round of failed tries lasts ten minutes already. */
const restAfterFailureMs = 30_000;

/** One look; how long to rest after it, in milliseconds. */
async function look(chain: string): Promise<number> {
  try {
    const { height, finalHeight, nextInMs } = await chains.scanChain({ chain, now: workflowTime() });
    setCurrentDetails(`**watching** \`${chain}\` · height ${height}, final ${finalHeight}`);
    return nextInMs;
  } catch (error) {
    if (!isFailedWork(error)) throw error;
    setCurrentDetails(`**needs attention** \`${chain}\`: ${error.cause?.message ?? error.message}`);
    return restAfterFailureMs;
  }
}

export async function watchChain({ chain }: WatchChainInput): Promise<void> {
  let isWoken = false;
  setHandler(defineSignal('look'), () => {
    isWoken = true;
  });
  for (;;) {
    const nextInMs = await look(chain);
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (continueAsNewSuggested || historyLength > runEventsMax) await continueAsNew<typeof watchChain>({ chain });
    await condition(() => isWoken, nextInMs, { summary: 'looks again' });
    isWoken = false;
  }
}
