/** Finds out who asks, and refuses what the key may not do. */
import { createMiddleware } from 'hono/factory';
import { allTenants, type Database } from '../../db/pool';
import { findKeyHolder, type KeyHolder, type Scope } from '../../db/queries/api-keys';
import { fail } from '../../domain/errors';
import type { ApiEnvironment, Principal } from '../context';
import { hashOfKey, sameSecret } from '../keys';

/** A revoked key works for so long at most. */
const cacheMs = 10_000;
/** More keys than this in ten seconds is guessing; the cache then starts anew. */
const cacheEntriesMax = 10_000;

const keyPattern = /^pk_(test|live)_[0-9A-Za-z]{43}$/;

/** What each scope covers besides itself. */
const covers: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ['read'],
  write: ['read', 'write'],
  admin: ['read', 'write', 'admin'],
};

/** Looks keys up, and remembers them for a few seconds. Unknown ones are not remembered: a new key works at once. */
function createKeyring(database: Database, wallClock: () => number): (key: string) => Promise<KeyHolder | null> {
  const known = new Map<string, { holder: KeyHolder; until: number }>();
  return async (key) => {
    const hash = hashOfKey(key);
    const name = hash.toString('base64');
    const cached = known.get(name);
    if (cached !== undefined && cached.until > wallClock()) return cached.holder;
    const holder = await findKeyHolder(database.as(allTenants), hash);
    if (known.size >= cacheEntriesMax) known.clear();
    if (holder === null) known.delete(name);
    else known.set(name, { holder, until: wallClock() + cacheMs });
    return holder;
  };
}

/** The scope that a request needs: what governs access needs admin, what changes needs write. */
function scopeNeeded(method: string, path: string): Scope {
  if (/\/api\/v1\/(api-keys|tenants)(\/|$)/.test(path) && method !== 'GET') return 'admin';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}

function bearerOf(header: string | undefined): string {
  const match = /^Bearer +(\S+)$/i.exec(header ?? '');
  return match?.[1] ?? fail('unauthorized');
}

/** Authenticates by API key or admin key; 401 without, 403 when the key's scope is too small. */
export function authenticate(options: { database: Database; adminKey: string; wallClock: () => number }) {
  const lookUp = createKeyring(options.database, options.wallClock);
  return createMiddleware<ApiEnvironment>(async (c, next) => {
    const key = bearerOf(c.req.header('authorization'));
    c.set('principal', await principalOf(key, options.adminKey, lookUp));
    const principal = c.get('principal');
    const scope = scopeNeeded(c.req.method, c.req.path);
    if (principal?.kind === 'tenant' && !principal.scopes.some((held) => covers[held].includes(scope)))
      fail('forbidden', { scope });
    await next();
  });
}

async function principalOf(
  key: string,
  adminKey: string,
  lookUp: (key: string) => Promise<KeyHolder | null>,
): Promise<Principal> {
  if (sameSecret(key, adminKey)) return { kind: 'admin' };
  const holder = keyPattern.test(key) ? await lookUp(key) : null;
  return holder === null ? fail('unauthorized') : { kind: 'tenant', ...holder };
}
