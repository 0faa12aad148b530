/** Months of a tenant whose revenue is closed. */
import { money, type Money } from '../../domain/money';
import type { Month } from '../../domain/recognition/month';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface RevenueClose {
  readonly id: string;
  readonly testClockId: string | null;
  readonly month: Month;
  readonly streams: readonly {
    readonly stream: string;
    readonly amount: Money;
    readonly recognizedToDate: Money;
  }[];
  readonly recordedAt: number;
}

interface StreamRow {
  readonly stream: string;
  readonly currency: string;
  readonly amount: string;
  readonly recognized_to_date: string;
}

interface RevenueCloseRow {
  [column: string]: unknown;
  id: string;
  test_clock_id: string | null;
  month: string;
  streams: readonly StreamRow[];
  recorded_at: Date;
}

const month = `to_char(month, 'YYYY-MM')`;
const columns = `id, test_clock_id, ${month} as month, recorded_at, (
  select coalesce(json_agg(json_build_object('stream', a.stream, 'currency', a.currency, 'amount', a.amount::text,
    'recognized_to_date', a.recognized_to_date::text) order by a.stream, a.currency), '[]')
  from revenue_close_amounts a where a.close_id = revenue_closes.id) as streams`;

const fromRow = (row: RevenueCloseRow): RevenueClose => ({
  id: row.id,
  testClockId: row.test_clock_id,
  month: row.month,
  streams: row.streams.map(({ stream, currency, amount, recognized_to_date: toDate }) => ({
    stream,
    amount: money(amount, currency),
    recognizedToDate: money(toDate, currency),
  })),
  recordedAt: row.recorded_at.getTime(),
});

const byId: Statement = {
  name: 'revenue_closes_by_id',
  text: `select ${columns} from revenue_closes where tenant_id = $1 and id = $2`,
};
const byMonth: Statement = {
  name: 'revenue_closes_by_month',
  text: `select ${columns} from revenue_closes where tenant_id = $1 and test_clock_id is not distinct from $2 and ${month} = $3`,
};

/** A close of a tenant, or null. */
export async function findRevenueClose(db: Queryable, tenantId: string, id: string): Promise<RevenueClose | null> {
  return firstOf((await db.query<RevenueCloseRow>(byId, [tenantId, id])).map(fromRow));
}

/** The close of a month, in real time (no clock) or on a test clock; null while it is open. */
export async function findCloseOfMonth(
  db: Queryable,
  books: { readonly tenantId: string; readonly clockId: string | null },
  closed: Month,
): Promise<RevenueClose | null> {
  return firstOf((await db.query<RevenueCloseRow>(byMonth, [books.tenantId, books.clockId, closed])).map(fromRow));
}

export const listRevenueCloses = pageReader<RevenueCloseRow, RevenueClose>({
  name: 'revenue_closes_page',
  select: columns,
  from: 'revenue_closes',
  id: 'id',
  tenant: 'tenant_id',
  filters: { testClockId: 'test_clock_id', month },
  fromRow,
});
