/**
 * Reads in one round trip what an activity needs to bill a subscription or to carry out a command on it.
 */
import type { AttachedCoupon } from '../../domain/discount/attached';
import type { DunningPolicy } from '../../domain/dunning';
import type { BilledLine, LineKind, LineExplanation } from '../../domain/invoice/line';
import type { TaxFacts } from '../../domain/invoice/tax-facts';
import type { LateUsage } from '../../domain/metering/late-usage';
import { money, zero, type Money } from '../../domain/money';
import type { PlanDefinition, PlanVersion } from '../../domain/plan';
import { planInForce, type TermsMoment } from '../../domain/plan/in-force';
import type { SubscriptionItem } from '../../domain/plan/items';
import { excess, isAbove, plus, times } from '../../domain/pricing/exact';
import type { ProrationPolicy } from '../../domain/proration';
import { billedSince, movedByPause } from '../../domain/invoice/moved-lines';
import type { SubscriptionState } from '../../domain/subscription/state';
import { fromIso, toIso, type Instant } from '../../domain/time';
import type { UnitWallet } from '../../domain/credits/unit-payment';
import type { HeldWallet } from '../../domain/credits/wallet-payment';
import { gather } from '../gather';
import type { Queryable, Statement } from '../pool';
import { heldItemsColumn, heldItemsOf, type HeldItemJson } from '../queries/subscription-items';
import { heldCouponsColumn, heldCouponsOf, type HeldCouponJson } from '../queries/held-coupons';
import { heldTaxColumn, heldTaxOf, type HeldTaxJson } from '../queries/held-tax';
import {
  heldUnitsColumn,
  heldUnitsOf,
  heldWalletColumn,
  heldWalletOf,
  type HeldUnitsJson,
  type HeldWalletJson,
} from '../queries/held-wallet';
import {
  failuresSince,
  historyColumn,
  historyOf,
  methodFactsOf,
  type CardHistory,
  type HistoryValue,
  type MethodFacts,
} from './method-facts';

export interface BillingFacts {
  readonly customerName: string;
  readonly hasPaymentMethod: boolean;
  /** The rail of the payment method in force; null while there is none. */
  readonly rail: string | null;
  /** Whose invoice it is, and the prefix of its number. */
  readonly entityId: string;
  readonly invoiceSeries: string;
  readonly dunning: DunningPolicy;
  readonly incompleteHours: number;
  readonly paymentGated: boolean;
  readonly balance: Money;
  /** The customer's wallet of the currency, with the grants that are not used up; null when they have none. */
  readonly wallet: HeldWallet | null;
  /** The customer's wallets of units that pay what a meter counts. */
  readonly unitWallets: readonly UnitWallet[];
  /** Attached to the subscription or to its customer. */
  readonly coupons: readonly AttachedCoupon[];
  /** Null where tax is no matter of the tenant. */
  readonly tax: TaxFacts | null;
  /** The plan version asked for; null when there is none such. */
  readonly plan: PlanVersion | null;
  /** The same version as it holds at another moment. */
  readonly planAt: (moment: TermsMoment) => PlanVersion | null;
  /** What the subscription has beside its plan. */
  readonly items: readonly SubscriptionItem[];
  /** The customer's policy for proration, else the tenant's; a plan's own policy stands above it. */
  readonly proration: ProrationPolicy;
  /** The customer wants one invoice for the subscriptions that renew together. */
  readonly consolidates: boolean;
  /** How long the usage of an ended stretch waits for what comes late, and what becomes of what comes later still. */
  readonly usageGraceHours: number;
  readonly lateUsage: LateUsage;
  /** What collecting the invoice will ask for; null unless it was asked for, or when there is no method to charge. */
  readonly collection: CollectionOutlook | null;
}

/** How an invoice that is issued now would be collected. */
export interface CollectionOutlook extends CardHistory {
  readonly method: MethodFacts;
  readonly customerRef: string | null;
}

