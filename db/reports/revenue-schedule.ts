/**
 * What is still deferred, by the month whose close will release it: computed from the lines, as the closes do.
 */
import { releaseSchedule, type Release } from '../../domain/recognition/release';
import type { Month } from '../../domain/recognition/month';
import type { Database, Statement } from '../pool';
import { firstOpenMonth, loadLinesOfSchedule, loadRecognized, type Books } from '../transactions/recognizable-lines';

/** One snapshot for all questions: a close between two of them would be counted in one and not in the other. */
const oneSnapshot: Statement = {
  name: 'one_snapshot',
  text: 'set transaction isolation level repeatable read',
};

export interface RevenueSchedule {
  /** The month that is closed next; null while nothing was billed ahead. */
  readonly firstOpenMonth: Month | null;
  readonly releases: readonly Release[];
}

/** Reads the schedule of a tenant's books in real time, or on a test clock. */
export function revenueSchedule(database: Database, books: Books): Promise<RevenueSchedule> {
  return database.transaction(books.tenantId, async (db) => {
    await db.query(oneSnapshot, []);
    const month = await firstOpenMonth(db, books);
    if (month === null) return { firstOpenMonth: null, releases: [] };
    const groups = await loadLinesOfSchedule(db, books, month);
    return { firstOpenMonth: month, releases: releaseSchedule(groups, await loadRecognized(db, books), month) };
  });
}
