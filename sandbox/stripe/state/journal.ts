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

/** A benchmark's file outgrows the longest string there can be, so it is read in pieces. */
const PIECE_BYTES = 1_048_576;
const NEW_LINE = 10;

/** Hands on every change in order. A last line cut short by a kill belongs to a request that was never answered: it is left out. */
export function readJournal(file: string, apply: (changes: readonly Change[]) => void): void {
  if (!fs.existsSync(file)) return;
  const descriptor = fs.openSync(file, 'r');
  let number = 0;
  try {
    for (const { line, isWhole } of linesOf(descriptor)) {
      number += 1;
      if (isWhole && line !== '') apply(parseLine(line, file, number));
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

function parseLine(line: string, file: string, number: number): Change[] {
  try {
    return JSON.parse(line) as Change[];
  } catch (error) {
    throw new Error(`The state file ${file} is damaged in line ${number}.`, { cause: error });
  }
}

/** Each line, and last what stands after the last line's end. */
function* linesOf(descriptor: number): Generator<{ line: string; isWhole: boolean }> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let begun: Buffer[] = [];
  for (let length = fs.readSync(descriptor, piece); length > 0; length = fs.readSync(descriptor, piece)) {
    let start = 0;
    for (let end = piece.indexOf(NEW_LINE); end >= 0 && end < length; end = piece.indexOf(NEW_LINE, start)) {
      yield { line: Buffer.concat([...begun, piece.subarray(start, end)]).toString('utf8'), isWhole: true };
      begun = [];
      start = end + 1;
    }
    begun.push(Buffer.from(piece.subarray(start, length)));
  }
  yield { line: Buffer.concat(begun).toString('utf8'), isWhole: false };
}

/** Starts a journal that holds exactly these changes, replacing the file in one step, and keeps it open for more. */
export function openJournal(file: string, changes: readonly Change[]): Journal {
  const draft = `${file}.draft`;
  const descriptor = fs.openSync(draft, 'w');
  for (const change of changes) fs.writeSync(descriptor, `${JSON.stringify([change])}\n`);
  fs.renameSync(draft, file);
  return {
    append: (more) => {
      if (more.length > 0) fs.writeSync(descriptor, `${JSON.stringify(more)}\n`);
    },
    close: () => fs.closeSync(descriptor),
  };
}
