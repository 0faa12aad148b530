/** The chart of accounts of a tenant. */
import type { AccountKind } from '../../domain/ledger';
import type { Queryable, Statement } from '../pool';

export interface LedgerAccount {
  readonly code: string;
  readonly kind: AccountKind;
  readonly name: string;
}

const all: Statement = {
  name: 'ledger_accounts_all',
  text: `select code, kind, name from ledger_accounts where tenant_id = $1 order by code`,
};

/** Every account that was ever used, by code. */
export async function listLedgerAccounts(db: Queryable, tenantId: string): Promise<LedgerAccount[]> {
  return db.query<LedgerAccount & Record<string, unknown>>(all, [tenantId]);
}
