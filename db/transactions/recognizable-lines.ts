/**
 * Reads the lines that were billed ahead, counted by what they have in common. `recognizable_lines` is the view of all of them.
 */
import { money } from '../../domain/money';
import { monthEnd, monthStart, type Month } from '../../domain/recognition/month';
import type { LineGroup, ScheduledGroup, StreamAmount } from '../../domain/recognition/release';
import { toIso } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

/** The books that are closed together: those of a tenant in real time (null) or on one test clock. */
export interface Books {
  readonly tenantId: string;
  readonly clockId: string | null;
}

/** Two conditions instead of one that serves both, so that each finds its index. */
const onBooks = (clockId: string | null): string =>
  clockId === null
    ? 'tenant_id = $1 and test_clock_id is null and $2::text is null'
    : 'tenant_id = $1 and test_clock_id = $2';

/** What is known of the books of a clock has its own statement. */
export function statementOf(name: string, text: (books: string) => string, clockId: string | null): Statement {
  return { name: clockId === null ? name : `${name}_on_clock`, text: text(onBooks(clockId)) };
}

interface GroupRow {
  [column: string]: unknown;
  stream: string;
  currency: string;
  amount: string;
  count: string;
  first_day: number | null;
  end_day: number | null;
  from_month: string;
}

function groupOf(row: GroupRow): LineGroup {
  const { stream, first_day: firstDay, end_day: endDay } = row;
  const days = firstDay === null || endDay === null ? null : { firstDay, endDay };
  return { stream, amount: money(row.amount, row.currency), count: row.count, days };
}

/** Lines that are served in full are added up; the others are counted by amount and days, from which the exact share follows. */
const grouped = (lines: string): string => `
select stream, currency, case when done then sum(amount) else min(amount) end as amount, case when done then 1 else count(*) end as count,
  first_day - date '1970-01-01' as first_day, end_day - date '1970-01-01' as end_day, from_month
from (
  select stream, currency, amount, done, case when not done then amount end as each, case when not done then first_day end as first_day,
    case when not done then end_day end as end_day, from_month
  from (${lines}) counted
) marked
group by stream, currency, done, each, first_day, end_day, from_month`;

// $3: the first instant after the month, $4: its day. What happened later is of a later month, however late this one is closed.
const closeText = (books: string): string =>
  grouped(`
    select stream, currency, amount, first_day, end_day, end_day <= $4::date or coalesce(ended_at < $3, false) as done, null as from_month
    from recognizable_lines
    where ${books} and posted_at < $3 and (voided_at is null or voided_at >= $3) and (first_day < $4::date or ended_at < $3)`);

/** The lines that the close of a month counts, with what of them is served by its end or later. */
export async function loadLinesOfClose(db: Queryable, books: Books, month: Month): Promise<LineGroup[]> {
  const end = toIso(monthEnd(month));
  const statement = statementOf('recognizable_lines_of_close', closeText, books.clockId);
  const rows = await db.query<GroupRow>(statement, [books.tenantId, books.clockId, end, end.slice(0, 10)]);
  return rows.map(groupOf);
}

// $3: the first day of the first open month.
const scheduleText = (books: string): string =>
  grouped(`
    select stream, currency, amount, first_day, end_day, ended_at is not null or end_day <= $3::date as done,
      to_char(greatest(posted_at, ended_at) at time zone 'UTC', 'YYYY-MM') as from_month
    from recognizable_lines where ${books} and voided_at is null`);

/** All lines that stand, with the month whose close counts them first. */
export async function loadLinesOfSchedule(db: Queryable, books: Books, firstOpen: Month): Promise<ScheduledGroup[]> {
  const statement = statementOf('recognizable_lines_of_schedule', scheduleText, books.clockId);
  const day = toIso(monthStart(firstOpen)).slice(0, 10);
  const rows = await db.query<GroupRow>(statement, [books.tenantId, books.clockId, day]);
  return rows.map((row) => ({ ...groupOf(row), from: row.from_month }));
}

const recognizedText = (books: string): string => `
select stream, currency, sum(amount) as amount from (
  select a.stream, a.currency, a.amount from revenue_close_amounts a
  where a.close_id in (select id from revenue_closes where ${books})
  union all
  select stream, currency, amount from revenue_brought_forward where ${books}
) recognized group by stream, currency`;

/** What was recognized so far: by all closes, and before the first one. */
export async function loadRecognized(db: Queryable, books: Books): Promise<StreamAmount[]> {
  const statement = statementOf('recognized_so_far', recognizedText, books.clockId);
  const rows = await db.query<{ stream: string; currency: string; amount: string }>(statement, [
    books.tenantId,
    books.clockId,
  ]);
  return rows.map(({ stream, currency, amount }) => ({ stream, amount: money(amount, currency) }));
}

// The lines are looked at only where nothing else says where the books begin.
const openText = (books: string): string => `
select to_char(coalesce(
  (select max(month) + interval '1 month' from revenue_closes where ${books}),
  (select min(first_month) from revenue_brought_forward where ${books}),
  (select date_trunc('month', min(posted_at) at time zone 'UTC') from recognizable_lines where ${books})
), 'YYYY-MM') as month`;

/** The first month that is not closed; null while nothing was billed ahead. */
export async function firstOpenMonth(db: Queryable, books: Books): Promise<Month | null> {
  const statement = statementOf('revenue_first_open_month', openText, books.clockId);
  const [row] = await db.query<{ month: string | null }>(statement, [books.tenantId, books.clockId]);
  return row?.month ?? null;
}
