/**
 * Where a worker is to be killed: told through a file, so that the engine knows nothing of it. The worker strikes once.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Activities } from '../../../activities';

/** For work that calls no provider, the other side is Postgres: asked, executed, answered. */
export const moments = {
  asks: 'before the other side is asked',
  executed: 'after the other side committed, before its answer',
  answered: 'after the answer, before our commit',
  recorded: 'after our commit, before the activity completes',
} as const;

export type Moment = keyof typeof moments;

/** `fast`: the local activity. `ordinary`: the local one is refused, so the ordinary one of the same name runs. */
export type Path = 'fast' | 'ordinary';

export interface KillOrder {
  readonly tenantId: string;
  readonly activity: keyof Activities;
  readonly moment: Moment;
  readonly path: Path;
}

/** The variable that names the file. */
export const killFileVariable = 'PERENNIAL_TEST_KILL_FILE';

export function giveOrder(file: string, order: KillOrder): void {
  writeFileSync(file, JSON.stringify(order));
}

/** The order that waits to be carried out; null when there is none. */
export function readOrder(file: string): KillOrder | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KillOrder) : null;
}

/** Ends this process as a power cut would. The order is struck off first, so that the next process lives. */
export function strike(file: string): Promise<never> {
  renameSync(file, `${file}.struck`);
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}
