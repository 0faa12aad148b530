/**
 * An invoice or credit note for machines by the European standard EN 16931, in its two languages: UBL 2.1, and CII as Factur-X and ZUGFeRD hold it.
 * The library knows the order and names of all elements and checks the values against its schema.
 */
import type { Invoice } from '@e-invoice-eu/core';
import { legendsOf } from '../../../domain/document/totals';
import { languageOf } from '../../../domain/document/languages';
import type { DocumentSource } from '../../../domain/document/source';
import { fail } from '../../../domain/errors';
import { add, isPositive, isZero, subtract, sum } from '../../../domain/money';
import { day } from './day';
import { faultsOf, type Syntax } from './faults';
import { lineElement } from './line';
import { buyerParty, type Element, sellerParty, told } from './party';
import { isOutOfScope, taxTotal, taxTotalElement } from './vat';

/** What lines, tax and earlier payments come to (BG-22): BT-106, BT-109, BT-112, BT-113, BT-115. */
function totalsElement(source: DocumentSource): Element {
  const { currency, lines, amountDue } = source;
  const net = sum(
    lines.map((line) => line.net),
    currency,
  );
  const gross = add(net, taxTotal(source));
  // Credits, balance, what is carried over, and (negative) what was taken over from an older invoice.
  const settled = subtract(gross, amountDue);
  const of = (name: string, amount: string): Element => ({ [name]: amount, [`${name}@currencyID`]: currency });
  return {
    ...of('cbc:LineExtensionAmount', net.amount),
    ...of('cbc:TaxExclusiveAmount', net.amount),
    ...of('cbc:TaxInclusiveAmount', gross.amount),
    ...(isZero(settled) ? {} : of('cbc:PrepaidAmount', settled.amount)),
    ...of('cbc:PayableAmount', amountDue.amount),
  };
}

/** Credit transfer (UNTDID 4461: 30), where a bank account is known. */
function paymentElement({ seller: { bank }, number }: DocumentSource): Element[] | null {
  const account = bank?.iban ?? bank?.account_number ?? null;
  if (bank === null || account === null) return null;
  return [
    {
      'cbc:PaymentMeansCode': '30',
      'cbc:PaymentID': number,
      'cac:PayeeFinancialAccount': told({
        'cbc:ID': account,
        'cbc:Name': bank.account_name,
        'cac:FinancialInstitutionBranch': bank.bic === null ? null : { 'cbc:ID': bank.bic },
      }),
    },
  ];
}

/** The invoice that a credit note corrects (BG-3). */
function correctedElement({ corrects, sellerZone }: DocumentSource): Element[] | null {
  if (corrects === null) return null;
  const { number, issuedAt } = corrects;
  return [{ 'cac:InvoiceDocumentReference': { 'cbc:ID': number, 'cbc:IssueDate': day(issuedAt, sellerZone) } }];
}

function invoiceElement(source: DocumentSource): Element {
  const { lines, customerZone, sellerZone, dueAt, amountDue, seller, customer } = source;
  const outOfScope = isOutOfScope(source);
  const notes = legendsOf(source, languageOf(source.language));
  const first = Math.min(...lines.map(({ periodStart }) => periodStart));
  const last = Math.max(...lines.map(({ periodStart, periodEnd }) => Math.max(periodStart, periodEnd - 1)));
  return told({
    'cbc:CustomizationID': 'urn:cen.eu:en16931:2017',
    'cbc:ID': source.number,
    'cbc:IssueDate': day(source.issuedAt, sellerZone),
    'cbc:DueDate': dueAt !== null && isPositive(amountDue) ? day(dueAt, sellerZone) : null,
    // Commercial invoice, credit note (UNTDID 1001).
    'cbc:InvoiceTypeCode': source.kind === 'invoice' ? '380' : '381',
    'cbc:Note': notes.length === 0 ? null : [notes.join(' ')],
    'cbc:DocumentCurrencyCode': source.currency,
    'cac:InvoicePeriod': { 'cbc:StartDate': day(first, customerZone), 'cbc:EndDate': day(last, customerZone) },
    'cac:BillingReference': correctedElement(source),
    'cac:AccountingSupplierParty': { 'cac:Party': sellerParty(seller, !outOfScope) },
    'cac:AccountingCustomerParty': { 'cac:Party': buyerParty(customer, !outOfScope) },
    // Where the service is delivered (BT-80). CII wants the element, whatever it holds.
    'cac:Delivery': {
      'cac:DeliveryLocation': {
        'cac:Address': { 'cac:Country': { 'cbc:IdentificationCode': customer.address?.country } },
      },
    },
    'cac:PaymentMeans': paymentElement(source),
    'cac:TaxTotal': [taxTotalElement(source)],
    'cac:LegalMonetaryTotal': totalsElement(source),
    'cac:InvoiceLine': lines.map((line, index) => lineElement(line, index + 1, customerZone, outOfScope)),
  });
}

/** The library has something to say only about spreadsheets. */
const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Writes the e-invoice.
 * @throws PerennialError `e_invoice_incomplete` with what is not known, by field.
 */
export async function writeXml(source: DocumentSource, syntax: Syntax): Promise<string> {
  const faults = faultsOf(source, syntax);
  if (faults.length > 0) fail('e_invoice_incomplete', {}, { fields: faults });
  const { InvoiceService } = await import('@e-invoice-eu/core');
  // The library's type spells every currency out; its schema checks the value.
  const invoice = { 'ubl:Invoice': invoiceElement(source) } as unknown as Invoice;
  const written = await new InvoiceService(silent).generate(invoice, { format: syntax, lang: 'en' });
  return typeof written === 'string' ? written : Buffer.from(written).toString('utf8');
}
