/**
 * Remembers which processes a folder's stack started, so that the next start ends those that a crash left behind.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writePrivateFile } from './secrets';
import { isAlive, waitFor } from './wait';

interface StartedProcess {
  readonly pid: number;
  /** A part of its command line: an id alone may meanwhile belong to somebody else's process. */
  readonly mark: string;
}

/** The processes of one folder. */
export class ProcessList {
  readonly #file: string;
  #started: StartedProcess[] = [];

  constructor(folder: string) {
    this.#file = path.join(folder, 'processes.json');
  }

  add(pid: number, mark: string): void {
    this.#started = [...this.#started.filter((one) => isAlive(one.pid)), { pid, mark }];
    writePrivateFile(this.#file, this.#started);
  }

  clear(): void {
    this.#started = [];
    rmSync(this.#file, { force: true });
  }

  /** Ends what an earlier run left; call it only while no other run holds the folder. */
  async endOrphans(say: (line: string) => void): Promise<void> {
    if (!existsSync(this.#file)) return;
    const left = JSON.parse(readFileSync(this.#file, 'utf8')) as StartedProcess[];
    await Promise.all(left.filter(isStillItself).map((one) => end(one, say)));
    this.clear();
  }
}

function commandLineOf(pid: number): string {
  try {
    const file = `/proc/${pid}/cmdline`;
    if (existsSync(file)) return readFileSync(file, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

function isStillItself({ pid, mark }: StartedProcess): boolean {
  return isAlive(pid) && commandLineOf(pid).includes(mark);
}

async function end(one: StartedProcess, say: (line: string) => void): Promise<void> {
  say(`ending process ${one.pid}, which an earlier run left behind (${path.basename(one.mark)})…`);
  // SIGINT ends Postgres fast and clean; everything else takes it for Ctrl-C.
  process.kill(one.pid, 'SIGINT');
  const gone = (): boolean => !isStillItself(one);
  await waitFor(`Process ${one.pid} ends`, gone, { timeoutMs: 8_000 }).catch(() => process.kill(one.pid, 'SIGKILL'));
  await waitFor(`Process ${one.pid} ends`, gone, { timeoutMs: 5_000 });
}
