/**
 * What a document says, as finished text in its language: the one place that decides what stands on it. A renderer only places it. It holds
 * all that Directive 2006/112 Art. 226 asks for: date (1), number (2), numbers with tax offices (3, 4), names and addresses (5), quantity
 * and nature (6), day of supply (7), taxable amount by rate, unit price and discounts (8), rate (9), tax (10), reason of an exemption (11),
 * reverse charge (11a); and a credit note names the invoice that it corrects (Art. 219).
 */
import { isNegative, isPositive, isZero, negate } from '../money';
import { addressLines } from './address-lines';
import { fill, formatAmount, formatDay, formatMoney, formatNumber, formatPercent, formatPeriod } from './format';
import { formulaOf, unitPriceOf } from './formula';
import { languageOf } from './languages';
import type { Language, Phrases } from './languages/phrases';
import { legendsOf, taxTable, type TaxTable, type Total, totalsOf } from './totals';
import type { DocumentLine, DocumentParty, DocumentSource, Logo } from './source';

/** A label with its value. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Block {
  readonly name: string;
  readonly lines: readonly string[];
}

export interface Row {
  /** Above the first of rows that belong together. */
  readonly heading?: string;
  readonly description: string;
  /** Below the description, in small type. */
  readonly details: readonly string[];
  readonly quantity: string;
  readonly unitPrice: string;
  readonly taxRate: string;
  readonly amount: string;
}

export interface DocumentModel {
  /** BCP 47. */
  readonly language: string;
  readonly title: string;
  readonly number: string;
  /** The instant that the document is dated with. */
  readonly issuedAt: number;
  readonly logo: Logo | null;
  readonly accentColor: string;
  readonly seller: Block;
  readonly customerLabel: string;
  readonly customer: Block;
  readonly facts: readonly Fact[];
  /** A sentence above the table: what a credit note corrects and why. */
  readonly introduction: readonly string[];
  readonly columns: {
    readonly description: string;
    readonly quantity: string;
    readonly unitPrice: string;
    /** Null where no line is taxed: the column is left out. */
    readonly taxRate: string | null;
    readonly amount: string;
  };
  readonly rows: readonly Row[];
  readonly totals: readonly Total[];
  readonly taxes: TaxTable | null;
  readonly legends: readonly string[];
  readonly payment: readonly string[];
  readonly footer: readonly string[];
  /** "Page {page} of {pages}", the numbers still open. */
  readonly pageLabel: string;
}

function partyBlock(party: DocumentParty, { phrases }: Language): Block {
  const numbers = party.taxNumbers.map(
    ({ kind, number }) => `${kind === 'vat' ? phrases.vatNumber : phrases.taxNumber}: ${number}`,
  );
  return { name: party.name, lines: [...addressLines(party.address), ...numbers] };
}

function sellerBlock({ seller }: DocumentSource, language: Language): Block {
  const { phrases } = language;
  const { registrationNumber: number, email, phone } = seller;
  const more: [string, string | null][] = [
    [phrases.registrationNumber, number],
    [phrases.email, email],
    [phrases.phone, phone],
  ];
  const { name, lines } = partyBlock(seller, language);
  return {
    name,
    lines: [...lines, ...more.flatMap(([label, value]) => (value === null ? [] : [`${label}: ${value}`]))],
  };
}

/** From the first day that any line serves to the last. */
function wholePeriod({ lines, customerZone }: DocumentSource, language: Language): string | null {
  if (lines.length === 0) return null;
  const start = Math.min(...lines.map(({ periodStart }) => periodStart));
  const end = Math.max(...lines.map(({ periodEnd }) => periodEnd));
  return formatPeriod(start, end, customerZone, language);
}

function factsOf(source: DocumentSource, language: Language): Fact[] {
  const { phrases } = language;
  const { issuedAt, dueAt, sellerZone, number, amountDue } = source;
  const isAsked = dueAt !== null && isPositive(amountDue);
  const facts: [string, string | null][] = [
    [phrases.number, number],
    [phrases.issueDate, formatDay(issuedAt, sellerZone, language)],
    [phrases.dueDate, isAsked ? formatDay(dueAt, sellerZone, language) : null],
    [phrases.servicePeriod, wholePeriod(source, language)],
    [phrases.paymentReference, isAsked ? number : null],
  ];
  return facts.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}

