/**
 * Lets callers who come at the same time share one round trip. While a round is under way, whoever comes gathers for the next one: an
 * idle engine waits for nobody, and a busy one pays for a round trip and a commit once instead of fifty times.
 */
import { isDatabaseDown } from './errors';

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export interface GatherOptions<Request, Answer> {
  /** Answers all requests of a round, in their order, or fails as a whole and has then changed nothing. */
  readonly ask: (requests: readonly Request[]) => Promise<readonly Answer[]>;
  /** A round must stay short: the others wait for it. */
  readonly roundMax: number;
  /** How long the first of a round waits for company, in milliseconds; not given, it does not wait. */
  readonly waitMs?: number;
}

/** Two, so that a round that waits for a lock does not hold up all others. */
const roundsMax = 2;

/**
 * Makes a function that answers one request, by rounds. A request that fails does so alone: its round is asked again one by one. Where the
 * database is down, the whole round hears of it at once.
 */
export function gather<Request, Answer>(
  options: GatherOptions<Request, Answer>,
): (request: Request) => Promise<Answer> {
  const { ask, roundMax, waitMs } = options;
  let waiting: Waiting<Request, Answer>[] = [];
  let rounds = 0;
  let planned = false;

  async function alone({ request, resolve, reject }: Waiting<Request, Answer>): Promise<void> {
    try {
      const [answer] = await ask([request]);
      resolve(answer as Answer);
    } catch (error) {
      reject(error);
    }
  }

  async function together(round: readonly Waiting<Request, Answer>[]): Promise<void> {
    const [first] = round;
    if (round.length === 1 && first !== undefined) return alone(first);
    try {
      const answers = await ask(round.map(({ request }) => request));
      round.forEach(({ resolve }, index) => resolve(answers[index] as Answer));
    } catch (error) {
      // A database that is away is no request's fault: asking on would only make each wait for its own time-out, one after the other.
      if (isDatabaseDown(error)) round.forEach(({ reject }) => reject(error));
      else for (const one of round) await alone(one);
    }
  }

  function begin(): void {
    planned = false;
    while (waiting.length > 0 && rounds < roundsMax) {
      const round = waiting.slice(0, roundMax);
      waiting = waiting.slice(roundMax);
      rounds++;
      void together(round).finally(() => {
        rounds--;
        plan();
      });
    }
  }

  /** Whoever comes within the same turn of the event loop goes along. */
  function plan(): void {
    if (planned || waiting.length === 0) return;
    planned = true;
    if (waitMs === undefined) setImmediate(begin);
    else setTimeout(begin, waitMs);
  }

  return (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      plan();
    });
}
