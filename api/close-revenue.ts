/**
 * Closes a month by hand. It is one transaction that says the same whoever runs it, so the API carries it out itself: no provider and no
 * workflow takes part.
 */
import { findCloseOfMonth, type RevenueClose } from '../db/queries/revenue-closes';
import { findTestClock } from '../db/queries/test-clocks';
import { closeMonths } from '../db/transactions/close-months';
import type { Books } from '../db/transactions/recognizable-lines';
import { fail } from '../domain/errors';
import { monthEnd, type Month } from '../domain/recognition/month';
import { toIso, type Instant } from '../domain/time';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr422 } from './found';
import { recordChange } from './record-change';

/** What time it is in the books. @throws PerennialError `validation_failed` for a clock of nobody. */
export async function nowOfBooks({ database, wallClock }: ApiDependencies, books: Books): Promise<Instant> {
  const { tenantId, clockId } = books;
  if (clockId === null) return wallClock();
  const clock = await findTestClock(database.as(tenantId), tenantId, clockId);
  return foundOr422(clock, 'test_clock_id', 'test clock').now;
}

/**
 * Closes a month and the open ones before it; one that is closed already answers as it is.
 * @throws PerennialError `revenue_month_refused` when it is not over, or older than the books; `validation_failed` for a clock of nobody.
 */
export async function closeRevenue(
  c: ApiContext,
  deps: ApiDependencies,
  clockId: string | null,
  month: Month,
): Promise<{ close: RevenueClose; created: boolean }> {
  const books: Books = { tenantId: tenantOf(c).tenantId, clockId };
  const end = monthEnd(month);
  if ((await nowOfBooks(deps, books)) < end)
    fail('revenue_month_refused', { month, reason: `it ends at ${toIso(end)}` });
  const db = deps.database.as(books.tenantId);
  const standing = await findCloseOfMonth(db, books, month);
  if (standing !== null) return { close: standing, created: false };
  await closeMonths(deps.database, books, month, {
    evenEmpty: true,
    withLast: (transaction, subjectId) =>
      recordChange(transaction, c, {
        action: 'revenue.close',
        subjectId,
        after: { month, clockId },
        occurredAt: end - 1,
      }),
  });
  const close = await findCloseOfMonth(db, books, month);
  const reason = 'the books begin later; what came late into it is in their first close';
  return { close: close ?? fail('revenue_month_refused', { month, reason }), created: true };
}
