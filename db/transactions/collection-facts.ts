/**
 * Reads in one round trip what collecting one invoice needs.
 */
import type { DunningPolicy } from '../../domain/dunning';
import { money, type Money } from '../../domain/money';
import type { SubscriptionEvent } from '../../domain/subscription/events';
import type { SubscriptionState } from '../../domain/subscription/state';
import { toIso, type Instant } from '../../domain/time';
import { invoiceNumber } from './billing-facts';
import {
  failuresSince,
  historyColumn,
  historyOf,
  methodFactsOf,
  methodUnderWay,
  type CardHistory,
  type MethodFacts,
} from './method-facts';
import type { PaymentRow } from './record';
import type { Queryable, Statement } from '../pool';

export interface CollectionFacts extends CardHistory {
  readonly invoice: {
    readonly id: string;
    readonly number: string;
    readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
    readonly amountDue: Money;
  };
  readonly payment: PaymentRow | null;
  /**
   * Which of the provider's payments for this invoice is next or alive: one more than were canceled. A credit that reduced the invoice counts
   * as one, and so does each credit note: a payment that was made and whose answer was lost is of the old amount.
   */
  readonly paymentVersion: number;
  /** The method to charge now; null when the customer has none. */
  readonly method: MethodFacts | null;
  /** The method of the attempt that was begun, or whose outcome is awaited; it may no longer be the one in force. */
  readonly begunMethod: MethodFacts | null;
  readonly customerRef: string | null;
  readonly dunning: DunningPolicy;
  /** The fact that this call is to record, if it was recorded before. */
  readonly fact: SubscriptionEvent | null;
}

const statement: Statement = {
  name: 'collection_facts',
  text: `
select i.id, i.series, i.sequence, i.status, i.currency, i.amount_due, t.dunning_policy,
  to_jsonb(p.*) as payment, p.amount as payment_amount, p.fee::text as payment_fee,
  to_jsonb(m.*) as method, to_jsonb(b.*) as begun_method, c.provider_refs->>coalesce(m.rail, p.rail) as customer_ref,
  ${historyColumn('i.tenant_id', '$3')} as history,
  e.fact,
  (select count(*)::integer from payments x where x.invoice_id = i.id and x.status = 'canceled') + (i.credit_received > 0)::integer
    + (select count(*)::integer from credit_notes n where n.invoice_id = i.id and n.reduced > 0) as versions_past
from invoices i
join subscriptions s on s.id = i.subscription_id
join customers c on c.id = i.customer_id
join tenants t on t.id = i.tenant_id
left join payments p on p.invoice_id = i.id and p.status <> 'canceled'
left join payment_methods m on m.id = coalesce(s.payment_method_id, c.default_payment_method_id) and m.status <> 'detached'
left join payment_methods b on b.id = ${methodUnderWay}
left join events e on e.subscription_id = s.id and e.fact_seq = $4
where i.tenant_id = $1 and i.id = $2`,
};

/** A row as JSON. */
export type Json = Record<string, string | number | boolean | null>;

const textOrNull = (row: Json, column: string): string | null => (row[column] as string | null) ?? null;

function begunOf(row: Json): PaymentRow['attemptBegun'] {
  if (row['attempt_begun'] === null) return null;
  return {
    number: row['attempt_begun'] as number,
    methodId: row['attempt_method_id'] as string,
    fingerprint: row['attempt_fingerprint'] as string,
    customerPresent: row['attempt_customer_present'] === true,
    at: Date.parse(row['attempt_begun_at'] as string),
  };
}

/** A row of `payments` as JSON; its amounts are told as text, since JSON's numbers are not exact. */
export function paymentOf(row: Json | null, amount: string, fee: string | null): PaymentRow | null {
  if (row === null) return null;
  const text = (column: string): string => row[column] as string;
  return {
    id: text('id'),
    invoiceId: text('invoice_id'),
    subscriptionId: textOrNull(row, 'subscription_id'),
    customerId: text('customer_id'),
    rail: text('rail'),
    providerRef: text('provider_ref'),
    status: text('status'),
    amount: money(amount, text('currency')),
    attempts: row['attempts'] as number,
    attemptBegun: begunOf(row),
    lastChargeRef: textOrNull(row, 'last_charge_ref'),
    nextActionUrl: textOrNull(row, 'next_action_url'),
    balanceTransactionRef: textOrNull(row, 'balance_transaction_ref'),
    fee,
  };
}

export interface CollectionRequest {
  readonly state: SubscriptionState;
  readonly invoiceId: string;
  readonly now: Instant;
}

/** Null when the invoice does not exist. */
export async function loadCollectionFacts(db: Queryable, request: CollectionRequest): Promise<CollectionFacts | null> {
  const { state, invoiceId, now } = request;
  const [row] = await db.query(statement, [state.tenantId, invoiceId, toIso(failuresSince(now)), state.seq + 1]);
  if (row === undefined) return null;
  return {
    invoice: {
      id: row['id'],
      number: invoiceNumber(row['series'], row['sequence']),
      status: row['status'],
      amountDue: money(row['amount_due'], row['currency']),
    },
    paymentVersion: row['versions_past'] + 1,
    payment: paymentOf(row['payment'], row['payment_amount'], row['payment_fee']),
    method: methodFactsOf(row['method']),
    begunMethod: methodFactsOf(row['begun_method']),
    customerRef: row['customer_ref'],
    fact: row['fact'],
    dunning: row['dunning_policy'],
    ...historyOf(row['history']),
  };
}
