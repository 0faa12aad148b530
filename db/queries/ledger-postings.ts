/** Postings: debits positive, credits negative. */
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';

export interface StoredPosting {
  readonly entryId: string;
  readonly account: string;
  readonly amount: Money;
}

interface PostingRow {
  [column: string]: unknown;
  entry_id: string;
  account: string;
  currency: string;
  amount: string;
}

const ofEntries: Statement = {
  name: 'ledger_postings_of_entries',
  text: `select entry_id, account, currency, amount from ledger_postings
    where tenant_id = $1 and entry_id = any($2::text[]) order by entry_id, position`,
};

/** The postings of some entries, each entry's in order. */
export async function postingsOfEntries(
  db: Queryable,
  tenantId: string,
  entryIds: readonly string[],
): Promise<StoredPosting[]> {
  const rows = await db.query<PostingRow>(ofEntries, [tenantId, entryIds]);
  return rows.map((row) => ({ entryId: row.entry_id, account: row.account, amount: money(row.amount, row.currency) }));
}
