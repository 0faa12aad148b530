/**
 * The facts that the document of an invoice is made of, in one round trip. Customer and entity are read as they were when the invoice was
 * recorded, and amounts as they were issued: what a later credit or payment changed does not show.
 */
import type { DocumentLine, DocumentSource } from '../../domain/document/source';
import { add, money, subtract, sum, zero, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';
import { taxesOf, type StoredTaxes } from './document-taxes';
import { partiesJoin, partiesOf, partyColumns, type PartiesRow } from './document-parties';

const statement: Statement = {
  name: 'document_source',
  text: `
select i.id, invoice_number(i.series, i.sequence) as number, i.currency, i.occurred_at, i.due_at, i.subtotal, i.discount_total, i.total,
  i.wallet_applied, i.balance_applied, i.credit_given, i.amount_due, i.credit_received, i.carried_over, i.discounts, i.taxes,
  ${partyColumns},
  -- What the invoice asked for when it was issued, less what it took over from older ones: later credits have entries of their own.
  (select sum(p.amount) from ledger_entries b join ledger_postings p on p.entry_id = b.id
    where b.tenant_id = i.tenant_id and b.kind = 'invoice' and b.source = i.id and p.account = 'receivable') as receivable,
  (select jsonb_agg(jsonb_build_object('name', w.name, 'amount', (-m.amount)::text) order by m.id)
    from wallet_movements m join wallets w on w.id = m.wallet_id where m.invoice_id = i.id and m.kind = 'drawn') as draws,
  (select jsonb_agg(jsonb_build_object('kind', l.kind, 'description', l.description, 'quantity', l.quantity::text, 'amount', l.amount::text,
      'discount', l.discount::text, 'net', l.net::text, 'tax', l.tax::text, 'included', l.tax_included,
      'start', extract(epoch from l.period_start) * 1000, 'end', extract(epoch from l.period_end) * 1000, 'explanation', l.explanation,
      'credits', invoice_number(c.series, c.sequence), 'subscription', l.subscription_id, 'plan', p.name) order by l.position)
    from invoice_lines l
    left join invoice_lines o on o.id = l.credits_line_id left join invoices c on c.id = o.invoice_id
    left join plans p on p.id = l.plan_id
    where l.invoice_id = i.id) as lines
from invoices i
join tenants t on t.id = i.tenant_id
join customers c on c.id = i.customer_id
join entities e on e.id = coalesce(i.entity_id, t.default_entity_id)
left join subscriptions s on s.id = i.subscription_id${partiesJoin('i.recorded_at')}
where i.tenant_id = $1 and i.id = $2 and i.sequence is not null`,
};

interface LineJson {
  readonly kind: string;
  readonly description: string;
  readonly quantity: string;
  readonly amount: string;
  readonly discount: string;
  readonly net: string;
  readonly tax: string;
  readonly included: boolean;
  readonly start: number;
  readonly end: number;
  readonly explanation: { readonly tax?: { readonly kind: DocumentLine['taxKind']; readonly percent: string } };
  readonly credits: string | null;
  readonly subscription: string | null;
  readonly plan: string | null;
}

interface Row extends PartiesRow {
  [column: string]: unknown;
  id: string;
  number: string;
  currency: string;
  occurred_at: Date;
  due_at: Date;
  subtotal: string;
  discount_total: string;
  total: string;
  wallet_applied: string;
  balance_applied: string;
  credit_given: string;
  credit_received: string;
  carried_over: string;
  amount_due: string;
  receivable: string | null;
  discounts: { readonly name: string; readonly amount: Money }[] | null;
  taxes: StoredTaxes | null;
  draws: { readonly name: string; readonly amount: string }[] | null;
  lines: LineJson[] | null;
}

/** The subscriptions of a consolidated invoice, by the name of their plan; none for an invoice of one. */
function groupsOf(lines: readonly LineJson[]): ReadonlyMap<string | null, string> {
  const ids = [...new Set(lines.map(({ subscription }) => subscription))];
  if (ids.length < 2) return new Map();
  const named = ids.map((id) => {
    const plan = lines.find((line) => line.subscription === id && line.plan !== null)?.plan ?? null;
    return [id, [plan, id].filter((part) => part !== null).join(' · ')] as const;
  });
  return new Map(named);
}

function linesOf(lines: readonly LineJson[], currency: string): DocumentLine[] {
  const groups = groupsOf(lines);
  return lines.map((line) => {
    const group = groups.get(line.subscription);
    return { ...lineOf(line, currency), ...(group === undefined ? {} : { group }) };
  });
}

function lineOf(line: LineJson, currency: string): DocumentLine {
  const { tax: taxed } = line.explanation;
  return {
    kind: line.kind,
    description: line.description,
    quantity: line.quantity,
    amount: money(line.amount, currency),
    discount: money(line.discount, currency),
    net: money(line.net, currency),
    tax: money(line.tax, currency),
    isTaxIncluded: line.included,
    taxKind: taxed?.kind ?? 'untaxed',
    taxPercent: taxed?.percent ?? '0',
    periodStart: line.start,
    periodEnd: line.end,
    explanation: line.explanation,
    creditsNumber: line.credits,
  };
}

type Amounts = Pick<
  DocumentSource,
  | 'subtotal'
  | 'discounts'
  | 'discountTakenBack'
  | 'total'
  | 'walletDraws'
  | 'balanceApplied'
  | 'carriedOver'
  | 'creditGiven'
  | 'amountDue'
>;

/** As issued: an invoice without any posting never asked for anything that could have changed. */
function amountsOf(row: Row): Amounts {
  const { currency, discounts, draws } = row;
  const of = (amount: string): Money => money(amount, currency);
  const creditGiven = of(row.credit_given);
  const amountDue =
    row.receivable === null ? add(of(row.amount_due), of(row.credit_received)) : add(of(row.receivable), creditGiven);
  const named = (discounts ?? []).map(({ name, amount }) => ({ name, amount: of(amount.amount) }));
  const taken = sum(
    named.map(({ amount }) => amount),
    currency,
  );
  const applied = add(of(row.wallet_applied), of(row.balance_applied));
  const asked = add(of(row.total), creditGiven);
  return {
    subtotal: of(row.subtotal),
    discounts: named,
    discountTakenBack: subtract(of(row.discount_total), taken),
    total: of(row.total),
    walletDraws: (draws ?? []).map(({ name, amount }) => ({ name, amount: of(amount) })),
    balanceApplied: of(row.balance_applied),
    carriedOver: subtract(subtract(asked, applied), amountDue),
    creditGiven,
    amountDue,
  };
}

function sourceOf(row: Row): DocumentSource {
  const { currency } = row;
  return {
    kind: 'invoice',
    number: row.number,
    currency,
    issuedAt: row.occurred_at.getTime(),
    dueAt: row.due_at.getTime(),
    ...partiesOf(row),
    lines: linesOf(row.lines ?? [], currency),
    taxes: taxesOf(row.taxes, zero(currency)),
    ...amountsOf(row),
    corrects: null,
    given: null,
    reason: null,
  };
}

/** The facts of an invoice's document; null when there is no such invoice, or it has no number yet. */
export async function loadInvoiceSource(
  db: Queryable,
  tenantId: string,
  invoiceId: string,
): Promise<DocumentSource | null> {
  const [row] = await db.query<Row>(statement, [tenantId, invoiceId]);
  return row === undefined ? null : sourceOf(row);
}
