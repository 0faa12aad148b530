/**
 * How payouts leave: the intent, its place in the order under the lock of the sender's row, the signed bytes before anybody else sees them,
 * and what became of them. Every step can be repeated, by two workers at once.
 */
import { idFromFacts } from '../../domain/ids';
import type { Posting } from '../../domain/ledger';
import type { Instant } from '../../domain/time';
import { allTenants, type Database, type Queryable, type Statement } from '../pool';
import { insertPayout, markPaid, payoutsOf } from '../queries/chain-payouts';
import {
  finishTransaction,
  forgetNumber,
  giveOrder,
  insertChainTransaction,
  moveTransaction,
  noteFailure,
  openStatuses,
  transactionsOfAddress,
  triesOfLegs,
  type ChainTransaction,
  type ChainTransactionStatus,
  type LegTry,
} from '../queries/chain-transactions';
import { markSwept } from '../queries/deposit-instructions';
import { findLeg, type Leg } from '../queries/settlement-legs';
import { lockSignerAccount, raiseNextNumber } from '../queries/signer-accounts';
import { tellSettlement } from './chain-scan';
import { openAccounts } from './ensure-accounts';
import { record, type EntryRow } from './record';

export { findChainTransaction, storeSignedBytes, triesOfLegs } from '../queries/chain-transactions';
export { findSignerAccount, putSignerAccount, type SignerAccount } from '../queries/signer-accounts';
export type { ChainTransaction, Leg, LegTry };

const lockLeg: Statement = {
  name: 'settlement_legs_lock',
  text: `select id from settlement_legs where tenant_id = $1 and id = $2 for update`,
};

const countMoves: Statement = {
  name: 'chain_transactions_count_moves',
  text: `select count(*)::text as count from chain_transactions where settlement_id = $1 and purpose = $2`,
};

export const isOpen = ({ status }: ChainTransaction): boolean => openStatuses.includes(status);

/**
 * Intends to pay a leg, unless a try of it is paid or may still pay: the n-th try exists once, and a new one only after the one before it
 * can pay no more.
 */
export async function intendPayout(database: Database, leg: Leg, from: string): Promise<void> {
  const { tenantId, id: legId, chain } = leg;
  await database.transaction(tenantId, async (db) => {
    await db.query(lockLeg, [tenantId, legId]);
    const tries = await triesOfLegs(db, tenantId, [legId]);
    if (tries.some(({ isPaid, transaction }) => isPaid || isOpen(transaction))) return;
    const next = Math.max(0, ...tries.map((one) => one.try)) + 1;
    const id = idFromFacts('tx', legId, String(next));
    const place = { orderNumber: null, inputIds: [], replacesId: null };
    await insertChainTransaction(db, { ...payout, ...place, id, tenantId, chain, from });
    await insertPayout(db, { transactionId: id, position: 0, tenantId, legId, try: next });
  });
}

/** Of every transaction that pays legs. */
const payout = { purpose: 'payout', child: 0, moves: null, settlementId: null } as const;

/** Intends to get a stuck transaction out of the way by one that has its place in the order. Once. */
export async function intendReplacement(database: Database, stuck: ChainTransaction): Promise<void> {
  const id = idFromFacts('tx', 'replaces', stuck.id);
  const { tenantId, chain, from, orderNumber, inputIds, purpose, child, moves, settlementId } = stuck;
  await database.transaction(tenantId, async (db) => {
    const same = { tenantId, chain, from, orderNumber, inputIds, purpose, child, moves, settlementId };
    const intent = { ...same, id, replacesId: stuck.id };
    if (!(await insertChainTransaction(db, intent))) return;
    for (const payout of await payoutsOf(db, stuck.id)) await insertPayout(db, { ...payout, transactionId: id });
  });
}

/** What the next number follows, and what may be spent. */
export interface OrderWanted {
  readonly ordering: 'counter' | 'one_at_a_time' | 'inputs' | 'none';
  /** The next number by the chain; null where there is none. */
  readonly observed: number | null;
  /** Chooses among inputs that nobody reserved; null: they are too few. */
  readonly choose: (reserved: ReadonlySet<string>) => readonly string[] | null;
}

export type Allocation = { readonly kind: 'given'; readonly number: number | null } | { readonly kind: 'busy' };

const busy: Allocation = { kind: 'busy' };

async function giveNumber(
  db: Queryable,
  intent: ChainTransaction,
  others: readonly ChainTransaction[],
  next: number,
): Promise<Allocation> {
  // A gap blocks all later ones: a number that was given back goes out first.
  const [free] = others.filter(({ status, orderNumber }) => status === 'released' && orderNumber !== null);
  const number = free?.orderNumber ?? next;
  if (!(await giveOrder(db, intent.id, { number, inputIds: [] }))) return busy;
  if (free === undefined) await raiseNextNumber(db, intent.chain, intent.from, number + 1);
  else await forgetNumber(db, free.id);
  return { kind: 'given', number };
}

