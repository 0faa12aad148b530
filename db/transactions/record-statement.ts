import type { Statement } from '../pool';
import { couponPartsSql, type CouponPart } from './record-coupons';
import { itemPartsSql, type ItemPart } from './record-items';
import { creditPartsSql, type CreditPart } from './record-credits-parts';
import { returnPartsSql, type ReturnPart } from './record-returns';

/**
 * Writes all that facts change, in one statement. It is put together from the parts that the facts have rows for: what a plan holds
 * costs time even where there is nothing to do. Each part takes its rows as one JSON parameter, in which `at` is the business time of
 * the row's fact and `n` the place of the fact among those that are written together; the last select insists that every part found
 * what it expected.
 */
export type Part =
  | CouponPart
  | ItemPart
  | CreditPart
  | 'invoice'
  | 'lines'
  | ReturnPart
  | 'usage'
  | 'changes'
  | 'reduced'
  | 'closed'
  | 'balance'
  | 'payment'
  | 'declines'
  | 'attempt'
  | 'method'
  | 'entries'
  | 'postings'
  | 'subscription'
  | 'events'
  | 'audit';

export interface PartSql {
  /** The part's letter in the statement's name. */
  readonly letter: string;
  /** Its common table expressions. `$1` is the tenant, `rows` the part's own parameter. */
  readonly tables: (rows: string, withInvoice: boolean) => string;
  /** What must hold afterwards. */
  readonly insist?: string;
}

/**
 * Says the same as the join beside it, as a condition that an index answers: the plan is made once per connection, perhaps while a table is
 * new and empty, and would walk through all of it for ever after.
 */
const amongIds = (column: string, rows: string): string => `${column} = any(array(select id from ${rows}))`;

/** The invoice's number is known only here: it is put where a document of the same fact names it. */
const numbered = (row: string, column: string, path: string, withInvoice: boolean): string => {
  const document = `${row}.${column}`;
  return withInvoice
    ? `coalesce((select jsonb_set(${document}, '${path}', to_jsonb(o.number)) from numbers o where o.n = ${row}.n), ${document})`
    : document;
};

