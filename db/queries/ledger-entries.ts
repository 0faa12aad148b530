/** Ledger entries: one movement of money each. */
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface LedgerEntry {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  readonly occurredAt: number;
  readonly recordedAt: number;
}

interface LedgerEntryRow {
  [column: string]: unknown;
  id: string;
  kind: string;
  source: string;
  occurred_at: Date;
  recorded_at: Date;
}

const columns = 'id, kind, source, occurred_at, recorded_at';

const fromRow = (row: LedgerEntryRow): LedgerEntry => ({
  id: row.id,
  kind: row.kind,
  source: row.source,
  occurredAt: row.occurred_at.getTime(),
  recordedAt: row.recorded_at.getTime(),
});

const byId: Statement = {
  name: 'ledger_entries_by_id',
  text: `select ${columns} from ledger_entries where tenant_id = $1 and id = $2`,
};

/** An entry of a tenant, or null. */
export async function findLedgerEntry(db: Queryable, tenantId: string, id: string): Promise<LedgerEntry | null> {
  return firstOf((await db.query<LedgerEntryRow>(byId, [tenantId, id])).map(fromRow));
}

export const listLedgerEntries = pageReader<LedgerEntryRow, LedgerEntry>({
  name: 'ledger_entries_page',
  select: columns,
  from: 'ledger_entries',
  id: 'id',
  tenant: 'tenant_id',
  filters: { kind: 'kind', source: 'source' },
  fromRow,
});
