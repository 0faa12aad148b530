/**
 * A card is tried for one invoice at a time, whoever holds it, and the database keeps to that. Two subscriptions of one card that are due at
 * the same instant meet here: the second waits for the outcome of the first, because a decline forbids its own try for today.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isMethodBusy } from '../db/errors';

/** A try takes a fraction of a second; a local activity has five in all, of which these waits take up to three. */
const waitsMax = 21;
const firstWaitMs = 20;
const waitMsMax = 150;

/** Wraps the activity that tries; what is still busy after the waits is left to the retry policy. */
export function oneTryPerMethod<Input, Output>(
  activity: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async function tryAlone(input: Input): Promise<Output> {
    for (let waits = 0; ; waits++) {
      try {
        return await activity(input);
      } catch (error) {
        if (!isMethodBusy(error) || waits >= waitsMax) throw error;
        await pause(Math.min(waitMsMax, firstWaitMs * 2 ** waits));
      }
    }
  };
}