interface Row {
  n: number;
  customer_name: string;
  rail: string | null;
  entity_id: string;
  invoice_series: string;
  dunning_policy: DunningPolicy;
  incomplete_hours: number;
  usage_grace_hours: number;
  late_usage: LateUsage;
  payment_gated: boolean;
  consolidate_invoices: boolean;
  balance: string | null;
  wallet: HeldWalletJson | null;
  units: readonly HeldUnitsJson[] | null;
  coupons: readonly HeldCouponJson[] | null;
  tax: HeldTaxJson | null;
  items: readonly HeldItemJson[] | null;
  plan_id: string | null;
  plan_version: number | null;
  plan_name: string | null;
  definition: PlanDefinition | null;
  proration: ProrationPolicy;
  method: Record<string, unknown> | null;
  customer_ref: string | null;
  history: HistoryValue;
}

// Each request has a look-up of its own (`offset 0`), so that the plan never walks through whole tables.
const factsStatement: Statement = {
  name: 'billing_facts',
  text: `
select asked.n, found.*
from jsonb_to_recordset($2) as asked(n integer, subscription_id text, plan_id text, plan_version integer, since timestamptz)
cross join lateral (
  select c.name as customer_name, c.consolidate_invoices, s.payment_gated, e.id as entity_id, e.invoice_series, t.dunning_policy, t.incomplete_hours,
    t.usage_grace_hours, t.late_usage,
    coalesce(c.proration_policy, t.proration_policy) as proration,
    ${heldCouponsColumn('c.id', 's.id')} as coupons, ${heldTaxColumn('t', 'c', 'e')} as tax,
    case when asked.since is not null and m.status <> 'detached' then to_jsonb(m.*) end as method,
    c.provider_refs->>m.rail as customer_ref, ${historyColumn('s.tenant_id', 'asked.since')} as history,
    m.rail, b.amount as balance, ${heldWalletColumn('c.id', 's.currency')} as wallet, ${heldUnitsColumn('c.id')} as units, ${heldItemsColumn('s.id')} as items, p.id as plan_id, p.name as plan_name, v.version as plan_version, v.definition
  from subscriptions s
  join customers c on c.id = s.customer_id
  join tenants t on t.id = s.tenant_id
  join entities e on e.id = coalesce(c.entity_id, t.default_entity_id)
  left join lateral (
    select * from payment_methods where id = coalesce(s.payment_method_id, c.default_payment_method_id) offset 0) m on true
  left join customer_balances b on b.customer_id = c.id and b.currency = s.currency
  left join plans p on p.id = asked.plan_id
  left join plan_versions v on v.plan_id = p.id and v.version = coalesce(asked.plan_version, p.current_version)
  where s.tenant_id = $1 and s.id = asked.subscription_id
  offset 0
) found`,
};

/** Numbers are shown as SERIES-000001: six digits, more when they are used up. */
export function invoiceNumber(series: string, sequence: string | number): string {
  return `${series}-${String(sequence).padStart(6, '0')}`;
}

export interface FactsRequest {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly currency: string;
  readonly planId: string;
  /** Null: the newest version. */
  readonly planVersion: number | null;
  /** Given when the invoice is collected at once: its outlook is read too. */
  readonly collectedAt?: Instant;
  /** When the plan's terms shall hold: it is answered with its phase and the subscription's own prices. */
  readonly inForce?: TermsMoment;
}

/** A round's answer stays small: every row brings its plan. */
const roundMax = 25;

async function askTogether(db: Queryable, requests: readonly FactsRequest[]): Promise<(BillingFacts | null)[]> {
  const asked = requests.map(({ subscriptionId, planId, planVersion, collectedAt }, n) => ({
    n,
    subscription_id: subscriptionId,
    plan_id: planId,
    plan_version: planVersion,
    since: collectedAt === undefined ? null : toIso(failuresSince(collectedAt)),
  }));
  const rows = await db.query<Row & { [column: string]: unknown }>(factsStatement, [
    requests[0]?.tenantId,
    JSON.stringify(asked),
  ]);
  return requests.map((request, n) => {
    const row = rows.find((candidate) => candidate.n === n);
    return row === undefined ? null : factsOf(row, request);
  });
}

const readers = new WeakMap<Queryable, (request: FactsRequest) => Promise<BillingFacts | null>>();

