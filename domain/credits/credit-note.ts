/**
 * Credit notes: a document that lowers an issued invoice. It never takes more than remains, of the invoice and of each line, whatever came
 * before. What is still asked for is reduced first, because a credit gives back what was paid, never what was only asked for; the rest is
 * refunded or goes to the customer's balance.
 */
import { type FieldError, type Refusal, isRefusal, refusal } from '../errors';
import {
  type Money,
  add,
  compare,
  formatMoney,
  isPositive,
  isZero,
  max,
  min,
  money,
  multiplyByRatio,
  subtract,
  sum,
  zero,
} from '../money';
import { listOf, name, objectOf, oneOf, parameters, positive, where, withDefault } from '../pricing/fields';

export interface CreditableLine {
  readonly id: string;
  readonly description: string;
  /** After discounts. */
  readonly net: Money;
  /** Its share of the tax (`taxLines`). */
  readonly tax: Money;
  /** Which row of the invoice's tax it belongs to. */
  readonly taxRow: string;
  /** What was credited of it before, by credit notes and by credit lines of later invoices. */
  readonly credited: { readonly net: Money; readonly tax: Money };
}

export interface CreditableInvoice {
  readonly id: string;
  readonly currency: string;
  readonly lines: readonly CreditableLine[];
  /** What it still asks for; no payment of it may be on its way. */
  readonly amountDue: Money;
  /** What was paid for it by a rail and not refunded yet. */
  readonly refundable: Money;
  /** What was given back of it without a credit note. */
  readonly givenBack: Money;
}

export interface CreditRequest {
  readonly lines: readonly { readonly line_id: string; readonly amount: string }[];
  /** Whether the amounts are with tax or without. */
  readonly basis: 'gross' | 'net';
  /** Where what was paid goes. */
  readonly rest: 'refund' | 'balance';
}

/** As many as an invoice can have in reason. */
const linesMax = 10_000;

/** Reads a request from outside, or what is wrong by field. */
export const parseCreditRequest = parameters<CreditRequest>(
  where(
    objectOf<CreditRequest>({
      lines: listOf(objectOf<CreditRequest['lines'][number]>({ line_id: name, amount: positive }), linesMax),
      basis: withDefault(oneOf('gross', 'net'), 'gross'),
      rest: withDefault(oneOf('refund', 'balance'), 'balance'),
    }),
    ({ lines }) =>
      lines.flatMap(({ line_id }, index) => {
        const first = lines.findIndex((line) => line.line_id === line_id);
        return first === index ? [] : [{ path: `lines.${index}.line_id`, message: `is credited by lines.${first}` }];
      }),
  ),
);

export interface CreditNoteLine {
  readonly lineId: string;
  readonly description: string;
  readonly net: Money;
  readonly tax: Money;
  readonly gross: Money;
  readonly taxRow: string;
  /** "12.00 USD of 48.00 USD; 12.00 USD were credited before". */
  readonly text: string;
}

export interface CreditNote {
  readonly invoiceId: string;
  readonly lines: readonly CreditNoteLine[];
  readonly net: Money;
  readonly tax: Money;
  /** net + tax = reduced + refunded + toBalance. */
  readonly gross: Money;
  /** By row of the invoice's tax, at the rate that the invoice was taxed with. */
  readonly taxRows: readonly { readonly taxRow: string; readonly net: Money; readonly tax: Money }[];
  /** Off what the invoice still asks for. */
  readonly reduced: Money;
  readonly refunded: Money;
  readonly toBalance: Money;
  readonly text: string;
}

export type CreditRefusal = Refusal<'credit_exceeds_remaining'> | Refusal<'validation_failed'>;

const grossOf = ({ net, tax }: { readonly net: Money; readonly tax: Money }): Money => add(net, tax);

/** What can still be credited of a line: nothing of one that is no charge. */
export function remainingOfLine({ net, tax, credited }: CreditableLine): { readonly net: Money; readonly tax: Money } {
  const none = zero(net.currency);
  return { net: max(none, subtract(net, credited.net)), tax: max(none, subtract(tax, credited.tax)) };
}

/** What can still be credited of an invoice, with tax: its lines, credits among them, less what was credited and given back. */
export function remainingOfInvoice({ lines, givenBack, currency }: CreditableInvoice): Money {
  const total = sum(lines.map(grossOf), currency);
  const credited = sum(
    lines.map((line) => grossOf(line.credited)),
    currency,
  );
  return max(zero(currency), subtract(subtract(total, credited), givenBack));
}

/**
 * The tax of a part of a line. It is what the tax grows by from what was credited before to what is credited with this part, so that the
 * parts of any sequence add up to the tax of the line. Where notes with and without tax alternate, or a credit line of a later invoice was
 * rounded otherwise, it stays within what remains.
 */
function taxOfPart(line: CreditableLine, amount: Money, basis: CreditRequest['basis']): Money {
  const { credited, tax } = line;
  const [whole, before] = basis === 'gross' ? [grossOf(line), grossOf(credited)] : [line.net, credited.net];
  const upTo = multiplyByRatio(tax, add(before, amount).amount, whole.amount, 'half_up');
  const rest = remainingOfLine(line).tax;
  const most = basis === 'gross' ? min(amount, rest) : rest;
  return max(zero(amount.currency), min(subtract(upTo, credited.tax), most));
}

