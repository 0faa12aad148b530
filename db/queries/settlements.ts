/** Settlements: fees that are collected on a chain and paid out to whom they belong. */
import type { FeeQuote } from '../../domain/fees/quote-fee';
import { money, type Money } from '../../domain/money';
import type { BookRate } from '../../domain/settlement/postings';
import { statusOf, type SettlementState, type SettlementStatus } from '../../domain/settlement/state';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

/** How a fee was computed, as the quote answered. */
export interface SettlementFee extends FeeQuote {
  readonly feeScheduleId: string;
  readonly version: number;
}

export interface Settlement {
  readonly id: string;
  readonly tenantId: string;
  readonly customerId: string | null;
  readonly payer: string | null;
  readonly description: string;
  readonly chain: string;
  /** What is asked for. */
  readonly amount: Money;
  readonly stream: string;
  readonly book: BookRate | null;
  readonly fee: SettlementFee | null;
  readonly refundAddress: string | null;
  /** As the chain shows it: `confirming` once a payment is seen. */
  readonly status: SettlementStatus;
  readonly state: SettlementState;
  readonly metadata: Readonly<Record<string, string>>;
  readonly occurredAt: number;
}

interface Row {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  customer_id: string | null;
  payer: string | null;
  description: string;
  chain: string;
  asset: string;
  amount: string;
  stream: string;
  book_currency: string | null;
  book_rate: string | null;
  fee: SettlementFee | null;
  refund_address: string | null;
  status: SettlementStatus;
  state: SettlementState;
  metadata: Record<string, string>;
  occurred_at: Date;
}

const columns = `id, tenant_id, customer_id, payer, description, chain, asset, amount, stream, book_currency, book_rate, fee, refund_address, status,
  state, metadata, occurred_at`;

const bookOf = (currency: string | null, rate: string | null): BookRate | null =>
  currency === null || rate === null ? null : { currency, rate };

const fromRow = (row: Row): Settlement => ({
  id: row.id,
  tenantId: row.tenant_id,
  customerId: row.customer_id,
  payer: row.payer,
  description: row.description,
  chain: row.chain,
  amount: money(row.amount, row.asset),
  stream: row.stream,
  book: bookOf(row.book_currency, row.book_rate),
  fee: row.fee,
  refundAddress: row.refund_address,
  status: row.status,
  state: row.state,
  metadata: row.metadata,
  occurredAt: row.occurred_at.getTime(),
});

const insert: Statement = {
  name: 'settlements_insert',
  text: `insert into settlements (id, tenant_id, customer_id, payer, description, chain, asset, amount, stream, book_currency, book_rate, fee,
      refund_address, status, state, seq, due_at, metadata, occurred_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
};
const byId: Statement = {
  name: 'settlements_by_id',
  text: `select ${columns} from settlements where tenant_id = $1 and id = $2`,
};
// The row moves with the fact that was recorded just before it, in the same transaction.
const move: Statement = {
  name: 'settlements_move',
  text: `update settlements set state = $3, status = $4, seq = $5 where tenant_id = $1 and id = $2 and seq = $5 - 1 returning id`,
};

export type NewSettlement = Omit<Settlement, 'status'>;

/** Writes a settlement as it begins. */
export async function insertSettlement(db: Queryable, settlement: NewSettlement): Promise<void> {
  const { id, tenantId, customerId, payer, description, chain, amount, stream, book, fee } = settlement;
  const { refundAddress, state, metadata, occurredAt } = settlement;
  await db.query(insert, [
    ...[id, tenantId, customerId, payer, description, chain, amount.currency, amount.amount, stream],
    ...[book?.currency ?? null, book?.rate ?? null, fee === null ? null : JSON.stringify(fee), refundAddress],
    ...[statusOf(state), JSON.stringify(state), state.seq, new Date(state.terms.deadline)],
    ...[JSON.stringify(metadata), new Date(occurredAt)],
  ]);
}

/** A settlement of a tenant, or null. */
export async function findSettlement(db: Queryable, tenantId: string, id: string): Promise<Settlement | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

/** Moves the row to the state after the next fact; false when another fact came between. */
export async function moveSettlement(db: Queryable, state: SettlementState): Promise<boolean> {
  const { tenantId, settlementId, seq } = state;
  const moved = await db.query(move, [tenantId, settlementId, JSON.stringify(state), statusOf(state), seq]);
  return moved.length > 0;
}

const states: Statement = {
  name: 'settlements_states',
  text: `select state from settlements where tenant_id = $1 and id = any($2::text[])`,
};

/** The states of some settlements, by id. */
export async function statesOfSettlements(
  db: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SettlementState>> {
  const rows = await db.query<{ state: SettlementState }>(states, [tenantId, ids]);
  return new Map(rows.map(({ state }) => [state.settlementId, state]));
}

export const listSettlements = pageReader<Row, Settlement>({
  name: 'settlements_page',
  select: columns,
  from: 'settlements',
  id: 'id',
  tenant: 'tenant_id',
  filters: { status: 'status', payer: 'payer', chain: 'chain', customerId: 'customer_id' },
  fromRow,
});
