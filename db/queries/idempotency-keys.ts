/** Idempotency keys: the memory of what each POST answered. */
import type { Queryable, Statement } from '../pool';
import { firstOf } from './row-values';

export interface IdempotencyRecord {
  /** Names what the request creates: a repetition makes the same ids. */
  readonly seed: string;
  readonly requestHash: Buffer;
  /** Null while the request has not been answered. */
  readonly status: number | null;
  readonly response: unknown;
}

/** After so long an unanswered request is taken for dead, and its repetition carries it out again. */
export const lockSecondsMax = 60;

const claim: Statement = {
  name: 'idempotency_keys_claim',
  text: `insert into idempotency_keys as k (tenant_id, key, request_hash, seed, locked_at) values ($1, $2, $3, $4, now())
    on conflict (tenant_id, key) do update set locked_at = now()
      where k.status is null and k.request_hash = excluded.request_hash and k.locked_at < now() - make_interval(secs => $5)
    returning seed`,
};
const read: Statement = {
  name: 'idempotency_keys_read',
  text: `select seed, request_hash as "requestHash", status, response from idempotency_keys where tenant_id = $1 and key = $2`,
};
const complete: Statement = {
  name: 'idempotency_keys_complete',
  text: `update idempotency_keys set status = $3, response = $4 where tenant_id = $1 and key = $2`,
};
const release: Statement = {
  name: 'idempotency_keys_release',
  text: `update idempotency_keys set locked_at = to_timestamp(0) where tenant_id = $1 and key = $2 and status is null`,
};

/** Takes the key for this request: its seed when the request may be carried out now, null when somebody else has it or had it. */
export async function claimIdempotencyKey(
  db: Queryable,
  request: { tenantId: string; key: string; requestHash: Buffer; seed: string },
): Promise<string | null> {
  const { tenantId, key, requestHash, seed } = request;
  const rows = await db.query<{ seed: string }>(claim, [tenantId, key, requestHash, seed, lockSecondsMax]);
  return firstOf(rows)?.seed ?? null;
}

/** What is known of a key, or null. */
export async function findIdempotencyRecord(
  db: Queryable,
  tenantId: string,
  key: string,
): Promise<IdempotencyRecord | null> {
  return firstOf(await db.query<IdempotencyRecord & Record<string, unknown>>(read, [tenantId, key]));
}

/** Remembers the answer for ever. */
export async function completeIdempotencyKey(
  db: Queryable,
  answer: { tenantId: string; key: string; status: number; response: unknown },
): Promise<void> {
  const { tenantId, key, status, response } = answer;
  await db.query(complete, [tenantId, key, status, JSON.stringify(response)]);
}

/** Lets a repetition go ahead at once, with the same seed. */
export async function releaseIdempotencyKey(db: Queryable, tenantId: string, key: string): Promise<void> {
  await db.query(release, [tenantId, key]);
}
