/** Looks for reached thresholds, and for reservations past their end, now and then. Several workers may: one looks at a time. */
import type { Database } from '../db/pool';
import { allTenants } from '../db/pool';
import { expireReservations } from '../db/queries/entitlement-reservations';
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
  const look = async (): Promise<void> => {
    await sweepThresholds(database, Date.now());
    await expireReservations(database.as(allTenants), Date.now());
  };
  const begin = (): void => {
    round ??= look()
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
