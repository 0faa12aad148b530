/**
 * Opens ledger accounts when a rail or a revenue stream is first used. Known accounts are remembered per process, so that the
 * steady path pays nothing.
 */
import { describeAccount, type Posting } from '../../domain/ledger';
import { fail } from '../../domain/errors';
import type { Database, Queryable, Statement } from '../pool';

const known = new WeakMap<Database, Set<string>>();

const statement: Statement = {
  name: 'ensure_account',
  text: 'insert into ledger_accounts (tenant_id, code, kind, name) values ($1, $2, $3, $4) on conflict do nothing',
};

async function openAccount(db: Queryable, tenantId: string, account: string): Promise<void> {
  const { kind, name } = describeAccount(account) ?? fail('internal');
  await db.query(statement, [tenantId, account, kind, name]);
}

/** Opens the accounts of postings in the caller's own transaction. @throws PerennialError `internal`, as below. */
export async function openAccounts(db: Queryable, tenantId: string, postings: readonly Posting[]): Promise<void> {
  for (const account of new Set(postings.map((posting) => posting.account))) await openAccount(db, tenantId, account);
}

/** @throws PerennialError `internal` for an account that no family knows. */
export async function ensureAccounts(database: Database, tenantId: string, accounts: readonly string[]): Promise<void> {
  const seen = known.get(database) ?? new Set<string>();
  known.set(database, seen);
  for (const account of accounts) {
    const key = `${tenantId} ${account}`;
    if (seen.has(key)) continue;
    await openAccount(database.as(tenantId), tenantId, account);
    seen.add(key);
  }
}
