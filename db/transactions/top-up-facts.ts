/** Reads in one round trip what carrying a top-up on needs. */
import type { TopUpRules } from '../../domain/credits/top-up';
import type { DunningPolicy } from '../../domain/dunning';
import type { Queryable, Statement } from '../pool';
import { findTopUp, type StoredTopUp } from '../queries/wallet-top-ups';
import { paymentOf, type Json } from './collection-facts';
import {
  failuresSince,
  historyColumn,
  historyOf,
  methodFactsOf,
  methodUnderWay,
  type CardHistory,
  type HistoryValue,
  type MethodFacts,
} from './method-facts';
import type { PaymentRow } from './record';

export interface TopUpFacts extends CardHistory {
  readonly topUp: StoredTopUp;
  readonly walletName: string;
  readonly rules: TopUpRules;
  readonly timeZone: string;
  /** Whose invoice it is, and the prefix of its number. */
  readonly entityId: string;
  readonly invoiceSeries: string;
  readonly invoiceNumber: string | null;
  readonly payment: PaymentRow | null;
  readonly method: MethodFacts | null;
  /** The method of the try under way. */
  readonly begunMethod: MethodFacts | null;
  readonly customerRef: string | null;
  readonly dunning: DunningPolicy;
  /** Business time: the customer's test clock, or the wall clock. */
  readonly now: number;
}

const clockStatement: Statement = {
  name: 'top_up_clock',
  text: `
select coalesce(k.now, now()) as now from wallet_top_ups u join customers c on c.id = u.customer_id
left join test_clocks k on k.id = c.test_clock_id where u.tenant_id = $1 and u.id = $2`,
};

const statement: Statement = {
  name: 'top_up_facts',
  text: `
select w.name as wallet_name, w.rules, coalesce(c.time_zone, t.time_zone) as time_zone, e.id as entity_id, e.invoice_series,
  invoice_number(i.series, i.sequence) as invoice_number, to_jsonb(p.*) as payment, p.amount as payment_amount, p.fee::text as payment_fee,
  to_jsonb(m.*) as method, to_jsonb(b.*) as begun_method, c.provider_refs->>coalesce(m.rail, p.rail) as customer_ref, t.dunning_policy,
  ${historyColumn('u.tenant_id', '$3')} as history
from wallet_top_ups u
join wallets w on w.id = u.wallet_id
join customers c on c.id = u.customer_id
join tenants t on t.id = u.tenant_id
join entities e on e.id = coalesce(c.entity_id, t.default_entity_id)
left join invoices i on i.id = u.invoice_id
left join payments p on p.invoice_id = i.id and p.status <> 'canceled'
left join payment_methods m on m.id = c.default_payment_method_id and m.status <> 'detached'
left join payment_methods b on b.id = ${methodUnderWay}
where u.tenant_id = $1 and u.id = $2`,
};

interface Row {
  [column: string]: unknown;
  wallet_name: string;
  rules: TopUpRules;
  time_zone: string;
  entity_id: string;
  invoice_series: string;
  invoice_number: string | null;
  payment: Json | null;
  payment_amount: string;
  payment_fee: string | null;
  method: Record<string, unknown> | null;
  begun_method: Record<string, unknown> | null;
  customer_ref: string | null;
  dunning_policy: DunningPolicy;
  history: HistoryValue;
}

/** Null when the top-up does not exist. */
export async function loadTopUpFacts(db: Queryable, tenantId: string, topUpId: string): Promise<TopUpFacts | null> {
  const [clock] = await db.query<{ now: Date }>(clockStatement, [tenantId, topUpId]);
  const topUp = await findTopUp(db, tenantId, topUpId);
  if (clock === undefined || topUp === null) return null;
  const now = clock.now.getTime();
  const [row] = await db.query<Row>(statement, [tenantId, topUpId, new Date(failuresSince(now))]);
  if (row === undefined) return null;
  return {
    topUp,
    now,
    walletName: row.wallet_name,
    rules: row.rules,
    timeZone: row.time_zone,
    entityId: row.entity_id,
    invoiceSeries: row.invoice_series,
    invoiceNumber: row.invoice_number,
    payment: paymentOf(row.payment, row.payment_amount, row.payment_fee),
    method: methodFactsOf(row.method),
    begunMethod: methodFactsOf(row.begun_method),
    customerRef: row.customer_ref,
    dunning: row.dunning_policy,
    ...historyOf(row.history),
  };
}
