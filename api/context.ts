/** What middleware leaves for handlers, and the application's type. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { KeyHolder } from '../db/queries/api-keys';
import { fail } from '../domain/errors';

/** Who asks: the operator of the engine, or a tenant by one of its keys. */
export type Principal = { readonly kind: 'admin' } | ({ readonly kind: 'tenant' } & KeyHolder);

export interface ApiEnvironment {
  Variables: {
    requestId: string;
    principal: Principal | null;
    /** The client's Idempotency-Key, or the one made for it. */
    idempotencyKey: string;
    /** Names what this request creates; the same for every repetition. */
    seed: string;
    /** True when the answer may differ if the request is repeated unchanged: it is not remembered. */
    retryable: boolean;
    /** The field of the answer that is a secret derived from the seed: it is not remembered but derived again. */
    derivedField: string | null;
  };
}

export type Api = OpenAPIHono<ApiEnvironment>;
export type ApiContext = Context<ApiEnvironment>;

/**
 * The tenant of a request.
 * @throws PerennialError `unauthorized` when the request came with the admin key: it serves no tenant.
 */
export function tenantOf(c: ApiContext): Extract<Principal, { kind: 'tenant' }> {
  const principal = c.get('principal');
  return principal?.kind === 'tenant' ? principal : fail('unauthorized');
}

/** How the audit log names who asks. */
export function actorOf(c: ApiContext): string {
  const principal = c.get('principal');
  return principal?.kind === 'tenant' ? principal.prefix : 'admin';
}
