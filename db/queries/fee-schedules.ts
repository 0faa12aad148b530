/** Fee schedules: a name for a line of versions. */
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface FeeSchedule {
  readonly id: string;
  readonly tenantId: string;
  readonly code: string;
  readonly name: string;
  readonly currentVersion: number;
  readonly recordedAt: number;
}

interface FeeScheduleRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  code: string;
  name: string;
  current_version: number;
  recorded_at: Date;
}

const columns = 'id, tenant_id, code, name, current_version, recorded_at';

const fromRow = (row: FeeScheduleRow): FeeSchedule => ({
  id: row.id,
  tenantId: row.tenant_id,
  code: row.code,
  name: row.name,
  currentVersion: row.current_version,
  recordedAt: row.recorded_at.getTime(),
});

// The code is unique per tenant: whoever comes second with another id gets no row.
const insert: Statement = {
  name: 'fee_schedules_insert',
  text: `insert into fee_schedules (id, tenant_id, code, name, current_version) values ($1, $2, $3, $4, 1) on conflict do nothing`,
};
const byId: Statement = {
  name: 'fee_schedules_by_id',
  text: `select ${columns} from fee_schedules where tenant_id = $1 and id = $2`,
};
const lock: Statement = {
  name: 'fee_schedules_lock',
  text: `select ${columns} from fee_schedules where tenant_id = $1 and id = $2 for update`,
};
const setVersion: Statement = {
  name: 'fee_schedules_set_version',
  text: `update fee_schedules set current_version = $3 where tenant_id = $1 and id = $2`,
};

/** Writes a schedule at version 1 unless its id or its code is there already. */
export async function insertFeeSchedule(
  db: Queryable,
  schedule: Omit<FeeSchedule, 'recordedAt' | 'currentVersion'>,
): Promise<void> {
  await db.query(insert, [schedule.id, schedule.tenantId, schedule.code, schedule.name]);
}

/** A schedule of a tenant, or null. */
export async function findFeeSchedule(db: Queryable, tenantId: string, id: string): Promise<FeeSchedule | null> {
  return firstOf((await db.query<FeeScheduleRow>(byId, [tenantId, id])).map(fromRow));
}

/** A schedule, locked until the transaction ends, so that versions are numbered one after the other. */
export async function lockFeeSchedule(db: Queryable, tenantId: string, id: string): Promise<FeeSchedule | null> {
  return firstOf((await db.query<FeeScheduleRow>(lock, [tenantId, id])).map(fromRow));
}

/** Makes a version the one that quotes are made by. */
export async function setFeeScheduleVersion(
  db: Queryable,
  tenantId: string,
  id: string,
  version: number,
): Promise<void> {
  await db.query(setVersion, [tenantId, id, version]);
}

export const listFeeSchedules = pageReader<FeeScheduleRow, FeeSchedule>({
  name: 'fee_schedules_page',
  select: columns,
  from: 'fee_schedules',
  id: 'id',
  tenant: 'tenant_id',
  filters: { code: 'code' },
  fromRow,
});
