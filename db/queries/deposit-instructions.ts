/** How settlements are paid: the number that was taken for each, and the instruction that its adapter made of it. */
import type { Queryable, Statement } from '../pool';
import { firstOf } from './row-values';

/** As the port of chains has it (adapters/chains/port.ts); kept as a document. */
export interface StoredInstruction {
  readonly asset: string;
  readonly amount: string;
  readonly address: string;
  readonly tag: string | null;
  readonly uri: string | null;
  readonly watch: string;
  /** The key's child that holds what is paid, where the chain ties by address. */
  readonly child?: number;
}

export interface SettlementInstruction {
  readonly settlementId: string;
  readonly tenantId: string;
  readonly chain: string;
  readonly keyId: string;
  /** The number that it was asked for with. */
  readonly child: number;
  readonly instruction: StoredInstruction | null;
}

interface Row {
  [column: string]: unknown;
  settlement_id: string;
  tenant_id: string;
  chain: string;
  key_id: string;
  child: number;
  instruction: StoredInstruction | null;
}

const columns = 'settlement_id, tenant_id, chain, key_id, child, instruction';

const fromRow = (row: Row): SettlementInstruction => ({
  settlementId: row.settlement_id,
  tenantId: row.tenant_id,
  chain: row.chain,
  keyId: row.key_id,
  child: row.child,
  instruction: row.instruction,
});

const ofSettlements: Statement = {
  name: 'deposit_instructions_of_settlements',
  text: `select ${columns} from deposit_instructions where tenant_id = $1 and settlement_id = any($2::text[])`,
};
// The number is taken and used up in one statement; two at once get two, and the second finds that the first has stored its own.
const take: Statement = {
  name: 'deposit_instructions_take',
  text: `with taken as (
      update signer_accounts set next_index = next_index + 1 where chain = $3 and key_id = $4 and child = 0 returning next_index - 1 as child
    )
    insert into deposit_instructions (settlement_id, tenant_id, chain, key_id, child, watch_until)
    select $1, $2, $3, $4, child, $5 from taken on conflict (settlement_id) do nothing`,
};
const store: Statement = {
  name: 'deposit_instructions_store',
  text: `update deposit_instructions set watch = $3, instruction = $4 where tenant_id = $1 and settlement_id = $2 and watch is null`,
};
const watched: Statement = {
  name: 'deposit_instructions_watched',
  text: `select ${columns} from deposit_instructions where chain = $1 and watch is not null and watch_until > now()`,
};

// One that a transaction of ours is under way for waits for its end.
const unswept: Statement = {
  name: 'deposit_instructions_unswept',
  text: `select i.settlement_id, i.tenant_id, i.chain, i.key_id, i.child, i.instruction
    from deposit_instructions i join settlements s on s.id = i.settlement_id
    where i.chain = $1 and s.status in ('settled', 'refunded', 'failed', 'expired')
      and exists (select from chain_deposits d where d.settlement_id = i.settlement_id and d.chain = $1 and d.status = 'final'
        and d.final_at > coalesce(i.swept_at, '-infinity'))
      and not exists (select from chain_transactions t where t.settlement_id = i.settlement_id
        and t.status in ('intended', 'signed', 'sent', 'landed'))
    order by i.settlement_id limit $2`,
};
const sweep: Statement = {
  name: 'deposit_instructions_sweep',
  text: `update deposit_instructions set swept_at = now() where settlement_id = $1`,
};

/** The instructions of some settlements. */
export async function instructionsOf(
  db: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<SettlementInstruction[]> {
  return (await db.query<Row>(ofSettlements, [tenantId, ids])).map(fromRow);
}

/** Takes the next number of a key for a settlement, unless it has one. Answers the one that it has. */
export async function takeDepositNumber(
  db: Queryable,
  wanted: { settlementId: string; tenantId: string; chain: string; keyId: string; watchUntil: number },
): Promise<SettlementInstruction | null> {
  const { settlementId, tenantId, chain, keyId, watchUntil } = wanted;
  const [known] = await instructionsOf(db, tenantId, [settlementId]);
  if (known !== undefined) return known;
  await db.query(take, [settlementId, tenantId, chain, keyId, new Date(watchUntil)]);
  return firstOf(await instructionsOf(db, tenantId, [settlementId]));
}

/** Keeps the instruction that an adapter made. */
export async function storeInstruction(
  db: Queryable,
  tenantId: string,
  settlementId: string,
  instruction: StoredInstruction,
): Promise<void> {
  await db.query(store, [tenantId, settlementId, instruction.watch, JSON.stringify(instruction)]);
}

/** Instructions of a chain at whose addresses something final lies that was not collected since, of settlements that are over. */
export async function unsweptInstructions(
  db: Queryable,
  chain: string,
  limit: number,
): Promise<SettlementInstruction[]> {
  return (await db.query<Row>(unswept, [chain, limit])).map(fromRow);
}

/** Notes that all that lay at an instruction's address was collected. */
export async function markSwept(db: Queryable, settlementId: string): Promise<void> {
  await db.query(sweep, [settlementId]);
}

/** What a chain is searched for. */
export async function watchedInstructions(db: Queryable, chain: string): Promise<SettlementInstruction[]> {
  return (await db.query<Row>(watched, [chain])).map(fromRow);
}
