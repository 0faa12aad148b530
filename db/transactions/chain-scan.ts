/** What a watcher reads before it searches a chain, and writes of what it found: rows, ledger and messages, in one transaction each. */
import { idFromFacts } from '../../domain/ids';
import type { Money } from '../../domain/money';
import { depositPostings, networkFeePostings } from '../../domain/settlement/postings';
import { settlementWorkflowId } from '../../domain/ids';
import { allTenants, type Database, type Queryable, type Statement } from '../pool';
import { findChainCursor } from '../queries/chain-cursors';
import { lockDeposit, putDeposit, unfinishedDeposits, withdrawDeposit, type Deposit } from '../queries/chain-deposits';
import { watchedInstructions, type SettlementInstruction } from '../queries/deposit-instructions';
import { insertImmediateSignal } from '../queries/outbox';
import { findSettlement } from '../queries/settlements';
import { openAccounts } from './ensure-accounts';
import { record } from './record';

export { markSwept, unsweptInstructions } from '../queries/deposit-instructions';
export { noteChainFault, putChainCursor } from '../queries/chain-cursors';
export { openTransactions } from '../queries/chain-transactions';
export type { Deposit, SettlementInstruction };

export interface WatchList {
  readonly watched: readonly SettlementInstruction[];
  readonly cursor: string | null;
  /** Seen before and not final then. */
  readonly unfinished: readonly Deposit[];
}

/** What a chain is searched for, and from where. */
export async function loadWatchList(db: Queryable, chain: string): Promise<WatchList> {
  const [watched, cursor, unfinished] = await Promise.all([
    watchedInstructions(db, chain),
    findChainCursor(db, chain),
    unfinishedDeposits(db, chain),
  ]);
  return { watched, cursor: cursor?.cursor ?? null, unfinished };
}

/** The name of the signal by which a settlement hears that its chain has news; it reads the rows. */
const newsSignal = 'chainNews';

// For lists only, until the next fact says what it is.
const show: Statement = {
  name: 'settlements_show_sight',
  text: `update settlements set status = $3 where tenant_id = $1 and id = $2 and status = $4`,
};

/** Tells a settlement's workflow that its rows changed, with the transaction that changes them. */
export async function tellSettlement(db: Queryable, tenantId: string, settlementId: string): Promise<void> {
  const workflowId = settlementWorkflowId(tenantId, settlementId);
  await insertImmediateSignal(db, { tenantId, workflowId, name: newsSignal, args: [] });
}

type Sight = Omit<Deposit, 'id' | 'countedIn'> & {
  /** What taking it in cost us, in the chain's coin, where a receiver pays; null: nothing. */
  readonly receiptCost: Money | null;
};

const told = ({ settlementId, chain, transactionId, index, amount }: Omit<Sight, 'receiptCost'>) => ({
  settlement_id: settlementId,
  chain,
  transaction_id: transactionId,
  index,
  amount: { amount: amount.amount, currency: amount.currency } satisfies Money,
});

async function book(db: Queryable, id: string, sight: Sight): Promise<void> {
  const { tenantId, settlementId, chain, amount, seenAt, status, receiptCost } = sight;
  const settlement = await findSettlement(db, tenantId, settlementId);
  const cost = receiptCost === null ? [] : networkFeePostings(chain, receiptCost);
  const postings = [...depositPostings(amount, settlement?.book ?? null), ...cost];
  const isFinal = status === 'final';
  const type = isFinal ? 'settlement.deposit_final' : 'settlement.deposit_seen';
  const entry = { id: idFromFacts('le', 'chain_deposit', id), kind: 'chain_deposit', source: id, postings };
  if (isFinal) await openAccounts(db, tenantId, postings);
  await record(db, {
    tenantId,
    now: seenAt,
    subscription: null,
    entries: isFinal ? [entry] : [],
    events: [{ id: idFromFacts('evt', id, type, sight.blockHash), type, data: { deposit_id: id, ...told(sight) } }],
  });
}

/**
 * Writes a deposit as the chain shows it now. One that became final is booked, and its settlement is told; one that is merely seen is shown.
 * Again changes nothing.
 */
export async function saveSight(database: Database, sight: Sight): Promise<void> {
  const { chain, transactionId, index, tenantId, settlementId, status } = sight;
  await database.transaction(allTenants, async (db) => {
    const known = await lockDeposit(db, sight);
    const isNews = known === null || known.status !== status;
    if (known?.status === 'final' || (!isNews && known.blockHash === sight.blockHash)) return;
    const id = known?.id ?? idFromFacts('dep', chain, transactionId, String(index));
    await putDeposit(db, { ...sight, id });
    if (!isNews) return;
    await book(db, id, sight);
    if (status === 'final') await tellSettlement(db, tenantId, settlementId);
    else await db.query(show, [tenantId, settlementId, 'confirming', 'awaiting_deposit']);
  });
}

/** Takes a deposit back that its chain does not show any more. */
export async function takeBack(database: Database, deposit: Deposit): Promise<void> {
  const { id, tenantId, settlementId, seenAt, blockHash } = deposit;
  await database.transaction(allTenants, async (db) => {
    if (!(await withdrawDeposit(db, id))) return;
    const type = 'settlement.deposit_withdrawn';
    const event = { id: idFromFacts('evt', id, type, blockHash), type, data: { deposit_id: id, ...told(deposit) } };
    await record(db, { tenantId, now: seenAt, subscription: null, events: [event] });
    await db.query(show, [tenantId, settlementId, 'awaiting_deposit', 'confirming']);
    await tellSettlement(db, tenantId, settlementId);
  });
}
