/** Transactions of ours on chains: intents, signed bytes, and what became of them. */
import type { Queryable, Statement } from '../pool';
import { firstOf, instantOrNull } from './row-values';

export type ChainTransactionStatus = 'intended' | 'released' | 'signed' | 'sent' | 'landed' | 'final' | 'dead';

/** Statuses in which a transaction may still pay. */
export const openStatuses: readonly ChainTransactionStatus[] = ['intended', 'signed', 'sent', 'landed'];

/** `fuel`: coin for the network fee of a sweep; `sweep`: what was paid, to the main address. */
export type TransactionPurpose = 'payout' | 'fuel' | 'sweep';

/** In base units, as the chain is asked. */
export interface StoredMove {
  readonly to: string;
  readonly asset: string;
  readonly amount: string;
}

export interface ChainTransaction {
  readonly id: string;
  readonly tenantId: string;
  readonly chain: string;
  readonly from: string;
  readonly orderNumber: number | null;
  readonly inputIds: readonly string[];
  readonly status: ChainTransactionStatus;
  readonly purpose: TransactionPurpose;
  /** Which address of the key sends; 0: the main one. */
  readonly child: number;
  /** Of fuel and sweeps, which have no legs: what the chain is asked for. */
  readonly moves: readonly StoredMove[] | null;
  /** Of fuel and sweeps: whose deposit is collected. */
  readonly settlementId: string | null;
  /** The one that it gets out of the way. */
  readonly replacesId: string | null;
  readonly transactionId: string | null;
  /** What the adapter signed: a document of its own. */
  readonly signed: unknown;
  readonly failure: string | null;
  readonly networkFee: string | null;
  readonly sentAt: number | null;
  readonly finalAt: number | null;
}

interface Row {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  chain: string;
  from_address: string;
  order_number: string | null;
  input_ids: string[];
  status: ChainTransactionStatus;
  purpose: TransactionPurpose;
  child: number;
  moves: StoredMove[] | null;
  settlement_id: string | null;
  replaces_id: string | null;
  transaction_id: string | null;
  signed: unknown;
  failure: string | null;
  network_fee: string | null;
  sent_at: Date | null;
  final_at: Date | null;
}

const columns = `t.id, t.tenant_id, t.chain, t.from_address, t.order_number, t.input_ids, t.status, t.replaces_id, t.transaction_id, t.signed,
  t.purpose, t.child, t.moves, t.settlement_id, t.failure, t.network_fee, t.sent_at, t.final_at`;

const fromRow = (row: Row): ChainTransaction => ({
  id: row.id,
  tenantId: row.tenant_id,
  chain: row.chain,
  from: row.from_address,
  orderNumber: row.order_number === null ? null : Number(row.order_number),
  inputIds: row.input_ids,
  status: row.status,
  purpose: row.purpose,
  child: row.child,
  moves: row.moves,
  settlementId: row.settlement_id,
  replacesId: row.replaces_id,
  transactionId: row.transaction_id,
  signed: row.signed,
  failure: row.failure,
  networkFee: row.network_fee,
  sentAt: instantOrNull(row.sent_at),
  finalAt: instantOrNull(row.final_at),
});

const insert: Statement = {
  name: 'chain_transactions_insert',
  text: `insert into chain_transactions (id, tenant_id, chain, from_address, order_number, input_ids, status, replaces_id, purpose, child, moves,
      settlement_id) values ($1, $2, $3, $4, $5, $6, 'intended', $7, $8, $9, $10, $11) on conflict do nothing returning id`,
};
const byId: Statement = {
  name: 'chain_transactions_by_id',
  text: `select ${columns} from chain_transactions t where t.id = $1`,
};
const ofLegs: Statement = {
  name: 'chain_transactions_of_legs',
  text: `select ${columns}, p.leg_id, p.try, p.is_paid, p.position from chain_payouts p join chain_transactions t on t.id = p.transaction_id
    where p.tenant_id = $1 and p.leg_id = any($2::text[]) order by p.leg_id, p.try, t.id`,
};
const open: Statement = {
  name: 'chain_transactions_open',
  text: `select ${columns} from chain_transactions t where t.chain = $1 and t.status in ('intended', 'signed', 'sent', 'landed')
    order by t.order_number nulls last, t.id limit $2`,
};
const openOfAddress: Statement = {
  name: 'chain_transactions_open_of_address',
  text: `select ${columns} from chain_transactions t where t.chain = $1 and t.from_address = $2
    and t.status in ('intended', 'released', 'signed', 'sent', 'landed') order by t.order_number nulls last, t.id`,
};
const give: Statement = {
  name: 'chain_transactions_give_order',
  text: `update chain_transactions set order_number = $2, input_ids = $3 where id = $1 and status = 'intended' and order_number is null returning id`,
};
const forget: Statement = {
  name: 'chain_transactions_forget_number',
  text: `update chain_transactions set order_number = null where id = $1 and status = 'released'`,
};
const storeSigned: Statement = {
  name: 'chain_transactions_store_signed',
  text: `update chain_transactions set status = 'signed', transaction_id = $2, signed = $3 where id = $1 and status = 'intended' returning id`,
};
const moveTo: Statement = {
  name: 'chain_transactions_move',
  text: `update chain_transactions set status = $2, failure = $3, height = $4, sent_at = case when $2 = 'sent' then now() else sent_at end
    where id = $1 and status = any($5::text[]) returning id`,
};
const finish: Statement = {
  name: 'chain_transactions_finish',
  text: `update chain_transactions set status = 'final', final_at = now(), network_fee = $2, failure = $3, height = $4
    where id = $1 and status in ('signed', 'sent', 'landed', 'dead') returning id`,
};
const note: Statement = {
  name: 'chain_transactions_note',
  text: `update chain_transactions set failure = $2 where id = $1 and failure is distinct from $2 returning id`,
};

