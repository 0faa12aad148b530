/**
 * Closes the months that are over, for every tenant in real time; those on test clocks are closed by the advance of their clock. Several
 * workers may do it at once: a month is closed once.
 */
import { allTenants, type Database } from '../db/pool';
import { closeMonths } from '../db/transactions/close-months';
import { loadOpenBooks } from '../db/transactions/open-books';
import { lastMonthOver } from '../domain/recognition/month';
import { hourMs, type Instant } from '../domain/time';
import { every, type Repeated } from './every';

export interface RevenueCloserOptions {
  readonly database: Database;
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
  /** How often to look whether a month is over, in milliseconds: one query each time. */
  readonly everyMs: number;
}

/** What was issued in the last minutes of a month is recorded within this; what comes later still is in the next close. */
const graceMs = hourMs;

/** Closes what is over at an instant, one tenant after the other; one that fails does not hold the others up. Answers how many months. */
export async function closeWhatIsOver(
  { database, log }: Omit<RevenueCloserOptions, 'everyMs'>,
  now: Instant,
): Promise<number> {
  const month = lastMonthOver(now - graceMs);
  let count = 0;
  for (const tenantId of await loadOpenBooks(database.as(allTenants), month)) {
    try {
      const months = await closeMonths(database, { tenantId, clockId: null }, month);
      count += months.length;
      if (months.length > 0) log.info({ tenant: tenantId, months }, 'revenue was closed');
    } catch (error) {
      log.warn({ tenant: tenantId, reason: String(error) }, 'revenue could not be closed');
    }
  }
  return count;
}

/** Starts to look. */
export function startRevenueCloser(options: RevenueCloserOptions): Repeated {
  return every(options.everyMs, () => closeWhatIsOver(options, Date.now()), options.log, 'the closer of revenue rests');
}