/** Takes the place in the order of an intent that has none, under the lock of its sender. */
export async function allocateOrder(
  database: Database,
  intent: ChainTransaction,
  { ordering, observed, choose }: OrderWanted,
): Promise<Allocation> {
  if (ordering === 'none') return { kind: 'given', number: null };
  return database.transaction(allTenants, async (db) => {
    const account = await lockSignerAccount(db, intent.chain, intent.from);
    if (account === null) return busy;
    const others = (await transactionsOfAddress(db, intent.chain, intent.from)).filter(({ id }) => id !== intent.id);
    if (ordering === 'counter') return giveNumber(db, intent, others, account.nextNumber);
    const underWay = others.filter(
      (other) =>
        isOpen(other) && (other.status !== 'intended' || other.orderNumber !== null || other.inputIds.length > 0),
    );
    if (ordering === 'one_at_a_time') {
      // Nothing is under way, so the chain's own number is the next, also after one that was never used.
      if (underWay.length > 0) return busy;
      return giveNumber(db, intent, [], observed ?? account.nextNumber);
    }
    const inputIds = choose(new Set(underWay.flatMap((other) => other.inputIds)));
    if (inputIds === null || !(await giveOrder(db, intent.id, { number: null, inputIds }))) return busy;
    return { kind: 'given', number: null };
  });
}

async function settlementsOf(db: Queryable, id: string): Promise<Leg[]> {
  const payouts = await payoutsOf(db, id);
  const legs = await Promise.all(payouts.map(({ tenantId, legId }) => findLeg(db, tenantId, legId)));
  return legs.flatMap((leg) => (leg === null ? [] : [leg]));
}

async function tellAll(db: Queryable, transactionId: string): Promise<void> {
  const legs = await settlementsOf(db, transactionId);
  const tenants = new Map(legs.map(({ settlementId, tenantId }) => [settlementId, tenantId]));
  for (const [settlementId, tenantId] of tenants) await tellSettlement(db, tenantId, settlementId);
}

/** Intends to move something within the engine's own addresses; the n-th time of its kind for a settlement, once. */
export async function intendMove(
  database: Database,
  intent: Pick<ChainTransaction, 'tenantId' | 'chain' | 'from' | 'child' | 'moves'> & {
    readonly purpose: 'fuel' | 'sweep';
    readonly settlementId: string;
  },
): Promise<void> {
  const { tenantId, settlementId, purpose } = intent;
  await database.transaction(tenantId, async (db) => {
    const rows = await db.query<{ count: string }>(countMoves, [settlementId, purpose]);
    const id = idFromFacts('tx', settlementId, purpose, rows[0]?.count ?? '0');
    await insertChainTransaction(db, { ...intent, id, orderNumber: null, inputIds: [], replacesId: null });
  });
}

/** The legs that a transaction pays, in the order of its payouts. */
export async function legsOfTransaction(db: Queryable, id: string): Promise<Leg[]> {
  return settlementsOf(db, id);
}

/** Moves a transaction from one of some statuses to another; its settlements are told when that matters to them. */
export async function moveChainTransaction(
  database: Database,
  id: string,
  change: {
    readonly from: readonly ChainTransactionStatus[];
    readonly to: ChainTransactionStatus;
    readonly failure?: string | null;
    readonly height?: number | null;
    readonly tells: boolean;
  },
): Promise<boolean> {
  return database.transaction(allTenants, async (db) => {
    const moved = await moveTransaction(db, id, change);
    if (moved && change.tells) await tellAll(db, id);
    return moved;
  });
}

/** Notes why an intent waits, or that it does not any more; its settlements are told of the change. */
export async function noteWaiting(database: Database, id: string, failure: string | null): Promise<void> {
  await database.transaction(allTenants, async (db) => {
    if (await noteFailure(db, id, failure)) await tellAll(db, id);
  });
}

export interface FinalTransaction {
  readonly transaction: ChainTransaction;
  /** Major units of the chain's coin. */
  readonly networkFee: string;
  readonly feePostings: readonly Posting[];
  /** Of each payout: what it moved in the ledger, or null when it did not pay. */
  readonly paid: readonly (readonly Posting[] | null)[];
  readonly failure: string | null;
  readonly height: number;
  readonly now: Instant;
}

/** Books a transaction that is final: the network's fee, and each payout that it made. Once. */
export async function finishChainTransaction(database: Database, final: FinalTransaction): Promise<void> {
  const { transaction, networkFee, feePostings, paid, failure, height, now } = final;
  const { id, tenantId } = transaction;
  await database.transaction(tenantId, async (db) => {
    if (!(await finishTransaction(db, id, { networkFee, failure, height }))) return;
    const payouts = await payoutsOf(db, id);
    const made = payouts.filter(({ position }) => paid[position] != null);
    const positions = made.map(({ position }) => position);
    await markPaid(db, id, positions);
    const entries: EntryRow[] = made.map(({ position, legId }) => ({
      id: idFromFacts('le', 'chain_payout', legId),
      kind: 'chain_payout',
      source: legId,
      postings: paid[position] ?? [],
    }));
    const fee = { id: idFromFacts('le', 'network_fee', id), kind: 'network_fee', source: id, postings: feePostings };
    const all = feePostings.length === 0 ? entries : [...entries, fee];
    await openAccounts(
      db,
      tenantId,
      all.flatMap(({ postings }) => postings),
    );
    if (all.length > 0) await record(db, { tenantId, now, subscription: null, entries: all });
    if (transaction.purpose === 'sweep' && failure === null) await markSwept(db, transaction.settlementId ?? '');
    await tellAll(db, id);
  });
}
