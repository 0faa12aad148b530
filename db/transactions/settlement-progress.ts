/**
 * What a settlement knows, and the one transaction that moves it: the fact with its place in the order, the row, the legs that it adds, the
 * deposits that it counts, postings, events and audit.
 */
import type { Posting } from '../../domain/ledger';
import type { SettlementFact } from '../../domain/settlement/facts';
import type { SettlementState } from '../../domain/settlement/state';
import { toIso, type Instant } from '../../domain/time';
import type { Database, Queryable, Statement } from '../pool';
import { countDeposits, depositsOfSettlements, type Deposit } from '../queries/chain-deposits';
import { instructionsOf } from '../queries/deposit-instructions';
import { insertLeg, legsOfSettlements, type Leg } from '../queries/settlement-legs';
import { findSettlement, moveSettlement, type Settlement } from '../queries/settlements';
import { firstOf } from '../queries/row-values';
import { openAccounts } from './ensure-accounts';
import { record, type AuditRow, type EntryRow, type EventRow } from './record';

export type { Deposit, Leg, Settlement };
export { postingsOfEntries } from '../queries/ledger-postings';
export { storeInstruction, takeDepositNumber } from '../queries/deposit-instructions';

export interface SettlementFacts {
  readonly settlement: Settlement;
  readonly legs: readonly Leg[];
  readonly deposits: readonly Deposit[];
}

/** All that the rows say of a settlement, or null. */
export async function loadSettlement(db: Queryable, tenantId: string, id: string): Promise<SettlementFacts | null> {
  const [settlement, legs, deposits] = await Promise.all([
    findSettlement(db, tenantId, id),
    legsOfSettlements(db, tenantId, [id]),
    depositsOfSettlements(db, tenantId, [id]),
  ]);
  return settlement === null ? null : { settlement, legs, deposits };
}

/** How a settlement is paid, or null before its address is known. */
export async function loadInstruction(db: Queryable, tenantId: string, id: string) {
  return firstOf(await instructionsOf(db, tenantId, [id]));
}

const insertFact: Statement = {
  name: 'settlement_facts_insert',
  text: `insert into settlement_facts (settlement_id, seq, tenant_id, fact, occurred_at) values ($1, $2, $3, $4, $5)`,
};
const factAt: Statement = {
  name: 'settlement_facts_at',
  text: `select fact from settlement_facts where tenant_id = $1 and settlement_id = $2 and seq = $3`,
};
// The command stands in the fact; a repetition is answered by it.
const commandFact: Statement = {
  name: 'settlement_command',
  text: `select outcome, result from audit_log where subject_id = $1 and command_id = $2`,
};

export interface SettlementMove {
  /** After the fact. */
  readonly state: SettlementState;
  readonly fact: SettlementFact;
  readonly now: Instant;
  readonly legs?: readonly Leg[];
  readonly counted?: readonly string[];
  readonly entries?: readonly EntryRow[];
  readonly events?: readonly EventRow[];
  readonly audit?: readonly AuditRow[];
}

const postingsOf = (entries: readonly EntryRow[]): Posting[] => entries.flatMap(({ postings }) => postings);

/**
 * Records the next fact of a settlement with all it changes.
 * @throws what Postgres says when the place is taken (a duplicate): then another fact stands there
 */
export async function recordSettlementFact(database: Database, move: SettlementMove): Promise<void> {
  const { state, fact, now, legs = [], counted = [], entries = [], events = [], audit = [] } = move;
  const { tenantId, settlementId, seq } = state;
  await database.transaction(tenantId, async (db) => {
    await db.query(insertFact, [settlementId, seq, tenantId, JSON.stringify(fact), toIso(now)]);
    await moveSettlement(db, state);
    for (const leg of legs) await insertLeg(db, leg);
    await countDeposits(db, tenantId, counted, seq);
    if (entries.length + events.length + audit.length === 0) return;
    await openAccounts(db, tenantId, postingsOf(entries));
    await record(db, { tenantId, now, subscription: null, entries, events, audit });
  });
}

/** The fact that has a place in the order, or null. */
export async function findSettlementFact(
  db: Queryable,
  { tenantId, settlementId }: Pick<SettlementState, 'tenantId' | 'settlementId'>,
  seq: number,
): Promise<SettlementFact | null> {
  const row = firstOf(await db.query<{ fact: SettlementFact }>(factAt, [tenantId, settlementId, seq]));
  return row?.fact ?? null;
}

/** True when a command was carried out before under its id. */
export async function isCommandKnown(db: Queryable, settlementId: string, commandId: string): Promise<boolean> {
  return (await db.query(commandFact, [settlementId, commandId])).length > 0;
}
