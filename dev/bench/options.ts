/**
 * What a run of the benchmark is asked to do.
 */

export const phases = ['cycles', 'requests', 'catch-up', 'long-life', 'ingestion', 'billing-day'] as const;
export type Phase = (typeof phases)[number];

export interface BenchOptions {
  readonly quick: boolean;
  /** Subscriptions of each kind (empty, paid) that fall due together. */
  readonly subscriptions: number;
  /** Seconds that a wave of due cycles has for itself. Empty and paid waves take turns. */
  readonly seconds: number;
  /** Waves of each kind that are measured; one more before them warms everything up. */
  readonly waves: number;
  /** Requests of each kind for the latencies. */
  readonly requests: number;
  /** Subscriptions that catch up two years. */
  readonly catchUp: number;
  /** Batches of a thousand usage events. */
  readonly batches: number;
  /** Cycles of a long life. */
  readonly cycles: number;
  /** Cached workflows of a worker; fewer than subscriptions means that each cycle begins with a replay. */
  readonly cached: number | null;
  readonly only: readonly Phase[];
}

export const usage = `npm run bench                       everything, about six minutes on 2 cores
npm run bench -- --quick            the same with fewer subscriptions, about two minutes
  --subscriptions N                 subscriptions of each kind that fall due together
  --seconds S                       seconds that each wave of due cycles has for itself
  --cached N                        workflows that the workers keep in memory (at least 160)
  --only ${phases.join('|')}    phases to run, separated by commas`;

/** Long enough for a slow machine (25 cycles a second), so that a wave is over before the next one begins. */
const cyclesPerSecondMin = 25;
const secondsMin = 4;

function wholeNumber(flags: ReadonlyMap<string, string>, name: string): number | null {
  const text = flags.get(name);
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`--${name} takes a whole number, not "${text}".\n${usage}`);
  return Number(text);
}

function readFlags(args: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  const valued = ['subscriptions', 'seconds', 'cached', 'only'];
  for (let at = 0; at < args.length; at++) {
    const name = args[at]?.replace(/^--/, '') ?? '';
    const value = valued.includes(name) ? args[++at] : '';
    if ((name !== 'quick' && !valued.includes(name)) || value === undefined) throw new Error(usage);
    flags.set(name, value);
  }
  return flags;
}

function phasesOf(text: string | undefined): readonly Phase[] {
  if (text === undefined) return phases;
  const wanted = text.split(',');
  const unknown = wanted.filter((name) => !(phases as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`No phase is called ${unknown.join(', ')}.\n${usage}`);
  return phases.filter((phase) => wanted.includes(phase));
}

/** Reads the command line. @throws with the usage when it is not understood */
export function parseOptions(args: readonly string[]): BenchOptions {
  const flags = readFlags(args);
  const quick = flags.has('quick');
  const subscriptions = wholeNumber(flags, 'subscriptions') ?? (quick ? 100 : 300);
  const enough = Math.max(secondsMin, Math.ceil(subscriptions / cyclesPerSecondMin));
  return {
    quick,
    subscriptions,
    seconds: wholeNumber(flags, 'seconds') ?? enough,
    waves: quick ? 2 : 4,
    requests: quick ? 60 : 400,
    catchUp: quick ? 6 : 40,
    batches: quick ? 100 : 400,
    cycles: quick ? 12 : 24,
    cached: wholeNumber(flags, 'cached'),
    only: phasesOf(flags.get('only')),
  };
}
