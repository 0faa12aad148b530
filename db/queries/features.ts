/** Features: added, never changed. */
import type { Feature, FeatureType } from '../../domain/entitlements/feature';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';

export interface StoredFeature extends Feature {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly unit: string | null;
  readonly recordedAt: number;
}

interface FeatureRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  key: string;
  name: string;
  type: FeatureType;
  meter_id: string | null;
  unit: string | null;
  recorded_at: Date;
}

const columns = 'id, tenant_id, key, name, type, meter_id, unit, recorded_at';

const fromRow = (row: FeatureRow): StoredFeature => ({
  id: row.id,
  tenantId: row.tenant_id,
  key: row.key,
  name: row.name,
  type: row.type,
  meterId: row.meter_id,
  unit: row.unit,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'features_insert',
  text: `insert into features (id, tenant_id, key, name, type, meter_id, unit) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing`,
};
const byId: Statement = {
  name: 'features_by_id',
  text: `select ${columns} from features where tenant_id = $1 and id = $2`,
};
const byKeys: Statement = {
  name: 'features_by_keys',
  text: `select ${columns} from features where tenant_id = $1 and key = any($2::text[])`,
};

/** Writes a feature unless its id or its key is there already. */
export async function insertFeature(db: Queryable, feature: Omit<StoredFeature, 'recordedAt'>): Promise<void> {
  const { id, tenantId, key, name, type, meterId, unit } = feature;
  await db.query(insert, [id, tenantId, key, name, type, meterId, unit]);
}

/** A feature of a tenant by its id, or null. */
export async function findFeature(db: Queryable, tenantId: string, id: string): Promise<StoredFeature | null> {
  const [row] = await db.query<FeatureRow>(byId, [tenantId, id]);
  return row === undefined ? null : fromRow(row);
}

const known = new WeakMap<Queryable, Map<string, StoredFeature>>();

/** The features of these keys, from memory once they were read: a feature never changes. Unknown keys are left out. */
export async function knownFeatures(
  db: Queryable,
  tenantId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredFeature>> {
  const features = known.get(db) ?? new Map<string, StoredFeature>();
  known.set(db, features);
  const missing = keys.filter((key) => !features.has(key));
  if (missing.length > 0) {
    const rows = await db.query<FeatureRow>(byKeys, [tenantId, missing]);
    for (const feature of rows.map(fromRow)) features.set(feature.key, feature);
  }
  return features;
}

export const listFeatures = pageReader<FeatureRow, StoredFeature>({
  name: 'features_page',
  select: columns,
  from: 'features',
  id: 'id',
  tenant: 'tenant_id',
  filters: { key: 'key', type: 'type' },
  fromRow,
});
