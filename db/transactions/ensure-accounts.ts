/**
 * Opens ledger accounts when a rail or a revenue stream is first used. Known accounts are remembered per process, so that the
 * steady path pays nothing.
 */
import { describeAccount } from '../../domain/ledger';
import { fail } from '../../domain/errors';
import type { Database, Statement } from '../pool';

const known = new WeakMap<Database, Set<string>>();

const statement: Statement = {
  name: 'ensure_account',
  text: 'insert into ledger_accounts (tenant_id, code, kind, name) values ($1, $2, $3, $4) on conflict do nothing',
};

/** @throws PerennialError `internal` for an account that no family knows. */
export async function ensureAccounts(database: Database, tenantId: string, accounts: readonly string[]): Promise<void> {
  const seen = known.get(database) ?? new Set<string>();
  known.set(database, seen);
  for (const account of accounts) {
    const key = `${tenantId} ${account}`;
    if (seen.has(key)) continue;
    const { kind, name } = describeAccount(account) ?? fail('internal');
    await database.as(tenantId).query(statement, [tenantId, account, kind, name]);
    seen.add(key);
  }
}
