/**
 * Waiting for a condition with a bound, in place of sleeping and hoping.
 */
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither `null` nor `false`, and gives that answer.
 * @param what completes the sentence "… did not happen within"
 * @throws when the bound is reached, with the last error as its cause; what `ask` throws counts as "not yet"
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | null | false> | T | null | false,
  options: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== false) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s.`, { cause });
    await pause(options.intervalMs ?? 50);
  }
}

/** Whether a process with this id runs (one that belongs to somebody else counts). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
