/** API keys: a hash and what it may do. */
import type { Queryable, Statement } from '../pool';
import type { TenantMode } from './tenants';
import { pageReader } from './page';
import { firstOf, instantOrNull } from './row-values';

export type Scope = 'read' | 'write' | 'admin';

export interface ApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly recordedAt: number;
  readonly revokedAt: number | null;
}

/** What a request learns from the key that it came with. */
export interface KeyHolder {
  readonly keyId: string;
  readonly tenantId: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly mode: TenantMode;
}

interface ApiKeyRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  recorded_at: Date;
  revoked_at: Date | null;
}

const columns = 'id, tenant_id, name, prefix, scopes, recorded_at, revoked_at';

const fromRow = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  prefix: row.prefix,
  scopes: row.scopes,
  recordedAt: row.recorded_at.getTime(),
  revokedAt: instantOrNull(row.revoked_at),
});

const insert: Statement = {
  name: 'api_keys_insert',
  text: `insert into api_keys (id, tenant_id, name, prefix, hash, scopes) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
};
const byId: Statement = {
  name: 'api_keys_by_id',
  text: `select ${columns} from api_keys where tenant_id = $1 and id = $2`,
};
const holder: Statement = {
  name: 'api_keys_holder',
  text: `select k.id as "keyId", k.tenant_id as "tenantId", k.prefix, k.scopes, t.mode
    from api_keys k join tenants t on t.id = k.tenant_id where k.hash = $1 and k.revoked_at is null`,
};
const revoke: Statement = {
  name: 'api_keys_revoke',
  text: `update api_keys set revoked_at = coalesce(revoked_at, now()) where tenant_id = $1 and id = $2 returning ${columns}`,
};

/** Writes a key unless its id is there already. */
export async function insertApiKey(
  db: Queryable,
  key: { id: string; tenantId: string; name: string; prefix: string; hash: Buffer; scopes: readonly Scope[] },
): Promise<void> {
  await db.query(insert, [key.id, key.tenantId, key.name, key.prefix, key.hash, key.scopes]);
}

/** A key of a tenant, or null. */
export async function findApiKey(db: Queryable, tenantId: string, id: string): Promise<ApiKey | null> {
  return firstOf((await db.query<ApiKeyRow>(byId, [tenantId, id])).map(fromRow));
}

/** Who holds a key that is not revoked, by its SHA-256 hash; asked as the engine, since the tenant is not known yet. */
export async function findKeyHolder(db: Queryable, hash: Buffer): Promise<KeyHolder | null> {
  return firstOf(await db.query<KeyHolder & Record<string, unknown>>(holder, [hash]));
}

/** Ends a key; ending it again changes nothing. Null when there is no such key. */
export async function revokeApiKey(db: Queryable, tenantId: string, id: string): Promise<ApiKey | null> {
  return firstOf((await db.query<ApiKeyRow>(revoke, [tenantId, id])).map(fromRow));
}

export const listApiKeys = pageReader<ApiKeyRow, ApiKey>({
  name: 'api_keys_page',
  select: columns,
  from: 'api_keys',
  id: 'id',
  tenant: 'tenant_id',
  filters: {},
  fromRow,
});
