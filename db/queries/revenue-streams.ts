/** Revenue streams: kinds of income with what they are to bring. */
import type { CycleRange, RevenueTarget } from '../../domain/revenue/target';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface RevenueStream {
  readonly id: string;
  readonly tenantId: string;
  readonly key: string;
  readonly name: string;
  readonly mechanism: string | null;
  readonly target: RevenueTarget | null;
  readonly perCycle: CycleRange | null;
  readonly recordedAt: number;
}

interface RevenueStreamRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  key: string;
  name: string;
  mechanism: string | null;
  target: RevenueTarget | null;
  per_cycle: CycleRange | null;
  recorded_at: Date;
}

const columns = 'id, tenant_id, key, name, mechanism, target, per_cycle, recorded_at';

const fromRow = (row: RevenueStreamRow): RevenueStream => ({
  id: row.id,
  tenantId: row.tenant_id,
  key: row.key,
  name: row.name,
  mechanism: row.mechanism,
  target: row.target,
  perCycle: row.per_cycle,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'revenue_streams_insert',
  text: `insert into revenue_streams (id, tenant_id, key, name, mechanism, target, per_cycle) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing`,
};
const byId: Statement = {
  name: 'revenue_streams_by_id',
  text: `select ${columns} from revenue_streams where tenant_id = $1 and id = $2`,
};
const update: Statement = {
  name: 'revenue_streams_update',
  text: `update revenue_streams set name = $3, mechanism = $4, target = $5, per_cycle = $6 where tenant_id = $1 and id = $2`,
};

const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

/** Writes a stream unless its id or its key is there already. */
export async function insertRevenueStream(db: Queryable, stream: Omit<RevenueStream, 'recordedAt'>): Promise<void> {
  const { id, tenantId, key, name, mechanism, target, perCycle } = stream;
  await db.query(insert, [id, tenantId, key, name, mechanism, json(target), json(perCycle)]);
}

/** Writes all of a stream but its key, which income accounts are named after. */
export async function updateRevenueStream(db: Queryable, stream: RevenueStream): Promise<void> {
  const { id, tenantId, name, mechanism, target, perCycle } = stream;
  await db.query(update, [tenantId, id, name, mechanism, json(target), json(perCycle)]);
}

/** A stream of a tenant, or null. */
export async function findRevenueStream(db: Queryable, tenantId: string, id: string): Promise<RevenueStream | null> {
  return firstOf((await db.query<RevenueStreamRow>(byId, [tenantId, id])).map(fromRow));
}

export const listRevenueStreams = pageReader<RevenueStreamRow, RevenueStream>({
  name: 'revenue_streams_page',
  select: columns,
  from: 'revenue_streams',
  id: 'id',
  tenant: 'tenant_id',
  filters: { key: 'key' },
  fromRow,
});