export type NewChainTransaction = Pick<
  ChainTransaction,
  | 'id'
  | 'tenantId'
  | 'chain'
  | 'from'
  | 'orderNumber'
  | 'inputIds'
  | 'replacesId'
  | 'purpose'
  | 'child'
  | 'moves'
  | 'settlementId'
>;

/** Writes an intent; false when it is there, or when another one replaces the same transaction already. */
export async function insertChainTransaction(db: Queryable, intent: NewChainTransaction): Promise<boolean> {
  const { id, tenantId, chain, from, orderNumber, inputIds, replacesId } = intent;
  const { purpose, child, moves, settlementId } = intent;
  const written = moves === null ? null : JSON.stringify(moves);
  const order = [id, tenantId, chain, from, orderNumber, inputIds, replacesId];
  return (await db.query(insert, [...order, purpose, child, written, settlementId])).length > 0;
}

/** A transaction, or null. */
export async function findChainTransaction(db: Queryable, id: string): Promise<ChainTransaction | null> {
  return firstOf((await db.query<Row>(byId, [id])).map(fromRow));
}

/** One try to pay a leg. */
export interface LegTry {
  readonly legId: string;
  readonly try: number;
  readonly isPaid: boolean;
  readonly transaction: ChainTransaction;
}

/** The tries of some legs, oldest first. */
export async function triesOfLegs(db: Queryable, tenantId: string, legIds: readonly string[]): Promise<LegTry[]> {
  type TryRow = Row & { leg_id: string; try: number; is_paid: boolean };
  const rows = await db.query<TryRow>(ofLegs, [tenantId, legIds]);
  return rows.map((row) => ({ legId: row.leg_id, try: row.try, isPaid: row.is_paid, transaction: fromRow(row) }));
}

/** Transactions of a chain that may still pay, in the order of their numbers. */
export async function openTransactions(db: Queryable, chain: string, limit: number): Promise<ChainTransaction[]> {
  return (await db.query<Row>(open, [chain, limit])).map(fromRow);
}

/** The open and the released ones of an address, in the order of their numbers. */
export async function transactionsOfAddress(db: Queryable, chain: string, from: string): Promise<ChainTransaction[]> {
  return (await db.query<Row>(openOfAddress, [chain, from])).map(fromRow);
}

/** Gives an intent its place in the order; false when it has one. */
export async function giveOrder(
  db: Queryable,
  id: string,
  order: { readonly number: number | null; readonly inputIds: readonly string[] },
): Promise<boolean> {
  return (await db.query(give, [id, order.number, order.inputIds])).length > 0;
}

/** A released transaction hands its number on. */
export async function forgetNumber(db: Queryable, id: string): Promise<void> {
  await db.query(forget, [id]);
}

/** Keeps signed bytes before anybody else sees them; false when others stand there already. */
export async function storeSignedBytes(db: Queryable, id: string, signed: { readonly id: string }): Promise<boolean> {
  return (await db.query(storeSigned, [id, signed.id, JSON.stringify(signed)])).length > 0;
}

/** Moves a transaction from one of some statuses to another; false when it is in none of them. */
export async function moveTransaction(
  db: Queryable,
  id: string,
  change: {
    readonly from: readonly ChainTransactionStatus[];
    readonly to: ChainTransactionStatus;
    readonly failure?: string | null;
    readonly height?: number | null;
  },
): Promise<boolean> {
  const { from, to, failure = null, height = null } = change;
  return (await db.query(moveTo, [id, to, failure, height, from])).length > 0;
}

/** Marks a transaction as final; false when it is. @param networkFee major units of the chain's coin */
export async function finishTransaction(
  db: Queryable,
  id: string,
  facts: { readonly networkFee: string; readonly failure: string | null; readonly height: number },
): Promise<boolean> {
  return (await db.query(finish, [id, facts.networkFee, facts.failure, facts.height])).length > 0;
}

/** Notes why an intent cannot be sent now; false when that is known. */
export async function noteFailure(db: Queryable, id: string, failure: string | null): Promise<boolean> {
  return (await db.query(note, [id, failure])).length > 0;
}
