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

/** What became of a card so far, over all invoices. */
export interface CardHistory {
  /** Its declines within the widest window. */
  readonly failedAt: readonly Instant[];
  /** One of them came after the customer attached the method: that act is used up. */
  readonly declinedSinceAttached: boolean;
}

/** The history of the card `payment_methods m` of a tenant since an instant, as JSON. */
export const historyColumn = (tenant: string, since: string): string =>
  `(select json_build_object('failedAt', json_agg((extract(epoch from a.occurred_at) * 1000)::bigint order by a.occurred_at),
     'declinedSinceAttached', bool_or(a.recorded_at > m.recorded_at))
   from payment_attempts a
   where a.tenant_id = ${tenant} and a.fingerprint = m.fingerprint and a.outcome = 'declined' and a.occurred_at > ${since})`;

/**
 * The method that the payment `payments p` is being tried with: the one that a try has begun with, or whose outcome is awaited. The customer
 * may have attached another one since.
 */
export const methodUnderWay = `coalesce(p.attempt_method_id, case when p.status in ('processing', 'requires_action') then
  (select a.payment_method_id from payment_attempts a where a.payment_id = p.id order by a.number desc limit 1) end)`;

/** The column's value: aggregates over nothing are null. */
export type HistoryValue = { readonly [Field in keyof CardHistory]: CardHistory[Field] | null };

export const historyOf = ({ failedAt, declinedSinceAttached }: HistoryValue): CardHistory => ({
  failedAt: failedAt ?? [],
  declinedSinceAttached: declinedSinceAttached ?? false,
});

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
