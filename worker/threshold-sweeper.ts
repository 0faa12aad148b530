/** Runs the sweep for reached thresholds now and then. Several workers may: one looks at a time. */
import type { Database } from '../db/pool';
import { sweepThresholds } from '../db/transactions/threshold-sweep';

export interface SweeperOptions {
  readonly database: Database;
  readonly log: { warn(facts: object, message: string): void };
  /** How long to rest between two looks, in milliseconds: how late an alert may be. */
  readonly everyMs: number;
}

export interface Sweeper {
  stop(): Promise<void>;
}

/** Starts it. A look that fails is made again with the next one. */
export function startThresholdSweeper({ database, log, everyMs }: SweeperOptions): Sweeper {
  let round: Promise<void> | null = null;
  const begin = (): void => {
    round ??= sweepThresholds(database, Date.now())
      .then(
        () => undefined,
        (error: unknown) => log.warn({ reason: String(error) }, 'the sweep for thresholds rests'),
      )
      .finally(() => {
        round = null;
      });
  };
  const timer = setInterval(begin, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