/** Null when the subscription does not exist. Requests of one tenant that come at the same time are read together. */
export function loadBillingFacts(db: Queryable, request: FactsRequest): Promise<BillingFacts | null> {
  const reader =
    readers.get(db) ?? gather({ ask: (requests: readonly FactsRequest[]) => askTogether(db, requests), roundMax });
  readers.set(db, reader);
  return reader(request);
}

function planOf(row: Row): PlanVersion | null {
  const { plan_id: planId, plan_version: version, plan_name: name, definition } = row;
  return planId === null || version === null || name === null || definition === null
    ? null
    : { planId, version, name, definition };
}

function outlookOf(row: Row): CollectionOutlook | null {
  const method = methodFactsOf(row.method);
  return method === null ? null : { method, customerRef: row.customer_ref, ...historyOf(row.history) };
}

function factsOf(row: Row, { currency, subscriptionId, inForce }: FactsRequest): BillingFacts {
  const version = planOf(row);
  const items = heldItemsOf(row.items);
  const planAt = (moment: TermsMoment) => (version === null ? null : planInForce(version, items, moment));
  const plan = inForce === undefined ? version : planAt(inForce);
  return {
    customerName: row.customer_name,
    hasPaymentMethod: row.rail !== null,
    rail: row.rail,
    entityId: row.entity_id,
    invoiceSeries: row.invoice_series,
    dunning: row.dunning_policy,
    incompleteHours: row.incomplete_hours,
    usageGraceHours: row.usage_grace_hours,
    lateUsage: row.late_usage,
    paymentGated: row.payment_gated,
    consolidates: row.consolidate_invoices,
    balance: row.balance === null ? zero(currency) : money(row.balance, currency),
    wallet: row.wallet === null ? null : heldWalletOf(row.wallet),
    unitWallets: heldUnitsOf(row.units),
    coupons: heldCouponsOf(row.coupons, subscriptionId),
    tax: heldTaxOf(row.tax),
    plan,
    planAt,
    items,
    proration: plan?.definition.proration ?? row.proration,
    collection: outlookOf(row),
  };
}

// A try whose outcome is not known yet counts as paid, too: its payment cannot be withdrawn without asking what became of it. Payments are
// found by the index of those that are not canceled; a canceled one brought nothing.
const billedStatement: Statement = {
  name: 'billed_lines',
  text: `
select l.id, l.price_id, l.description, l.stream, l.quantity, l.amount, l.net, l.discount, l.tax, l.currency, l.period_start, l.period_end, l.explanation,
  l.plan_id, l.product_id, l.meter_id, l.kind, coalesce((select sum(n.amount) from credit_note_lines n where n.invoice_line_id = l.id), 0) as noted,
  charges.uncredited,
  coalesce((select sum(r.amount) from payments p join refunds r on r.payment_id = p.id where p.invoice_id = i.id
    and p.status <> 'canceled' and r.status not in ('failed', 'canceled', 'refused') and not exists (select from credit_notes n where n.refund_id = r.id)), 0) as refunded,
  i.id as invoice_id, case when i.status = 'open' and i.amount_due > 0 and not exists (
    select from payments p where p.invoice_id = i.id and p.status <> 'canceled' and (p.status in ('processing', 'succeeded') or p.attempt_begun is not null)) then i.amount_due end as unpaid,
  nullif(i.subscription_id, l.subscription_id) as lead
from invoice_lines l
join invoices i on i.id = l.invoice_id
cross join lateral (
  select sum(greatest(c.gross - c.noted - c.credited, 0)) as uncredited from (
    select x.net + x.tax as gross, coalesce((select sum(n.amount) from credit_note_lines n where n.invoice_line_id = x.id), 0) as noted,
      coalesce((select -sum(k.net + k.tax) from invoice_lines k join invoices v on v.id = k.invoice_id
        where k.credits_line_id = x.id and v.status <> 'void'), 0) as credited
    from invoice_lines x where x.invoice_id = i.id and x.credits_line_id is null and x.net + x.tax > 0) c) charges
where l.tenant_id = $1 and l.subscription_id = $2 and l.period_end > $3 and l.kind in ('recurring', 'proration_charge', 'add_on')
  and i.status in ('open', 'paid') and not exists (
    select from invoice_lines c join invoices v on v.id = c.invoice_id where c.credits_line_id = l.id and v.status <> 'void')
order by l.invoice_id, l.position`,
};