function detailsOf(line: DocumentLine, zone: string, language: Language): string[] {
  const { phrases } = language;
  const money = (value: DocumentLine['amount']): string => formatMoney(value, language);
  const details = [
    formatPeriod(line.periodStart, line.periodEnd, zone, language),
    formulaOf(line.explanation, line.quantity, language),
    line.creditsNumber === null ? null : fill(phrases.credits, { number: line.creditsNumber }),
    isZero(line.discount) ? null : fill(phrases.discountOfLine, { amount: money(negate(line.discount)) }),
    // Art. 226 (8) wants what is taxed without the tax, also where the price includes it.
    line.isTaxIncluded && !isZero(line.tax) ? fill(phrases.netOfLine, { amount: money(line.net) }) : null,
  ];
  return details.filter((detail): detail is string => detail !== null);
}

/** Names what the line belongs to, unless the line before it belongs to the same. */
function headingOf({ group }: DocumentLine, before: DocumentLine | undefined): Pick<Row, 'heading'> {
  return group === undefined || group === before?.group ? {} : { heading: group };
}

function rowOf(line: DocumentLine, before: DocumentLine | undefined, zone: string, language: Language): Row {
  const unitPrice = unitPriceOf(line.explanation, line.quantity);
  return {
    ...headingOf(line, before),
    description: line.description,
    details: detailsOf(line, zone, language),
    quantity: formatNumber(line.quantity, language),
    unitPrice: unitPrice === null ? '' : formatNumber(unitPrice, language),
    taxRate: line.taxKind === 'untaxed' ? '' : formatPercent(line.taxPercent, language),
    amount: formatAmount(line.amount, language),
  };
}

function introductionOf({ corrects, reason, sellerZone }: DocumentSource, language: Language): string[] {
  const { phrases } = language;
  const sentences =
    corrects === null
      ? []
      : [
          fill(phrases.correctedInvoice, {
            number: corrects.number,
            date: formatDay(corrects.issuedAt, sellerZone, language),
          }),
        ];
  return reason === null ? sentences : [...sentences, `${phrases.reason}: ${reason}`];
}

function bankLines({ seller: { bank } }: DocumentSource, phrases: Phrases): string[] {
  if (bank === null) return [];
  const details: [string, string | null][] = [
    [phrases.accountHolder, bank.account_name],
    ['IBAN', bank.iban],
    [phrases.accountNumber, bank.account_number],
    ['BIC', bank.bic],
    [phrases.bank, bank.bank_name],
  ];
  const named = details.flatMap(([label, value]) => (value === null ? [] : [`${label}: ${value}`]));
  return named.length === 0 ? [] : [phrases.payByTransfer, ...named];
}

function paymentOf(source: DocumentSource, language: Language): string[] {
  const { kind, amountDue, dueAt, sellerZone, number } = source;
  const { phrases } = language;
  if (kind === 'credit_note' || dueAt === null) return [];
  if (!isPositive(amountDue)) return isNegative(amountDue) ? [] : [phrases.nothingDue];
  const asked = fill(phrases.payBy, {
    amount: formatMoney(amountDue, language),
    date: formatDay(dueAt, sellerZone, language),
  });
  return [asked, ...bankLines(source, phrases).map((line) => fill(line, { reference: number }))];
}

/**
 * The document of an invoice or credit note.
 * @throws PerennialError `invalid_time_zone`.
 */
export function documentModel(source: DocumentSource): DocumentModel {
  const language = languageOf(source.language);
  const { phrases } = language;
  const { seller, customerZone, lines } = source;
  const isTaxed = lines.some(({ taxKind }) => taxKind !== 'untaxed');
  return {
    language: language.code,
    title: source.kind === 'invoice' ? phrases.invoice : phrases.creditNote,
    number: source.number,
    issuedAt: source.issuedAt,
    logo: seller.logo,
    accentColor: seller.accentColor,
    seller: sellerBlock(source, language),
    customerLabel: phrases.billTo,
    customer: partyBlock(source.customer, language),
    facts: factsOf(source, language),
    introduction: introductionOf(source, language),
    columns: {
      description: phrases.description,
      quantity: phrases.quantity,
      unitPrice: phrases.unitPrice,
      taxRate: isTaxed ? phrases.taxRate : null,
      amount: fill(phrases.amount, { currency: source.currency }),
    },
    rows: lines.map((line, index) => rowOf(line, lines[index - 1], customerZone, language)),
    totals: totalsOf(source, language),
    taxes: taxTable(source, language),
    legends: legendsOf(source, language),
    payment: paymentOf(source, language),
    footer: [seller.registrationText, seller.footer].filter((line): line is string => line !== null),
    pageLabel: phrases.page,
  };
}
