/** Versions of fee schedules: the terms that quotes are made by; never edited. */
import type { FeeTerms } from '../../domain/fees/terms';
import type { Queryable, Statement } from '../pool';

export interface StoredFeeVersion {
  readonly feeScheduleId: string;
  readonly version: number;
  readonly terms: FeeTerms;
  readonly recordedAt: number;
}

interface FeeVersionRow {
  [column: string]: unknown;
  fee_schedule_id: string;
  version: number;
  terms: FeeTerms;
  recorded_at: Date;
}

const columns = 'fee_schedule_id, version, terms, recorded_at';

const fromRow = (row: FeeVersionRow): StoredFeeVersion => ({
  feeScheduleId: row.fee_schedule_id,
  version: row.version,
  terms: row.terms,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'fee_schedule_versions_insert',
  text: `insert into fee_schedule_versions (fee_schedule_id, version, tenant_id, terms) values ($1, $2, $3, $4) on conflict do nothing`,
};
const ofSchedules: Statement = {
  name: 'fee_schedule_versions_of_schedules',
  text: `select ${columns} from fee_schedule_versions where tenant_id = $1 and fee_schedule_id = any($2::text[])
    order by fee_schedule_id, version`,
};

/** Writes a version unless it is there already. */
export async function insertFeeVersion(
  db: Queryable,
  version: { tenantId: string; feeScheduleId: string; version: number; terms: FeeTerms },
): Promise<void> {
  await db.query(insert, [version.feeScheduleId, version.version, version.tenantId, JSON.stringify(version.terms)]);
}

/** All versions of some schedules, oldest first. */
export async function versionsOfFeeSchedules(
  db: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<StoredFeeVersion[]> {
  return (await db.query<FeeVersionRow>(ofSchedules, [tenantId, ids])).map(fromRow);
}