interface StoredRatio {
  readonly fullStart: string;
  readonly fullEnd: string;
}

interface BilledRow {
  [column: string]: unknown;
  id: string;
  price_id: string;
  plan_id: string | null;
  product_id: string | null;
  meter_id: string | null;
  kind: LineKind;
  description: string;
  stream: string;
  quantity: string;
  amount: string;
  currency: string;
  period_start: Date;
  period_end: Date;
  net: string;
  discount: string;
  tax: string;
  /** What credit notes took off it, tax included, and what of its invoice was refunded without one. */
  noted: string;
  refunded: string;
  /** What credit notes and credits left of the charges of its invoice. */
  uncredited: string | null;
  explanation: Pick<LineExplanation, 'exact' | 'discounts' | 'tax'> & { readonly ratio: StoredRatio | null };
  invoice_id: string;
  unpaid: string | null;
  /** The subscription that collects it, if that is another one. */
  lead: string | null;
}

/** What coupons took off a charge and how it was taxed; nothing for a plain one. */
function reducedOf({ explanation, discount, tax, currency }: BilledRow): Pick<BilledLine, 'reduced'> {
  const { discounts = [], tax: taxed = null } = explanation;
  if (discounts.length === 0 && taxed === null) return {};
  const parts = discounts.map((share) => ({ ...share, amount: money(share.amount, currency) }));
  return { reduced: { discount: money(discount, currency), parts, tax: money(tax, currency), taxed } };
}

/**
 * The share of a charge that was not given back. A refund without a credit note is one of all charges alike that nothing was credited of: what
 * is left of the invoice is spread over what is left of its charges, so that it never gives back more than it charged.
 */
function leftOf({ net, tax, noted, refunded, uncredited }: BilledRow): Pick<BilledLine, 'left'> {
  if (!isAbove(noted, '0') && !isAbove(refunded, '0')) return {};
  const gross = plus(net, tax);
  const denominator = times(gross, uncredited ?? '0');
  if (!isAbove(denominator, '0')) return {};
  // What was credited is not among what is left, so a refund alone has lowered it.
  return { left: { numerator: times(excess(gross, noted), excess(uncredited ?? '0', refunded)), denominator } };
}

const openInvoiceOf = ({ invoice_id: id, currency, lead }: BilledRow, unpaid: string) => ({
  id,
  amountDue: money(unpaid, currency),
  ...(lead === null ? {} : { lead }),
});

function billedLineOf(row: BilledRow): BilledLine {
  const span = { start: row.period_start.getTime(), end: row.period_end.getTime() };
  const ratio = row.explanation.ratio;
  return {
    id: row.id,
    priceId: row.price_id,
    planId: row.plan_id,
    productId: row.product_id,
    meterId: row.meter_id,
    ...(row.kind === 'add_on' ? { isAddOn: true } : {}),
    description: row.description,
    stream: row.stream,
    quantity: row.quantity,
    amount: money(row.amount, row.currency),
    periodStart: span.start,
    periodEnd: span.end,
    full: ratio === null ? span : { start: fromIso(ratio.fullStart), end: fromIso(ratio.fullEnd) },
    exact: row.explanation.exact,
    ...reducedOf(row),
    ...leftOf(row),
    ...(row.unpaid === null ? {} : { openInvoice: openInvoiceOf(row, row.unpaid) }),
  };
}

/**
 * Charges for time after `at` that stand in the books (open or paid) and were not credited yet, as they lie in the calendar now: a pause
 * that gave time back has moved them.
 */
export async function loadBilledLines(db: Queryable, state: SubscriptionState, at: Instant): Promise<BilledLine[]> {
  const { tenantId, subscriptionId } = state;
  const rows = await db.query<BilledRow>(billedStatement, [tenantId, subscriptionId, toIso(billedSince(state, at))]);
  return rows.map(billedLineOf).map((line) => movedByPause(state, line));
}
