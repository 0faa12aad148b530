/** Legs: what a settlement pays out, to whom and where. */
import { money, type Money } from '../../domain/money';
import type { LegKind } from '../../domain/settlement/state';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface Leg {
  readonly id: string;
  readonly tenantId: string;
  readonly settlementId: string;
  readonly position: number;
  readonly kind: LegKind;
  readonly party: string;
  readonly chain: string;
  /** What is paid. */
  readonly amount: Money;
  /** What that is of the asset that was collected. */
  readonly source: Money;
  /** What one major unit of the leg's own asset is worth in the books; null: as much as its source. */
  readonly bookRate: string | null;
  readonly destination: string;
  readonly tag: string | null;
}

interface Row {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  settlement_id: string;
  position: number;
  kind: LegKind;
  party: string;
  chain: string;
  asset: string;
  amount: string;
  source_asset: string;
  source_amount: string;
  book_rate: string | null;
  destination: string;
  tag: string | null;
}

const columns = `l.id, l.tenant_id, l.settlement_id, l.position, l.kind, l.party, l.chain, l.asset, l.amount, s.asset as source_asset,
  l.source_amount, l.book_rate, l.destination, l.tag`;
const from = 'settlement_legs l join settlements s on s.id = l.settlement_id';

const fromRow = (row: Row): Leg => ({
  id: row.id,
  tenantId: row.tenant_id,
  settlementId: row.settlement_id,
  position: row.position,
  kind: row.kind,
  party: row.party,
  chain: row.chain,
  amount: money(row.amount, row.asset),
  source: money(row.source_amount, row.source_asset),
  bookRate: row.book_rate,
  destination: row.destination,
  tag: row.tag,
});

const insert: Statement = {
  name: 'settlement_legs_insert',
  text: `insert into settlement_legs (id, tenant_id, settlement_id, position, kind, party, chain, asset, amount, source_amount, book_rate,
      destination, tag) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
};
const ofSettlements: Statement = {
  name: 'settlement_legs_of_settlements',
  text: `select ${columns} from ${from} where l.tenant_id = $1 and l.settlement_id = any($2::text[]) order by l.settlement_id, l.position`,
};
const byId: Statement = {
  name: 'settlement_legs_by_id',
  text: `select ${columns} from ${from} where l.tenant_id = $1 and l.id = $2`,
};

/** Writes a leg. */
export async function insertLeg(db: Queryable, leg: Leg): Promise<void> {
  const { id, tenantId, settlementId, position, kind, party, chain, amount, source, bookRate, destination, tag } = leg;
  await db.query(insert, [
    ...[id, tenantId, settlementId, position, kind, party, chain, amount.currency, amount.amount],
    ...[source.amount, bookRate, destination, tag],
  ]);
}

/** The legs of some settlements, each in order. */
export async function legsOfSettlements(db: Queryable, tenantId: string, ids: readonly string[]): Promise<Leg[]> {
  return (await db.query<Row>(ofSettlements, [tenantId, ids])).map(fromRow);
}

/** A leg of a tenant, or null. */
export async function findLeg(db: Queryable, tenantId: string, id: string): Promise<Leg | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

export const listLegs = pageReader<Row, Leg>({
  name: 'settlement_legs_page',
  select: columns,
  from,
  id: 'l.id',
  tenant: 'l.tenant_id',
  filters: { settlementId: 'l.settlement_id', chain: 'l.chain', party: 'l.party', kind: 'l.kind' },
  fromRow,
});
