/** The facts that the document of a credit note is made of: its own rows, taxed as the invoice was, and the parties as they were when it was recorded. */
import type { DocumentLine, DocumentSource, DocumentTax } from '../../domain/document/source';
import { add, money, zero, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';
import { partiesJoin, partiesOf, partyColumns, type PartiesRow } from './document-parties';

const statement: Statement = {
  name: 'credit_note_source',
  text: `
select n.id, invoice_number(n.series, n.sequence) as number, n.currency, n.occurred_at, n.memo, n.net, n.gross, n.reduced, n.refunded,
  n.to_balance, invoice_number(i.series, i.sequence) as invoice_number, i.occurred_at as invoice_at, n.reason, ${partyColumns},
  (select jsonb_agg(jsonb_build_object('kind', l.kind, 'description', l.description, 'net', l.net::text, 'tax', l.tax::text,
      'start', extract(epoch from l.period_start) * 1000, 'end', extract(epoch from l.period_end) * 1000,
      'taxed', o.explanation->'tax') order by l.position)
    from credit_note_lines l join invoice_lines o on o.id = l.invoice_line_id where l.credit_note_id = n.id) as lines
from credit_notes n
join invoices i on i.id = n.invoice_id
join tenants t on t.id = n.tenant_id
join customers c on c.id = n.customer_id
join entities e on e.id = coalesce(i.entity_id, t.default_entity_id)
left join subscriptions s on s.id = n.subscription_id${partiesJoin('n.recorded_at')}
where n.tenant_id = $1 and n.id = $2`,
};

interface LineTaxJson {
  readonly kind: DocumentTax['kind'];
  readonly percent: string;
  readonly country: string;
  readonly legend: string | null;
}

interface LineJson {
  readonly kind: string;
  readonly description: string;
  readonly net: string;
  readonly tax: string;
  readonly start: number;
  readonly end: number;
  readonly taxed: LineTaxJson | null;
}

interface Row extends PartiesRow {
  [column: string]: unknown;
  number: string;
  currency: string;
  occurred_at: Date;
  reason: string;
  memo: string | null;
  net: string;
  gross: string;
  reduced: string;
  refunded: string;
  to_balance: string;
  invoice_number: string;
  invoice_at: Date;
  lines: LineJson[] | null;
}

/** A note shows amounts without tax and the tax on top, whatever the prices of the invoice did. */
function lineOf(line: LineJson, currency: string): DocumentLine {
  const net = money(line.net, currency);
  return {
    kind: line.kind,
    description: line.description,
    quantity: '1',
    amount: net,
    discount: zero(currency),
    net,
    tax: money(line.tax, currency),
    isTaxIncluded: false,
    taxKind: line.taxed?.kind ?? 'untaxed',
    taxPercent: line.taxed?.percent ?? '0',
    periodStart: line.start,
    periodEnd: line.end,
    explanation: null,
    creditsNumber: null,
  };
}

function taxesOf(lines: readonly LineJson[], currency: string): DocumentTax[] {
  const found = new Map<string, DocumentTax>();
  for (const { taxed, net, tax } of lines) {
    if (taxed === null) continue;
    const { kind, percent, country, legend } = taxed;
    const key = JSON.stringify([kind, percent, country, legend]);
    const before = found.get(key) ?? { net: zero(currency), tax: zero(currency) };
    const sums = { net: add(before.net, money(net, currency)), tax: add(before.tax, money(tax, currency)) };
    found.set(key, { kind, percent, country, legend, included: false, ...sums });
  }
  return [...found.values()];
}

function amountsOf(row: Row) {
  const { currency } = row;
  const of = (amount: string): Money => money(amount, currency);
  const none = zero(currency);
  return {
    subtotal: of(row.net),
    discounts: [],
    discountTakenBack: none,
    total: of(row.gross),
    walletDraws: [],
    balanceApplied: none,
    carriedOver: none,
    creditGiven: none,
    amountDue: none,
    given: { reduced: of(row.reduced), refunded: of(row.refunded), toBalance: of(row.to_balance) },
  };
}

function sourceOf(row: Row): DocumentSource {
  const { currency } = row;
  const lines = row.lines ?? [];
  return {
    kind: 'credit_note',
    number: row.number,
    currency,
    issuedAt: row.occurred_at.getTime(),
    dueAt: null,
    ...partiesOf(row),
    lines: lines.map((line) => lineOf(line, currency)),
    taxes: taxesOf(lines, currency),
    ...amountsOf(row),
    corrects: { number: row.invoice_number, issuedAt: row.invoice_at.getTime() },
    reason: row.memo === null ? row.reason : `${row.reason}. ${row.memo}`,
  };
}

/** The facts of a credit note's document; null when there is no such note. */
export async function loadCreditNoteSource(
  db: Queryable,
  tenantId: string,
  creditNoteId: string,
): Promise<DocumentSource | null> {
  const [row] = await db.query<Row>(statement, [tenantId, creditNoteId]);
  return row === undefined ? null : sourceOf(row);
}
