/**
 * A lock between processes: a file that holds the id of its owner. A lock whose owner died counts as free.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive, waitFor } from './wait';

/** Longer than the slowest thing that is done under a lock: a cold Go build takes 5 minutes on 2 cores. */
const waitTimeoutMs = 20 * 60_000;

/** The process that holds the lock, or `null`. */
export function lockOwner(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}

/** Takes the lock when nobody alive holds it; says whether it did. */
export function tryLock(file: string): boolean {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (lockOwner(file) !== null) return false;
  rmSync(file, { force: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/** Gives the lock back. */
export function unlock(file: string): void {
  rmSync(file, { force: true });
}

/**
 * Does the work while no other process does work under the same file.
 * @param onWait told once, with the id of the process that is waited for
 */
export async function withLock<T>(file: string, onWait: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  if (!tryLock(file)) {
    onWait(lockOwner(file) ?? 0);
    await waitFor(`The lock ${file} becomes free`, () => tryLock(file), { timeoutMs: waitTimeoutMs, intervalMs: 250 });
  }
  try {
    return await work();
  } finally {
    unlock(file);
  }
}
