/**
 * Idempotency-Key: the same key and request answer the same for ever. The key is taken before the handler runs and gets its answer after;
 * a process that dies in between leaves a lock that a repetition takes over, with the same seed and so the same ids.
 */
import { createHash } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { TypeID } from 'typeid-js';
import type { Database } from '../../db/pool';
import {
  claimIdempotencyKey,
  completeIdempotencyKey,
  findIdempotencyRecord,
  releaseIdempotencyKey,
  type IdempotencyRecord,
} from '../../db/queries/idempotency-keys';
import { fail } from '../../domain/errors';
import { newId } from '../../domain/ids';
import { tenantOf, type ApiContext, type ApiEnvironment } from '../context';
import { deriveApiKey } from '../keys';

const keyLengthMax = 255;
const printable = /^[\x21-\x7e]+$/;

/** Stands in a remembered answer for a secret that is derived again instead of being kept. */
const derivedMark = { derived: true } as const;

/** A UUIDv7: ids made of it ascend in time. */
export function newSeed(): string {
  return TypeID.fromString(newId('req')).toUUID();
}

/** The client's key, or a new one; the answer names it, so that a client may repeat even a request that it sent without. */
export function keyOf(c: ApiContext): string {
  const given = c.req.header('idempotency-key');
  if (given === undefined) return newId('req');
  if (given.length > keyLengthMax || !printable.test(given))
    fail('idempotency_key_invalid', { lengthMax: keyLengthMax });
  return given;
}

async function hashOfRequest(c: ApiContext): Promise<Buffer> {
  const url = new URL(c.req.url);
  const body = await c.req.text();
  return createHash('sha256').update(`${c.req.method} ${url.pathname}${url.search}\n${body}`).digest();
}

/** The secret of a remembered answer, made again from the seed. */
function reveal(response: unknown, revealSecret: () => string): unknown {
  if (typeof response !== 'object' || response === null) return response;
  const isMark = (value: unknown): boolean => typeof value === 'object' && value !== null && 'derived' in value;
  return Object.fromEntries(
    Object.entries(response).map(([field, value]) => [
      field,
      field === 'key' && isMark(value) ? revealSecret() : value,
    ]),
  );
}

function replay(c: ApiContext, record: IdempotencyRecord, status: number, linkSecret: string): Response {
  c.header('Idempotent-Replayed', 'true');
  c.header('Content-Type', status >= 400 ? 'application/problem+json' : 'application/json');
  const { mode } = tenantOf(c);
  const body = reveal(record.response, () => deriveApiKey(linkSecret, mode, record.seed));
  return status === 204 ? c.body(null, status) : c.body(JSON.stringify(body), status as 200);
}

/** The text of the answer, which stays as it is. Not of a clone: two streams of it would cost more than making it did. */
async function textOfAnswer(c: ApiContext): Promise<string> {
  const { status, headers } = c.res;
  const text = await c.res.text();
  // Given to a context that has an answer, another one would be merged with it, as a stream again.
  c.res = undefined;
  c.res = new Response(text === '' ? null : text, { status, headers });
  return text;
}

async function remember(c: ApiContext, database: Database, tenantId: string, key: string): Promise<void> {
  const { status } = c.res;
  const db = database.as(tenantId);
  // 202 says "not yet": the repetition goes on from there.
  if (c.get('retryable') || status >= 500 || status === 202) return releaseIdempotencyKey(db, tenantId, key);
  const text = await textOfAnswer(c);
  const body: unknown = text === '' ? null : JSON.parse(text);
  const field = c.get('derivedField');
  const response = field === null || status >= 400 ? body : { ...(body as object), [field]: derivedMark };
  await completeIdempotencyKey(db, { tenantId, key, status, response });
}

/** A preview, a quote or a check changes nothing: where the client names no key there is nothing to remember. */
const previewPath = /\/(preview(-[a-z]+)*|quote|entitlements\/check)$/;

/** Takes the key, answers from memory, or lets the request through and remembers what it answered. */
export function idempotency(options: { database: Database; linkSecret: string; onFault: (error: unknown) => void }) {
  const { database, linkSecret, onFault } = options;
  return createMiddleware<ApiEnvironment>(async (c, next) => {
    if (c.req.method !== 'POST' || c.get('principal')?.kind !== 'tenant') return next();
    if (previewPath.test(c.req.path) && c.req.header('idempotency-key') === undefined) return next();
    const { tenantId } = tenantOf(c);
    const key = keyOf(c);
    c.header('Idempotency-Key', key);
    const requestHash = await hashOfRequest(c);
    const seed = await claimIdempotencyKey(database.as(tenantId), { tenantId, key, requestHash, seed: newSeed() });
    if (seed === null) return answerFromMemory(c, { database, linkSecret, tenantId, key, requestHash });
    c.set('idempotencyKey', key);
    c.set('seed', seed);
    c.set('derivedField', null);
    await next();
    // The request is done; when its answer cannot be kept, the lock runs out and a repetition gives the same result.
    await remember(c, database, tenantId, key).catch(onFault);
  });
}

async function answerFromMemory(
  c: ApiContext,
  search: { database: Database; linkSecret: string; tenantId: string; key: string; requestHash: Buffer },
): Promise<Response> {
  const { tenantId, key } = search;
  const record = await findIdempotencyRecord(search.database.as(tenantId), tenantId, key);
  if (record !== null && !record.requestHash.equals(search.requestHash)) fail('idempotency_key_reused', { key });
  if (record === null || record.status === null) fail('idempotency_in_progress', { key });
  return replay(c, record, record.status, search.linkSecret);
}
