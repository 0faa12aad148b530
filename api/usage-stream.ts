/** Takes a stream of lines in, in chunks: each is durable before the next but one begins, and memory does not grow with the stream. */
import type { Database } from '../db/pool';
import type { Taken } from '../db/transactions/usage-statement';
import { fail, type FieldError } from '../domain/errors';
import type { UsageEvent } from '../domain/metering/usage-event';
import { takeUsageIn } from './take-usage-in';
import { parseAny } from './usage-forms';

const chunkMax = 1_000;
/** An event's properties may have 16 KiB; a line that is much longer is no event. */
const lineLengthMax = 65_536;
const problemsMax = 100;

interface Line {
  readonly number: number;
  readonly event: UsageEvent;
}

interface Problem {
  readonly line: number;
  readonly event_id: string | null;
  readonly reason: string;
  readonly errors: { readonly field: string; readonly reason: string }[];
}

/** What became of a stream so far. */
class Tally {
  received = 0;
  invalid = 0;
  readonly states: Record<string, number> = {};
  readonly problems: Problem[] = [];

  #note(problem: Problem): void {
    if (this.problems.length < problemsMax) this.problems.push(problem);
  }

  refuse(line: number, faults: readonly FieldError[]): void {
    this.invalid += 1;
    const errors = faults.map(({ path, message }) => ({ field: path, reason: message }));
    this.#note({ line, event_id: null, reason: 'invalid', errors });
  }

  count({ number, event }: Line, taken: Taken): void {
    this.states[taken.state] = (this.states[taken.state] ?? 0) + 1;
    if (taken.state === 'unmatched')
      this.#note({ line: number, event_id: event.eventId, reason: taken.reason, errors: [] });
  }
}

/** Lines of a body that comes in pieces. @throws PerennialError `body_too_large` for a line without an end */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > lineLengthMax) fail('body_too_large', { limitBytes: lineLengthMax });
    yield* parts;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

function parseLine(text: string, now: number): UsageEvent | FieldError[] {
  try {
    return parseAny(JSON.parse(text), now);
  } catch {
    return [{ path: '', message: 'is not valid JSON' }];
  }
}

export interface StreamIntake {
  readonly database: Database;
  readonly tenantId: string;
  readonly wallClock: () => number;
}

async function takeChunk({ database, tenantId }: StreamIntake, chunk: readonly Line[], tally: Tally): Promise<void> {
  const taken = await takeUsageIn(
    database,
    tenantId,
    chunk.map(({ event }) => event),
  );
  chunk.forEach((line, index) => tally.count(line, taken[index] as Taken));
}

/**
 * Takes all lines in and sums up what became of them. A line that is no sound event is reported and skipped. When it fails in the middle,
 * what was taken in stays: the same stream can be sent again, and counts once.
 */
export async function takeStreamIn(intake: StreamIntake, body: ReadableStream<Uint8Array> | null): Promise<Tally> {
  const tally = new Tally();
  if (body === null) return tally;
  let number = 0;
  let chunk: Line[] = [];
  let before: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const lines = chunk;
    chunk = [];
    await before;
    before = takeChunk(intake, lines, tally);
    // Its failure is met by the next flush, or at the end.
    before.catch(() => undefined);
  };
  for await (const text of linesOf(body)) {
    number += 1;
    if (text.trim() === '') continue;
    tally.received += 1;
    const read = parseLine(text, intake.wallClock());
    if (Array.isArray(read)) tally.refuse(number, read);
    else chunk.push({ number, event: read as UsageEvent });
    if (chunk.length === chunkMax) await flush();
  }
  await flush();
  await before;
  return tally;
}
