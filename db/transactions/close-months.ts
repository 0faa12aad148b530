/**
 * The monthly close of revenue: what is recognized by the end of a month and was not before is posted, once, in one transaction with the
 * row that says that the month is closed. Closing again, or two at once, post nothing more.
 */
import { idFromFacts, newId } from '../../domain/ids';
import { monthEnd, type Month } from '../../domain/recognition/month';
import { closeMonthOf, recognitionPostings, type ClosedStream } from '../../domain/recognition/release';
import { toIso } from '../../domain/time';
import type { Database, Queryable, Statement } from '../pool';
import { openAccounts } from './ensure-accounts';
import { firstOpenMonth, loadLinesOfClose, loadRecognized, type Books } from './recognizable-lines';
import { record } from './record';

// Held to the end of the transaction: the next close of the same books counts what this one posts.
const lockStatement: Statement = {
  name: 'revenue_close_lock',
  text: `select pg_advisory_xact_lock(hashtextextended('revenue ' || $1 || ' ' || coalesce($2::text, ''), 0))`,
};

const closeStatement: Statement = {
  name: 'revenue_close',
  text: `
with closed as (
  insert into revenue_closes (id, tenant_id, test_clock_id, month, occurred_at) values ($1, $2, $3, $4, $5) returning id
)
insert into revenue_close_amounts (close_id, tenant_id, stream, currency, recognized_to_date, amount)
select c.id, $2, a.stream, a.currency, a.recognized_to_date, a.amount
from closed c, jsonb_to_recordset($6) as a(stream text, currency text, recognized_to_date numeric, amount numeric)`,
};

const amountRow = ({ stream, recognizedToDate, amount }: ClosedStream) => ({
  stream,
  currency: amount.currency,
  recognized_to_date: recognizedToDate.amount,
  amount: amount.amount,
});

/** The entry belongs to the month that it closes: it stands at its last millisecond. */
async function closeMonth(db: Queryable, books: Books, month: Month): Promise<string> {
  const { tenantId, clockId } = books;
  const streams = closeMonthOf(await loadLinesOfClose(db, books, month), await loadRecognized(db, books), month);
  const postings = recognitionPostings(streams);
  const id = newId('rc');
  const now = monthEnd(month) - 1;
  const amounts = JSON.stringify(streams.map(amountRow));
  await db.query(closeStatement, [id, tenantId, clockId, `${month}-01`, toIso(now), amounts]);
  if (postings.length === 0) return id;
  await openAccounts(db, tenantId, postings);
  const entry = { id: idFromFacts('le', 'recognition', id), kind: 'recognition', source: id, postings };
  await record(db, { tenantId, now, subscription: null, entries: [entry] });
  return id;
}

export interface ClosingOptions {
  /** Closes the last month also where nothing was ever billed ahead. */
  readonly evenEmpty?: boolean;
  /** Writes with the close of the last month, in its transaction: who asked for it. */
  readonly withLast?: (db: Queryable, closeId: string) => Promise<unknown>;
}

/** Closes the first open month, unless it lies after the last. Answers which, or null. */
function closeNext(
  database: Database,
  books: Books,
  last: Month,
  { evenEmpty, withLast }: ClosingOptions,
): Promise<Month | null> {
  const { tenantId, clockId } = books;
  return database.transaction(tenantId, async (db) => {
    await db.query(lockStatement, [tenantId, clockId]);
    const month = (await firstOpenMonth(db, books)) ?? (evenEmpty === true ? last : null);
    if (month === null || month > last) return null;
    const closeId = await closeMonth(db, books, month);
    if (month === last) await withLast?.(db, closeId);
    return month;
  });
}

/**
 * Closes all months that are open, in order, up to the given one; each in its own transaction. Whoever calls sees to it that the month is
 * over. Books in which nothing was billed ahead stay without closes, unless the options say otherwise.
 * @returns the months that this call closed
 */
export async function closeMonths(
  database: Database,
  books: Books,
  last: Month,
  options: ClosingOptions = {},
): Promise<Month[]> {
  const closed: Month[] = [];
  for (;;) {
    const month = await closeNext(database, books, last, options);
    if (month === null) return closed;
    closed.push(month);
  }
}