function noteLine(line: CreditableLine, amount: Money, basis: CreditRequest['basis']): CreditNoteLine {
  const tax = taxOfPart(line, amount, basis);
  const net = basis === 'gross' ? subtract(amount, tax) : amount;
  const gross = add(net, tax);
  const before = grossOf(line.credited);
  const history = isZero(before) ? '' : `; ${formatMoney(before)} were credited before`;
  const text = `${formatMoney(gross)} of ${formatMoney(grossOf(line))}${history}`;
  return { lineId: line.id, description: line.description, net, tax, gross, taxRow: line.taxRow, text };
}

const exceeds = (requested: Money, remaining: Money, what: string) =>
  refusal('credit_exceeds_remaining', { requested: formatMoney(requested), remaining: formatMoney(remaining), what });

/** An amount above zero in whole minor units, or null. */
function moneyOf(amount: string, currency: string): Money | null {
  try {
    const value = money(amount, currency);
    return isPositive(value) ? value : null;
  } catch {
    return null;
  }
}

function wrong(path: string, message: string): Refusal<'validation_failed'> {
  const fields: FieldError[] = [{ path, message }];
  return refusal('validation_failed', {}, { fields });
}

function lineFor(invoice: CreditableInvoice, request: CreditRequest, index: number): CreditNoteLine | CreditRefusal {
  const asked = request.lines[index];
  const line = invoice.lines.find(({ id }) => id === asked?.line_id);
  const isRepeated = request.lines.findIndex(({ line_id }) => line_id === asked?.line_id) !== index;
  if (asked === undefined || line === undefined || isRepeated)
    return wrong(`lines.${index}.line_id`, 'must be a line of the invoice, named once');
  const amount = moneyOf(asked.amount, invoice.currency);
  if (amount === null)
    return wrong(`lines.${index}.amount`, `must be above 0 in whole minor units of ${invoice.currency}`);
  const rest = remainingOfLine(line);
  const remaining = request.basis === 'gross' ? grossOf(rest) : rest.net;
  if (compare(amount, remaining) > 0) return exceeds(amount, remaining, `the line ${line.id}`);
  return noteLine(line, amount, request.basis);
}

function taxRowsOf(lines: readonly CreditNoteLine[], currency: string): CreditNote['taxRows'] {
  return [...new Set(lines.map(({ taxRow }) => taxRow))].map((taxRow) => {
    const own = lines.filter((line) => line.taxRow === taxRow);
    return {
      taxRow,
      net: sum(
        own.map(({ net }) => net),
        currency,
      ),
      tax: sum(
        own.map(({ tax }) => tax),
        currency,
      ),
    };
  });
}

/** What is asked for first; then the rest as it was wished, a refund no further than there is money to refund. */
function destinations({ amountDue, refundable }: CreditableInvoice, gross: Money, rest: CreditRequest['rest']) {
  const reduced = min(gross, amountDue);
  const paid = subtract(gross, reduced);
  const refunded = rest === 'refund' ? min(paid, refundable) : zero(gross.currency);
  return { reduced, refunded, toBalance: subtract(paid, refunded) };
}

function textOf({ reduced, refunded, toBalance }: ReturnType<typeof destinations>, gross: Money): string {
  const parts = [
    [reduced, 'off what the invoice asks for'],
    [refunded, 'refunded'],
    [toBalance, 'to the balance'],
  ] as const;
  const named = parts.filter(([amount]) => !isZero(amount)).map(([amount, where]) => `${formatMoney(amount)} ${where}`);
  return `${formatMoney(gross)}: ${named.join(', ')}`;
}

/**
 * A credit note on an invoice, or why not: `credit_exceeds_remaining` when more is asked than remains of a line or of the invoice,
 * `validation_failed` for a line that is not on it, is named twice, or an amount that is no money above zero.
 * @throws PerennialError `currency_mismatch` when the invoice mixes currencies.
 */
export function creditNote(invoice: CreditableInvoice, request: CreditRequest): CreditNote | CreditRefusal {
  const { currency } = invoice;
  const lines: CreditNoteLine[] = [];
  for (const index of request.lines.keys()) {
    const line = lineFor(invoice, request, index);
    if (isRefusal(line)) return line;
    lines.push(line);
  }
  if (lines.length === 0) return wrong('lines', 'must have at least one line');
  const of = (part: 'net' | 'tax' | 'gross'): Money =>
    sum(
      lines.map((line) => line[part]),
      currency,
    );
  const gross = of('gross');
  const remaining = remainingOfInvoice(invoice);
  if (compare(gross, remaining) > 0) return exceeds(gross, remaining, `the invoice ${invoice.id}`);
  const given = destinations(invoice, gross, request.rest);
  return {
    invoiceId: invoice.id,
    lines,
    net: of('net'),
    tax: of('tax'),
    gross,
    taxRows: taxRowsOf(lines, currency),
    ...given,
    text: textOf(given, gross),
  };
}

/** The invoice after a credit note of it. */
export function afterCreditNote(invoice: CreditableInvoice, note: CreditNote): CreditableInvoice {
  return {
    ...invoice,
    amountDue: subtract(invoice.amountDue, note.reduced),
    refundable: subtract(invoice.refundable, note.refunded),
    lines: invoice.lines.map((line) => {
      const credit = note.lines.find(({ lineId }) => lineId === line.id);
      if (credit === undefined) return line;
      const credited = { net: add(line.credited.net, credit.net), tax: add(line.credited.tax, credit.tax) };
      return { ...line, credited };
    }),
  };
}