const partsSql: Readonly<Record<Part, PartSql>> = {
  invoice: {
    letter: 'i',
    tables: (rows) => `
invoice_in as (
  select *, row_number() over (partition by series order by n) as place, count(*) over (partition by series) as places
  from jsonb_to_recordset(${rows}) as i(n integer, at timestamptz, id text, customer_id text, subscription_id text, wallet_id text, reissues_invoice_id text, business_key text,
    status text, entity_id text, series text, currency text, total numeric, discount_total numeric, tax_added numeric,
    tax_included numeric, discounts jsonb, taxes jsonb, credit_given numeric, wallet_applied numeric, balance_applied numeric, carried_over numeric, amount_due numeric,
    period_start timestamptz, period_end timestamptz)
), numbered as (
  -- In one order, so that statements with the same two series wait for each other instead of locking each other out.
  insert into invoice_series as s (tenant_id, series, last_number) select $1, series, count(*) from invoice_in group by series order by series
  on conflict (tenant_id, series) do update set last_number = s.last_number + excluded.last_number returning series, last_number
), invoice_out as (
  insert into invoices (id, tenant_id, customer_id, subscription_id, wallet_id, reissues_invoice_id, business_key, status, entity_id, series, sequence, currency, total,
    discount_total, tax_added, tax_included, discounts, taxes, credit_given, wallet_applied, balance_applied, carried_over, amount_due, period_start, period_end, due_at, settled_at, occurred_at)
  select i.id, $1, i.customer_id, i.subscription_id, i.wallet_id, i.reissues_invoice_id, i.business_key, i.status, i.entity_id, i.series, s.last_number - i.places + i.place, i.currency,
    i.total, coalesce(i.discount_total, 0), coalesce(i.tax_added, 0), coalesce(i.tax_included, 0), i.discounts, i.taxes, i.credit_given, i.wallet_applied, i.balance_applied, i.carried_over, i.amount_due, i.period_start, i.period_end, i.at,
    case when i.status = 'paid' then i.at end, i.at
  from invoice_in i join numbered s using (series) returning id, invoice_number(series, sequence) as number
), numbers as (
  select i.n, o.number from invoice_in i join invoice_out o using (id)
)`,
  },
  lines: {
    letter: 'l',
    tables: (rows) => `
lines_out as (
  insert into invoice_lines (id, tenant_id, invoice_id, subscription_id, position, kind, description, price_id, stream, quantity, amount,
    discount, tax, tax_included, currency, period_start, period_end, credits_line_id, plan_id, product_id, meter_id, explanation)
  select id, $1, invoice_id, subscription_id, position, kind, description, price_id, stream, quantity, amount,
    coalesce(discount, 0), coalesce(tax, 0), coalesce(tax_included, false), currency, period_start,
    period_end, credits_line_id, plan_id, product_id, meter_id, explanation
  from jsonb_to_recordset(${rows}) as l(id text, invoice_id text, subscription_id text, position integer, kind text, description text,
    price_id text, stream text, quantity numeric, amount numeric, discount numeric, tax numeric,
    tax_included boolean, currency text, period_start timestamptz, period_end timestamptz,
    credits_line_id text, plan_id text, product_id text, meter_id text, explanation jsonb)
)`,
  },
  usage: {
    letter: 't',
    tables: (rows) => `
usage_out as (
  insert into usage_billings (tenant_id, customer_id, subscription_id, meter_id, price_id, starts_at, ends_at, invoice_id, usage, counted,
    exact, billed, rating)
  select $1, customer_id, subscription_id, meter_id, price_id, starts_at, ends_at, invoice_id, usage, counted::pg_snapshot, exact, billed, rating
  from jsonb_to_recordset(${rows}) as t(customer_id text, subscription_id text, meter_id text, price_id text, starts_at timestamptz,
    ends_at timestamptz, invoice_id text, usage jsonb, counted text, exact numeric, billed numeric, rating jsonb)
)`,
  },
  changes: {
    letter: 'c',
    tables: (rows) => `
change_in as (
  select * from jsonb_to_recordset(${rows}) as c(at timestamptz, id text, status text, amount_paid numeric, expected numeric)
), changed as (
  update invoices i set status = c.status, amount_paid = c.amount_paid, settled_at = c.at
  from change_in c where ${amongIds('i.id', 'change_in')} and i.id = c.id and (i.status = 'open' or (i.status = 'uncollectible' and c.status = 'paid'))
    and (c.expected is null or i.amount_due = c.expected) returning i.id
)`,
    insist: `insist((select count(*) from changed), (select count(*) from change_in), 'an invoice was settled meanwhile')`,
  },
  reduced: {
    letter: 'r',
    tables: (rows) => `
reduction_in as (
  select * from jsonb_to_recordset(${rows}) as r(at timestamptz, id text, expected numeric, credit numeric, carried_over numeric, status text)
), reduced as (
  update invoices i set credit_received = i.credit_received + r.credit, carried_over = i.carried_over + r.carried_over,
    amount_due = i.amount_due - r.credit - r.carried_over, status = r.status, settled_at = case when r.status <> 'open' then r.at end
  from reduction_in r where ${amongIds('i.id', 'reduction_in')} and i.id = r.id and i.status = 'open' and i.amount_due = r.expected returning i.id
)`,
    insist: `insist((select count(*) from reduced), (select count(*) from reduction_in), 'an invoice that is credited changed meanwhile')`,
  },
  closed: {
    letter: 'x',
    // Its payment was canceled at the provider: a try that was begun has no outcome to wait for.
    tables: (rows) => `
payments_closed as (
  update payments p set status = 'canceled', attempt_begun = null, attempt_method_id = null, attempt_fingerprint = null,
    attempt_begun_at = null, attempt_customer_present = null, next_action_url = null
  from jsonb_to_recordset(${rows}) as c(id text) where p.invoice_id = c.id and p.status <> 'succeeded' and p.status not in ('canceled')
)`,
  },
  balance: {
    letter: 'b',
    tables: (rows) => `
balance_in as (
  select * from jsonb_to_recordset(${rows}) as b(customer_id text, currency text, change numeric, expected numeric)
), balance_out as (
  insert into customer_balances as b (tenant_id, customer_id, currency, amount) select $1, customer_id, currency, change from balance_in
  on conflict (customer_id, currency) do update set amount = b.amount + excluded.amount
    where exists (select from balance_in n where n.customer_id = b.customer_id and n.currency = b.currency
      and (n.expected is null or n.expected = b.amount))
  returning amount
)`,
    insist: `insist((select count(*) from balance_out), (select count(*) from balance_in), 'the balance moved meanwhile')`,
  },
  payment: {
    letter: 'p',
    tables: (rows) => `
payment_in as (
  select * from jsonb_to_recordset(${rows}) as p(at timestamptz, id text, invoice_id text, subscription_id text, customer_id text, rail text,
    provider_ref text, status text, amount numeric, currency text, attempts integer, attempt_begun integer, attempt_method_id text, attempt_fingerprint text,
    attempt_customer_present boolean, attempt_begun_at timestamptz, last_charge_ref text, next_action_url text,
    balance_transaction_ref text, fee numeric, expected_attempts integer, expected_begun integer)
), payment_out as (
  insert into payments as p (id, tenant_id, invoice_id, subscription_id, customer_id, rail, provider_ref, status, amount, currency, attempts,
    attempt_begun, attempt_method_id, attempt_fingerprint, attempt_customer_present, attempt_begun_at, last_charge_ref, next_action_url,
    balance_transaction_ref, fee, occurred_at)
  select id, $1, invoice_id, subscription_id, customer_id, rail, provider_ref, status, amount, currency, attempts, attempt_begun,
    attempt_method_id, attempt_fingerprint, attempt_customer_present, attempt_begun_at, last_charge_ref, next_action_url,
    balance_transaction_ref, fee, at
  from payment_in
  on conflict (rail, provider_ref) do update set status = excluded.status, attempts = excluded.attempts,
    attempt_begun = excluded.attempt_begun, attempt_method_id = excluded.attempt_method_id,
    attempt_fingerprint = excluded.attempt_fingerprint, attempt_customer_present = excluded.attempt_customer_present,
    attempt_begun_at = excluded.attempt_begun_at, last_charge_ref = excluded.last_charge_ref,
    next_action_url = excluded.next_action_url, balance_transaction_ref = excluded.balance_transaction_ref, fee = excluded.fee
  where p.status <> 'succeeded' and exists (
    select from payment_in n where n.rail = p.rail and n.provider_ref = p.provider_ref and n.expected_attempts = p.attempts and n.expected_begun is not distinct from p.attempt_begun)
  returning p.id
)`,
    insist: `insist((select count(*) from payment_out), (select count(*) from payment_in), 'the payment moved meanwhile')`,
  },
  declines: {
    letter: 'd',
    tables: (rows) => `
declines_in as (
  select * from jsonb_to_recordset(${rows}) as d(at timestamptz, fingerprint text, seen bigint)
)`,
    // As many days as a month can have: 744 hours. Counted after the payment's part, which waits for another try of the card.
    insist: `insist((select count(*) from declines_in d where d.seen = card_declines($1, d.fingerprint, d.at - interval '744 hours')),
    (select count(*) from declines_in), 'the card was declined meanwhile')`,
  },
  attempt: {
    letter: 'a',
    tables: (rows) => `
attempt_out as (
  insert into payment_attempts (payment_id, number, tenant_id, payment_method_id, fingerprint, outcome, decline, charge_ref,
    customer_present, occurred_at)
  select payment_id, number, $1, payment_method_id, fingerprint, outcome, decline, charge_ref, customer_present, at
  from jsonb_to_recordset(${rows}) as a(at timestamptz, payment_id text, number integer, payment_method_id text, fingerprint text, outcome text,
    decline jsonb, charge_ref text, customer_present boolean)
)`,
  },
  method: {
    letter: 'm',
    tables: (rows) => `
method_out as (
  update payment_methods m set status = n.status
  from jsonb_to_recordset(${rows}) as n(id text, status text) where m.id = n.id and m.status <> 'detached'
)`,
  },
  entries: {
    letter: 'e',
    tables: (rows) => `
entries_out as (
  insert into ledger_entries (id, tenant_id, kind, source, occurred_at)
  select id, $1, kind, source, at from jsonb_to_recordset(${rows}) as e(at timestamptz, id text, kind text, source text)
)`,
  },
  postings: {
    letter: 'o',
    tables: (rows) => `
postings_out as (
  insert into ledger_postings (entry_id, position, tenant_id, account, currency, amount)
  select entry_id, position, $1, account, currency, amount
  from jsonb_to_recordset(${rows}) as p(entry_id text, position integer, account text, currency text, amount numeric)
)`,
  },
  subscription: {
    letter: 's',
    tables: (rows, withInvoice) => `
subscription_in as (
  select * from jsonb_to_recordset(${rows}) as s(n integer, id text, state jsonb, next_due_at timestamptz, canceled_at timestamptz)
), subscription_out as (
  update subscriptions s set status = n.state->>'status', plan_id = n.state->'terms'->>'planId',
    plan_version = (n.state->'terms'->>'planVersion')::integer, quantity = (n.state->'terms'->>'quantity')::bigint,
    trial_end = to_timestamp((n.state->>'trialEnd')::numeric / 1000),
    current_period_index = (n.state->'period'->>'index')::integer,
    current_period_start = to_timestamp((n.state->'period'->>'start')::numeric / 1000),
    current_period_end = to_timestamp((n.state->'period'->>'end')::numeric / 1000),
    cancel_at = to_timestamp((n.state->>'cancelAt')::numeric / 1000),
    canceled_at = coalesce(s.canceled_at, n.canceled_at), next_due_at = n.next_due_at, attention = n.state->>'attention',
    state = ${withInvoice ? `case when n.state->'lastInvoice'->>'number' = '' then ${numbered('n', 'state', '{lastInvoice,number}', true)} else n.state end` : 'n.state'}
  from subscription_in n where ${amongIds('s.id', 'subscription_in')} and s.id = n.id returning s.id
)`,
    insist: `insist((select count(*) from subscription_out), (select count(*) from subscription_in), 'the subscription is missing')`,
  },
  events: {
    letter: 'v',
    tables: (rows, withInvoice) => `
events_out as (
  insert into events (id, tenant_id, type, customer_id, subscription_id, invoice_id, data, fact_seq, fact, occurred_at)
  select id, $1, type, customer_id, subscription_id, invoice_id, data, fact_seq, ${numbered('e', 'fact', '{invoice,number}', withInvoice)},
    at
  from jsonb_to_recordset(${rows}) as e(n integer, at timestamptz, id text, type text, customer_id text, subscription_id text, invoice_id text, data jsonb,
    fact_seq integer, fact jsonb)
)`,
  },
  audit: {
    letter: 'u',
    tables: (rows) => `
audit_out as (
  insert into audit_log (id, tenant_id, actor, action, subject_id, command_id, outcome, before, after, result, request_id, occurred_at)
  select id, $1, actor, action, subject_id, command_id, outcome, before, after, result, request_id, at
  from jsonb_to_recordset(${rows}) as a(at timestamptz, id text, actor text, action text, subject_id text, command_id text, outcome text, before jsonb,
    after jsonb, result jsonb, request_id text)
)`,
  },
  ...couponPartsSql,
  ...itemPartsSql,
  ...creditPartsSql,
  ...returnPartsSql,
};

/** The order of the parts in a statement and of their rows among its parameters. */
export const partNames = Object.keys(partsSql) as Part[];

/** Facts come in about twenty shapes; each is put together once per process. */
const statements = new Map<string, Statement>();

function build(name: string, parts: readonly Part[]): Statement {
  const withInvoice = parts.includes('invoice');
  const tables = parts.map((part, index) => partsSql[part].tables(`$${index + 2}`, withInvoice));
  const insists = parts.flatMap((part) => partsSql[part].insist ?? []);
  const numbers = withInvoice ? '(select jsonb_object_agg(n, number) from numbers)' : 'null::jsonb';
  // The condition tells Postgres the type of the first parameter in whatever parts there are.
  const select = `select ${[`${numbers} as numbers`, ...insists].join(',\n  ')}\nwhere $1::text <> ''`;
  return { name, text: `with ${tables.join(', ')}\n${select}` };
}

/** The statement for these parts, at least one, in the order of `partNames`. */
export function recordStatement(parts: readonly Part[]): Statement {
  const name = `record_${parts.map((part) => partsSql[part].letter).join('')}`;
  const statement = statements.get(name) ?? build(name, parts);
  statements.set(name, statement);
  return statement;
}
