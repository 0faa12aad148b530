/**
 * What is known of a payment method before it is charged. It is read with an invoice that waits, and already with the facts of the
 * invoice that is about to be issued.
 */
import { addDays, type Instant } from '../../domain/time';

export interface MethodFacts {
  readonly id: string;
  readonly rail: string;
  readonly providerRef: string;
  readonly fingerprint: string;
  readonly brand: string;
  readonly status: string;
}

/** The widest window a policy may have, so that one statement serves every tenant. */
const windowDays = 366;

/** From when on declines of a card are counted. */
export const failuresSince = (now: Instant): Instant => addDays(now, -windowDays);

/** Declines of the card `payment_methods m` of a tenant since an instant, over all invoices, as epoch milliseconds. */
export const failedAtColumn = (tenant: string, since: string): string =>
  `(select json_agg((extract(epoch from a.occurred_at) * 1000)::bigint order by a.occurred_at)
   from payment_attempts a
   where a.tenant_id = ${tenant} and a.fingerprint = m.fingerprint and a.outcome = 'declined' and a.occurred_at > ${since})`;

/** A row of `payment_methods` as JSON. */
export function methodFactsOf(row: Record<string, unknown> | null): MethodFacts | null {
  if (row === null) return null;
  const text = (column: string): string => String(row[column]);
  return {
    id: text('id'),
    rail: text('rail'),
    providerRef: text('provider_ref'),
    fingerprint: text('fingerprint'),
    brand: text('brand'),
    status: text('status'),
  };
}
