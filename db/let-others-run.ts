/**
 * Gives the process back for a turn of the event loop. Work on thousands of things does so every millisecond: whoever waits for an answer
 * in the same process must not wait for all of it.
 */
export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
