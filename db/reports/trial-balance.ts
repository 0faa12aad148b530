/**
 * The trial balance of a tenant: what stands on each account, and whether the ledger says the same as the rows that it books.
 * One statement, so one snapshot: a movement in flight is seen whole or not at all.
 */
import { compare, money, negate, sum, zero, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';

export interface AccountBalance {
  readonly account: string;
  readonly debit: Money;
  readonly credit: Money;
  /** Debit less credit. */
  readonly balance: Money;
}

/** An account that must equal a sum of other rows. */
export interface LedgerTie {
  readonly name: 'receivable' | 'customer_balance';
  readonly ledger: Money;
  readonly rows: Money;
  readonly holds: boolean;
}

export interface TrialBalance {
  readonly accounts: readonly AccountBalance[];
  /** Per currency; every one is zero. */
  readonly sums: readonly Money[];
  readonly ties: readonly LedgerTie[];
}

interface Row {
  [column: string]: unknown;
  kind: 'account' | 'open_invoices' | 'customer_balances';
  account: string;
  currency: string;
  debit: string;
  credit: string;
}

const statement: Statement = {
  name: 'trial_balance',
  text: `
select 'account' as kind, account, currency, coalesce(sum(amount) filter (where amount > 0), 0) as debit,
  coalesce(-sum(amount) filter (where amount < 0), 0) as credit
from ledger_postings where tenant_id = $1 and ($2::text is null or currency = $2) group by account, currency
union all
select 'open_invoices', '', currency, sum(amount_due - amount_paid), 0
from invoices where tenant_id = $1 and status = 'open' and ($2::text is null or currency = $2) group by currency
union all
select 'customer_balances', '', currency, sum(amount), 0
from customer_balances where tenant_id = $1 and ($2::text is null or currency = $2) group by currency
order by 1, 3, 2`,
};

function accountOf(row: Row): AccountBalance {
  const debit = money(row.debit, row.currency);
  const credit = money(row.credit, row.currency);
  return { account: row.account, debit, credit, balance: sum([debit, negate(credit)], row.currency) };
}

function tieOf(name: LedgerTie['name'], ledger: Money, rows: Money): LedgerTie {
  return { name, ledger, rows, holds: compare(ledger, rows) === 0 };
}

function tiesOf(currency: string, accounts: readonly AccountBalance[], rows: readonly Row[]): LedgerTie[] {
  const balanceOf = (account: string) =>
    accounts.find((one) => one.account === account && one.balance.currency === currency)?.balance ?? zero(currency);
  const rowsOf = (kind: Row['kind']) => {
    const row = rows.find((one) => one.kind === kind && one.currency === currency);
    return row === undefined ? zero(currency) : money(row.debit, currency);
  };
  return [
    tieOf('receivable', balanceOf('receivable'), rowsOf('open_invoices')),
    // Money held for customers is a liability: it stands on the credit side.
    tieOf('customer_balance', negate(balanceOf('customer_balance')), rowsOf('customer_balances')),
  ];
}

/** Reads the trial balance, of one currency or (null) of all. */
export async function trialBalance(db: Queryable, tenantId: string, currency: string | null): Promise<TrialBalance> {
  const rows = await db.query<Row>(statement, [tenantId, currency]);
  const accounts = rows.filter((row) => row.kind === 'account').map(accountOf);
  const currencies = [...new Set(rows.map((row) => row.currency))].sort();
  const sums = currencies.map((one) =>
    sum(
      accounts.filter((account) => account.balance.currency === one).map((account) => account.balance),
      one,
    ),
  );
  return { accounts, sums, ties: currencies.flatMap((one) => tiesOf(one, accounts, rows)) };
}
