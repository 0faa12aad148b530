/**
 * Takes transfers in: quotes the fee of each with the volume of its payer's month, by the code that quotes, and opens a settlement for it, adds
 * it up with others of its payer, or collects those that have added up with it.
 */
import type { Queryable } from '../db/pool';
import { versionsOfFeeSchedules } from '../db/queries/fee-schedule-versions';
import { findFeeSchedule } from '../db/queries/fee-schedules';
import type { SettlementFee } from '../db/queries/settlements';
import {
  accruedTransfers,
  batchTransfers,
  findTransferByReference,
  insertTransfer,
  lockPayerTransfers,
  volumeOfPayer,
  type Transfer,
  type TransferQuestion,
} from '../db/queries/transfers';
import { fail, type FieldError } from '../domain/errors';
import { isCollectable, quoteFee } from '../domain/fees/quote-fee';
import type { FeeTerms } from '../domain/fees/terms';
import { idFromFacts } from '../domain/ids';
import { equals, isCurrency, isZero, type Money, roundRatio, sum } from '../domain/money';
import { monthOf, monthStart } from '../domain/recognition/month';
import type { SettlementState } from '../domain/settlement/state';
import { tenantOf, type ApiContext } from './context';
import { prepareSettlement, startWritten, writeSettlement } from './create-settlement';
import type { ApiDependencies } from './dependencies';
import { instantOf } from './fields';
import { foundOr422 } from './found';
import type { TransferBody, TransfersBody } from './resources/transfer';

type How = NonNullable<TransfersBody['settle']>;

const faulty = (...fields: FieldError[]): never => fail('validation_failed', {}, { fields });

interface Intake {
  readonly deps: ApiDependencies;
  readonly tenantId: string;
  readonly body: TransferBody;
  readonly how: How | undefined;
}

/** What the schedule in force asks for. */
async function quoteOf(
  db: Queryable,
  { tenantId, body }: Intake,
  volume: string,
): Promise<{ terms: FeeTerms; quote: SettlementFee; question: TransferQuestion }> {
  const { fee_schedule_id: id, value, rate = null, multipliers, costs } = body;
  const schedule = foundOr422(await findFeeSchedule(db, tenantId, id), 'fee_schedule_id', 'fee schedule');
  const version = schedule.currentVersion;
  const versions = await versionsOfFeeSchedules(db, tenantId, [id]);
  const { terms } = foundOr422(versions.find((one) => one.version === version) ?? null, 'fee_schedule_id', 'version');
  const question = { rate, multipliers, costs, volume };
  return { terms, question, quote: { ...quoteFee(terms, { ...question, value }), feeScheduleId: id, version } };
}

/** What is asked for on the chain: the fee itself, or its worth in another asset, rounded up to the base unit. */
function collectedAmount(fee: Money, { asset, book }: How): Money {
  if (asset === undefined || asset === fee.currency) return fee;
  if (!isCurrency(asset))
    return faulty({ path: 'settle.asset', message: 'is not an asset of a chain that is configured' });
  if (book?.currency !== fee.currency)
    return faulty({ path: 'settle.book', message: `must give a rate in ${fee.currency}, the currency of the fee` });
  return roundRatio(fee.amount, asset, '1', book.rate, 'up');
}

/** Opens a settlement of a fee that is enough, with what had added up before. */
async function collect(
  db: Queryable,
  { deps, tenantId, body, how }: Intake & { readonly how: How },
  transferId: string,
  total: Money,
  quote: SettlementFee,
): Promise<SettlementState> {
  const { asset: _asset, ...options } = how;
  const amount = collectedAmount(total, how);
  const { payer, reference } = body;
  const request = { ...options, amount, payer, description: `Fee of ${reference}` };
  const id = idFromFacts('stl', transferId);
  const prepared = await prepareSettlement(db, deps, tenantId, { id, body: request, fee: quote });
  await writeSettlement(db, prepared);
  return prepared.settlement.state;
}

/** The same reference must name the same transfer. */
function known(transfer: Transfer, { body }: Intake): Transfer {
  const { reference, payer, fee_schedule_id: id, value } = body;
  const isSame = transfer.payer === payer && transfer.feeScheduleId === id && equals(transfer.value, value);
  return isSame ? transfer : fail('transfer_conflict', { reference });
}

interface TakenIn {
  readonly transfer: Transfer;
  readonly started: SettlementState | null;
}

async function takeIn(db: Queryable, intake: Intake): Promise<TakenIn> {
  const { deps, tenantId, body, how } = intake;
  const { reference, payer, fee_schedule_id: feeScheduleId, value } = body;
  await lockPayerTransfers(db, tenantId, payer);
  const before = await findTransferByReference(db, tenantId, reference);
  if (before !== null) return { transfer: known(before, intake), started: null };
  const occurredAt = body.occurred_at === undefined ? deps.wallClock() : instantOf(body.occurred_at);
  const ofPayer = { tenantId, payer, currency: value.currency };
  const volume = await volumeOfPayer(db, ofPayer, monthStart(monthOf(occurredAt)), occurredAt);
  const { terms, quote, question } = await quoteOf(db, intake, volume);
  const id = idFromFacts('trf', tenantId, reference);
  const waiting = await accruedTransfers(db, { ...ofPayer, feeScheduleId });
  const total = sum([...waiting.map(({ fee }) => fee), quote.fee], quote.fee.currency);
  const isDue = how !== undefined && !isZero(quote.fee) && isCollectable(terms, total);
  const started = isDue ? await collect(db, { ...intake, how }, id, total, quote) : null;
  const settlementId = started?.settlementId ?? null;
  const disposition = isZero(quote.fee) ? 'free' : isDue ? 'settled' : 'accrued';
  const transfer: Transfer = {
    ...{ id, tenantId, reference, payer, feeScheduleId, feeScheduleVersion: quote.version, value, fee: quote.fee },
    ...{ question, quote, disposition, settlementId, occurredAt },
  };
  await insertTransfer(db, transfer);
  if (settlementId !== null) {
    const ids = waiting.map((one) => one.id);
    await batchTransfers(db, tenantId, ids, settlementId);
  }
  return { transfer, started };
}

/**
 * Takes transfers in, in their order, each in a transaction of its own: one that is refused stops those after it, and a repetition finds those
 * before it.
 * @throws PerennialError `validation_failed` with the place of the transfer, `transfer_conflict`, `temporal_unavailable`
 */
export async function takeTransfersIn(c: ApiContext, deps: ApiDependencies, body: TransfersBody): Promise<Transfer[]> {
  const { tenantId } = tenantOf(c);
  const taken: TakenIn[] = [];
  for (const one of body.transfers) {
    const intake = { deps, tenantId, body: one, how: body.settle };
    taken.push(await deps.database.transaction(tenantId, (db) => takeIn(db, intake)));
  }
  for (const { started } of taken) if (started !== null) await startWritten(deps, started);
  return taken.map(({ transfer }) => transfer);
}
