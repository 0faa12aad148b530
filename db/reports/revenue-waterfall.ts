/**
 * How deferred revenue came and went, by month: read from the postings, so that every closing is what stands on the account then.
 */
import { money } from '../../domain/money';
import { monthEnd, monthStart, type Month } from '../../domain/recognition/month';
import { waterfall, type DeferredMovement, type WaterfallRow } from '../../domain/recognition/waterfall';
import { toIso } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

interface Row {
  [column: string]: unknown;
  stream: string;
  currency: string;
  month: string | null;
  what: DeferredMovement['what'];
  amount: string;
}

// `earned` is an entry of the rule before the closes. What is neither billed nor recognized (a void, a credit note, a wallet) adjusts.
const statement: Statement = {
  name: 'revenue_waterfall',
  text: `
select stream, currency, month, what, sum(case when what = 'recognized' then amount else -amount end) as amount
from (
  select substr(p.account, 10) as stream, p.currency, p.amount,
    case when e.occurred_at >= $2 then to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM') end as month,
    case when e.kind = 'invoice' then 'billed' when e.kind in ('recognition', 'earned') then 'recognized' else 'adjustments' end as what
  from ledger_postings p join ledger_entries e on e.id = p.entry_id
  where p.tenant_id = $1 and p.account like 'deferred:%' and e.occurred_at < $3 and ($4::text is null or p.currency = $4)
) moved
group by stream, currency, month, what`,
};

export interface WaterfallQuestion {
  readonly from: Month;
  readonly to: Month;
  /** Null: every currency. */
  readonly currency: string | null;
}

/** Reads the waterfall of all books of a tenant, those on test clocks included, as the accounts hold them together. */
export async function revenueWaterfall(
  db: Queryable,
  tenantId: string,
  { from, to, currency }: WaterfallQuestion,
): Promise<WaterfallRow[]> {
  const values = [tenantId, toIso(monthStart(from)), toIso(monthEnd(to)), currency];
  const rows = await db.query<Row>(statement, values);
  const movements = rows.map((row) => ({
    stream: row.stream,
    month: row.month,
    what: row.what,
    amount: money(row.amount, row.currency),
  }));
  return waterfall(movements, from, to);
}
