/**
 * Keeps a double's state over a SIGKILL: each event that changed it is one line of JSON, written before the change is answered, and the state
 * is what folding the lines gives. There is no fsync, since a double need not survive the machine.
 */
import fs from 'node:fs';
import path from 'node:path';

export interface Journal<Event> {
  append(event: Event): void;
  close(): void;
}

/** For a double without a state file: it forgets. */
const forgetful: Journal<unknown> = { append: () => undefined, close: () => undefined };

/** Folds every event of the file, in order, and keeps the file open for more. Without a file nothing is kept. */
export function openJournal<Event>(file: string | null, apply: (event: Event) => void): Journal<Event> {
  if (file === null) return forgetful;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const whole = readWhole(file);
  for (const [index, line] of whole.entries()) apply(parse<Event>(line, file, index + 1));
  fs.writeFileSync(file, whole.map((line) => `${line}\n`).join(''));
  const descriptor = fs.openSync(file, 'a');
  return {
    append: (event) => fs.writeSync(descriptor, `${JSON.stringify(event)}\n`),
    close: () => fs.closeSync(descriptor),
  };
}

/** A last line that a kill cut short was never answered: it is left out. */
function readWhole(file: string): string[] {
  if (!fs.existsSync(file)) return [];
  return fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
}

function parse<Event>(line: string, file: string, number: number): Event {
  try {
    return JSON.parse(line) as Event;
  } catch (error) {
    throw new Error(`The state file ${file} is damaged in line ${number}.`, { cause: error });
  }
}
