/** Transfers: transactions of a tenant's own business that fees are taken of. */
import type { SettlementFee } from './settlements';
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export type TransferDisposition = 'settled' | 'accrued' | 'batched' | 'free';

/** What was asked, as the tenant sent it: a repetition must be the same. */
export interface TransferQuestion {
  readonly rate: string | null;
  readonly multipliers: readonly string[];
  readonly costs: Readonly<Record<string, string>>;
  /** Of the payer's month before this one. */
  readonly volume: string;
}

export interface Transfer {
  readonly id: string;
  readonly tenantId: string;
  readonly reference: string;
  readonly payer: string;
  readonly feeScheduleId: string;
  readonly feeScheduleVersion: number;
  readonly value: Money;
  readonly fee: Money;
  readonly question: TransferQuestion;
  readonly quote: SettlementFee;
  readonly disposition: TransferDisposition;
  readonly settlementId: string | null;
  readonly occurredAt: number;
}

interface Row {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  reference: string;
  payer: string;
  fee_schedule_id: string;
  fee_schedule_version: number;
  value_amount: string;
  currency: string;
  fee_amount: string;
  quote: { question: TransferQuestion; answer: SettlementFee };
  disposition: TransferDisposition;
  settlement_id: string | null;
  occurred_at: Date;
}

const columns = `id, tenant_id, reference, payer, fee_schedule_id, fee_schedule_version, value_amount, currency, fee_amount, quote, disposition,
  settlement_id, occurred_at`;

const fromRow = (row: Row): Transfer => ({
  id: row.id,
  tenantId: row.tenant_id,
  reference: row.reference,
  payer: row.payer,
  feeScheduleId: row.fee_schedule_id,
  feeScheduleVersion: row.fee_schedule_version,
  value: money(row.value_amount, row.currency),
  fee: money(row.fee_amount, row.currency),
  question: row.quote.question,
  quote: row.quote.answer,
  disposition: row.disposition,
  settlementId: row.settlement_id,
  occurredAt: row.occurred_at.getTime(),
});

const insert: Statement = {
  name: 'transfers_insert',
  text: `insert into transfers (id, tenant_id, reference, payer, fee_schedule_id, fee_schedule_version, value_amount, currency, fee_amount, quote,
      disposition, settlement_id, occurred_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
};
const byReference: Statement = {
  name: 'transfers_by_reference',
  text: `select ${columns} from transfers where tenant_id = $1 and reference = $2`,
};
const byId: Statement = {
  name: 'transfers_by_id',
  text: `select ${columns} from transfers where tenant_id = $1 and id = $2`,
};
// Before an instant, so that each transfer's discount follows from those that came earlier, in whatever order they are told.
const volume: Statement = {
  name: 'transfers_volume',
  text: `select coalesce(sum(value_amount), 0)::text as volume from transfers
    where tenant_id = $1 and payer = $2 and currency = $3 and occurred_at >= $4 and occurred_at < $5`,
};
const accrued: Statement = {
  name: 'transfers_accrued',
  text: `select ${columns} from transfers where tenant_id = $1 and payer = $2 and fee_schedule_id = $3 and currency = $4
    and disposition = 'accrued' order by id for update`,
};
const batch: Statement = {
  name: 'transfers_batch',
  text: `update transfers set disposition = 'batched', settlement_id = $3 where tenant_id = $1 and id = any($2::text[]) and disposition = 'accrued'`,
};
const lockPayer: Statement = {
  name: 'transfers_lock_payer',
  text: `select pg_advisory_xact_lock(hashtextextended('transfers ' || $1 || ' ' || $2, 0))`,
};

/** One payer's transfers are taken in one after the other, until the transaction ends: each sees the volume of those before it. */
export async function lockPayerTransfers(db: Queryable, tenantId: string, payer: string): Promise<void> {
  await db.query(lockPayer, [tenantId, payer]);
}

/** Writes a transfer. */
export async function insertTransfer(db: Queryable, transfer: Transfer): Promise<void> {
  const { id, tenantId, reference, payer, feeScheduleId, feeScheduleVersion, value, fee } = transfer;
  const { question, quote, disposition, settlementId, occurredAt } = transfer;
  await db.query(insert, [
    ...[id, tenantId, reference, payer, feeScheduleId, feeScheduleVersion, value.amount, value.currency, fee.amount],
    ...[JSON.stringify({ question, answer: quote }), disposition, settlementId, new Date(occurredAt)],
  ]);
}

/** The transfer of a reference, or null. */
export async function findTransferByReference(db: Queryable, tenantId: string, reference: string) {
  return firstOf((await db.query<Row>(byReference, [tenantId, reference])).map(fromRow));
}

/** A transfer of a tenant, or null. */
export async function findTransfer(db: Queryable, tenantId: string, id: string): Promise<Transfer | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

/** What a payer's transfers were worth from an instant on and before another. */
export async function volumeOfPayer(
  db: Queryable,
  { tenantId, payer, currency }: { tenantId: string; payer: string; currency: string },
  from: number,
  before: number,
): Promise<string> {
  const rows = await db.query<{ volume: string }>(volume, [
    tenantId,
    payer,
    currency,
    new Date(from),
    new Date(before),
  ]);
  return rows[0]?.volume ?? '0';
}

/** Transfers of a payer whose fees wait to be collected together, locked until the transaction ends. */
export async function accruedTransfers(
  db: Queryable,
  of: { tenantId: string; payer: string; feeScheduleId: string; currency: string },
): Promise<Transfer[]> {
  return (await db.query<Row>(accrued, [of.tenantId, of.payer, of.feeScheduleId, of.currency])).map(fromRow);
}

/** Puts accrued fees into a settlement. */
export async function batchTransfers(db: Queryable, tenantId: string, ids: readonly string[], settlementId: string) {
  if (ids.length > 0) await db.query(batch, [tenantId, ids, settlementId]);
}

export const listTransfers = pageReader<Row, Transfer>({
  name: 'transfers_page',
  select: columns,
  from: 'transfers',
  id: 'id',
  tenant: 'tenant_id',
  filters: {
    payer: 'payer',
    disposition: 'disposition',
    feeScheduleId: 'fee_schedule_id',
    settlementId: 'settlement_id',
  },
  fromRow,
});
