/**
 * Ends a top-up in one transaction: money arrived and the credits are granted, or it failed, its invoice is voided, and automatic ones stop
 * until the customer acts. Whoever comes second finds it ended.
 */
import type { PaymentState } from '../adapters/rails/port';
import type { Queryable } from '../db/pool';
import { ensureAccounts } from '../db/transactions/ensure-accounts';
import { record, type AttemptRow, type PaymentRow, type Recording } from '../db/transactions/record';
import type { TopUpFacts } from '../db/transactions/top-up-facts';
import {
  haltAutomaticTopUps,
  insertEvents,
  lockTopUp,
  lockWallet,
  settleTopUp,
  type StoredTopUp,
} from '../db/transactions/wallet-books';
import { topUpPostings } from '../domain/credits/postings';
import { grantsOfTopUp } from '../domain/credits/top-up';
import { newId } from '../domain/ids';
import { paymentPostings, reversal } from '../domain/ledger';
import { zero } from '../domain/money';
import type { ActivityDependencies } from './dependencies';

/** The payment and its try as a finished outcome leaves them. */
export interface FinishedTry {
  readonly row: PaymentRow;
  readonly attempt: AttemptRow;
  readonly expectedAttempts: number;
  readonly expectedBegun: number | null;
  readonly methodStatus?: Recording['methodStatus'];
}

/** What is written with the payment of a finished try. */
export const paymentParts = ({ row, attempt, expectedAttempts, expectedBegun, methodStatus }: FinishedTry) => ({
  payment: { row, expectedAttempts, expectedBegun },
  attempt,
  methodStatus,
});

/** Does something with a top-up that is not over, under its lock; nothing with one that is. */
async function whileUnsettled(
  deps: ActivityDependencies,
  { topUp: { tenantId, id } }: TopUpFacts,
  work: (db: Queryable, topUp: StoredTopUp) => Promise<void>,
): Promise<void> {
  await deps.database.transaction(tenantId, async (db) => {
    const topUp = await lockTopUp(db, tenantId, id);
    if (topUp?.status === 'pending') await work(db, topUp);
  });
}

function tell(db: Queryable, topUp: StoredTopUp, types: readonly string[], more: object, at: number): Promise<void> {
  const { tenantId, customerId, invoiceId } = topUp;
  const data = { top_up_id: topUp.id, wallet_id: topUp.walletId, ...more };
  const about = { tenantId, customerId, subscriptionId: null, invoiceId, data, occurredAt: at };
  return insertEvents(
    db,
    types.map((type) => ({ ...about, id: newId('evt'), type })),
  );
}

function grantsOf({ rules, now, timeZone }: TopUpFacts, topUp: StoredTopUp) {
  return grantsOfTopUp(topUp, rules, now, timeZone).map((grant) => ({
    ...grant,
    id: newId('cg'),
    reason: grant.origin === 'paid' ? 'top-up' : 'bonus of a top-up',
  }));
}

/** Books the money and grants the credits, both once. */
export async function succeedTopUp(
  deps: ActivityDependencies,
  facts: TopUpFacts,
  tried: FinishedTry,
  known: Extract<PaymentState, { kind: 'succeeded' }>,
): Promise<void> {
  const { row } = tried;
  const { now } = facts;
  const fee = known.settlement?.fee ?? zero(row.amount.currency);
  const postings = paymentPostings(row.rail, row.amount, fee);
  await ensureAccounts(
    deps.database,
    facts.topUp.tenantId,
    postings.map(({ account }) => account),
  );
  await whileUnsettled(deps, facts, async (db, topUp) => {
    await lockWallet(db, topUp.tenantId, topUp.walletId);
    await record(db, {
      ...paymentParts(tried),
      tenantId: topUp.tenantId,
      now,
      subscription: null,
      invoiceChanges: [{ id: row.invoiceId, status: 'paid', amountPaid: row.amount }],
      entries: [{ id: newId('le'), kind: 'payment', source: row.id, postings }],
      wallet: { walletId: topUp.walletId, expected: null, grants: grantsOf(facts, topUp), movements: [] },
    });
    await settleTopUp(db, topUp, null, now);
    const { amount, bonus } = topUp;
    await tell(db, topUp, ['invoice.paid', 'wallet.top_up_succeeded'], { amount, bonus }, now);
  });
}

/**
 * Gives a top-up up, after the provider's payment was canceled: the invoice is voided, and nothing is granted.
 * @param failure why, in a code
 */
export async function failTopUp(deps: ActivityDependencies, facts: TopUpFacts, failure: string): Promise<void> {
  const { now } = facts;
  await whileUnsettled(deps, facts, async (db, topUp) => {
    const { tenantId, invoiceId, price, walletId } = topUp;
    if (invoiceId === null) return;
    await record(db, {
      tenantId,
      now,
      subscription: null,
      invoiceChanges: [{ id: invoiceId, status: 'void', amountPaid: zero(price.currency) }],
      entries: [{ id: newId('le'), kind: 'void', source: invoiceId, postings: reversal(topUpPostings(price)) }],
    });
    await settleTopUp(db, topUp, failure, now);
    if (topUp.automatic) await haltAutomaticTopUps(db, tenantId, walletId);
    await tell(db, topUp, ['invoice.voided', 'wallet.top_up_failed'], { failure }, now);
  });
}
