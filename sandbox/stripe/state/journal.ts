/**
 * Keeps the state over a SIGKILL of the process: one line of JSON per request, written before its reply. The line reaches the operating system
 * with the write, so a killed process loses nothing; there is no fsync, since a double need not survive the machine.
 */
import * as fs from 'node:fs';
import type { Change } from './collection';

export interface Journal {
  append(changes: readonly Change[]): void;
  close(): void;
}

/** A journal for a sandbox without a state file: it forgets. */
export const forgetfulJournal: Journal = { append: () => undefined, close: () => undefined };

/** Reads every change in order. A last line cut short by a kill belongs to a request that was never answered: it is left out. */
export function readJournal(file: string): Change[] {
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index): Change[] => {
    if (line === '') return [];
    try {
      return JSON.parse(line) as Change[];
    } catch (error) {
      if (index === lines.length - 1) return [];
      throw new Error(`The state file ${file} is damaged in line ${index + 1}.`, { cause: error });
    }
  });
}

/** Starts a journal that holds exactly these changes, replacing the file in one step, and keeps it open for more. */
export function openJournal(file: string, changes: readonly Change[]): Journal {
  const draft = `${file}.draft`;
  fs.writeFileSync(draft, changes.map((change) => `${JSON.stringify([change])}\n`).join(''));
  fs.renameSync(draft, file);
  const descriptor = fs.openSync(file, 'a');
  return {
    append: (more) => {
      if (more.length > 0) fs.writeSync(descriptor, `${JSON.stringify(more)}\n`);
    },
    close: () => fs.closeSync(descriptor),
  };
}
