/** An e-invoice keeps the rules of sums of EN 16931, in both its languages, for every kind of tax; what is not known is refused by name. */
import fc from 'fast-check';
import { documentRenderers } from '../../../adapters/documents';
import { documentModel } from '../../../domain/document/model';
import type { DocumentLine, DocumentSource, DocumentTaxKind } from '../../../domain/document/source';
import { isPerennialError } from '../../../domain/errors';
import { add, fromMinorUnits, money, multiply, negate, subtract, sum, zero } from '../../../domain/money';
import { fromIso } from '../../../domain/time';
import { eur, line, source } from '../../domain/document/sources';
import '../../support/seed';

type Syntax = 'ubl' | 'cii';

async function write(from: DocumentSource, syntax: Syntax): Promise<string> {
  const bytes = await documentRenderers[syntax].render({ source: from, model: documentModel(from) });
  return Buffer.from(bytes).toString('utf8');
}

/** The texts of all elements of a name. */
const all = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map((match) => match[1] ?? '');
const within = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>[\\s\\S]*?</${name}>`, 'g'))].map((match) => match[0]);

const names = {
  ubl: {
    totals: 'cac:LegalMonetaryTotal',
    line: 'cac:InvoiceLine',
    lineNet: 'cbc:LineExtensionAmount',
    lines: 'cbc:LineExtensionAmount',
    net: 'cbc:TaxExclusiveAmount',
    gross: 'cbc:TaxInclusiveAmount',
    paid: 'cbc:PrepaidAmount',
    due: 'cbc:PayableAmount',
    group: 'cac:TaxSubtotal',
    base: 'cbc:TaxableAmount',
    tax: 'cbc:TaxAmount',
  },
  cii: {
    totals: 'ram:SpecifiedTradeSettlementHeaderMonetarySummation',
    line: 'ram:SpecifiedTradeSettlementLineMonetarySummation',
    lineNet: 'ram:LineTotalAmount',
    lines: 'ram:LineTotalAmount',
    net: 'ram:TaxBasisTotalAmount',
    gross: 'ram:GrandTotalAmount',
    paid: 'ram:TotalPrepaidAmount',
    due: 'ram:DuePayableAmount',
    group: 'ram:ApplicableTradeTax',
    base: 'ram:BasisAmount',
    tax: 'ram:CalculatedAmount',
  },
} as const;

const euros = (amounts: readonly string[]) =>
  sum(
    amounts.map((amount) => money(amount, 'EUR')),
    'EUR',
  );

interface Sums {
  readonly lines: readonly string[];
  readonly bt106: string;
  readonly bt109: string;
  readonly bt112: string;
  readonly bt113: string;
  readonly bt115: string;
  readonly groups: readonly { readonly base: string; readonly tax: string }[];
}

function sumsOf(xml: string, syntax: Syntax): Sums {
  const name = names[syntax];
  const [totals = ''] = within(xml, name.totals);
  const one = (key: keyof typeof name): string => all(totals, name[key])[0] ?? '0.00';
  const groups = within(xml, name.group).filter((group) => group.includes(`<${name.base}`));
  return {
    lines: within(xml, name.line).map((text) => all(text, name.lineNet)[0] ?? ''),
    bt106: one('lines'),
    bt109: one('net'),
    bt112: one('gross'),
    bt113: one('paid'),
    bt115: one('due'),
    groups: groups.map((group) => ({ base: all(group, name.base)[0] ?? '', tax: all(group, name.tax)[0] ?? '' })),
  };
}

/** A line of some cents, with a discount, at a rate, as charge or credit. */
const anyLine = fc
  .record({
    cents: fc.bigInt({ min: 0n, max: 10_000_000n }),
    share: fc.constantFrom('0', '0.1', '1'),
    percent: fc.constantFrom('7', '19', '25.5'),
    included: fc.boolean(),
    credit: fc.boolean(),
    quantity: fc.constantFrom('0', '1', '3', '7250.5'),
  })
  .map(({ cents, share, percent, included, credit, quantity }): DocumentLine => {
    const charged = fromMinorUnits(cents, 'EUR');
    const amount = credit ? negate(charged) : charged;
    const discount = multiply(amount, share, 'half_up');
    const left = subtract(amount, discount);
    const tax = multiply(left, included ? '0.1' : '0.19', 'half_up');
    const net = included ? subtract(left, tax) : left;
    return line({ amount, discount, tax, net, isTaxIncluded: included, taxPercent: percent, quantity });
  });

const anySource = fc
  .record({
    lines: fc.array(anyLine, { minLength: 1, maxLength: 6 }),
    settled: fc.bigInt({ min: -5_000n, max: 5_000n }),
  })
  .map(({ lines, settled }): DocumentSource => {
    const total = add(euros(lines.map(({ net }) => net.amount)), euros(lines.map(({ tax }) => tax.amount)));
    return source({ lines, total, amountDue: subtract(total, fromMinorUnits(settled, 'EUR')) });
  });

describe.each(['ubl', 'cii'] as const)('%s', (syntax) => {
  test('BR-CO-10 to BR-CO-16: lines, tax by rate, totals and what is due add up', async () => {
    await fc.assert(
      fc.asyncProperty(anySource, async (from) => {
        const sums = sumsOf(await write(from, syntax), syntax);
        expect(sums.lines).toEqual(from.lines.map(({ net }) => net.amount));
        expect(sums.bt106).toBe(euros(sums.lines).amount);
        expect(sums.bt109).toBe(sums.bt106);
        expect(euros(sums.groups.map(({ base }) => base)).amount).toBe(sums.bt109);
        expect(sums.bt112).toBe(euros([sums.bt109, ...sums.groups.map(({ tax }) => tax)]).amount);
        expect(sums.bt112).toBe(from.total.amount);
        expect(sums.bt115).toBe(subtract(euros([sums.bt112]), euros([sums.bt113])).amount);
        expect(sums.bt115).toBe(from.amountDue.amount);
      }),
      { numRuns: 8 },
    );
  });

  test('the same document gives the same text', async () => {
    expect(await write(source(), syntax)).toBe(await write(source(), syntax));
  });
});

test('quantity × price of the quantity, less discount, is the net of the line; a credit has a negative quantity and a positive price', async () => {
  const discounted = line({ quantity: '3', amount: eur('147.00'), discount: eur('14.70'), net: eur('132.30') });
  const credit = line({ quantity: '3', amount: eur('-22.22'), net: eur('-22.22'), tax: eur('-4.22') });
  const [charge = '', back = ''] = within(
    await write(source({ lines: [discounted, credit] }), 'ubl'),
    'cac:InvoiceLine',
  );
  const read = (text: string) =>
    ['cbc:InvoicedQuantity', 'cbc:Amount', 'cbc:PriceAmount', 'cbc:BaseQuantity'].map((name) => all(text, name)[0]);
  expect(read(charge)).toEqual(['3', '14.70', '147.00', '3']);
  expect(read(back)).toEqual(['-3', undefined, '22.22', '3']);
});

test.each<[DocumentTaxKind, string, string | undefined, number]>([
  ['taxed', 'S', undefined, 2],
  ['exempt', 'E', 'Exempt from tax', 2],
  ['reverse_charge', 'AE', 'Reverse charge', 2],
  ['not_collected', 'O', 'Not subject to VAT', 0],
  ['untaxed', 'O', 'Not subject to VAT', 0],
])(
  '%s is category %s with its reason; outside the scope neither side shows a VAT number',
  async (taxKind, category, reason, vatNumbers) => {
    const taxPercent = taxKind === 'taxed' ? '19' : '0';
    const tax = taxKind === 'taxed' ? eur('9.31') : zero('EUR');
    const from = source({
      lines: [line({ taxKind, taxPercent, tax })],
      taxes: [],
      total: add(eur('49.00'), tax),
      amountDue: add(eur('49.00'), tax),
    });
    const xml = await write(from, 'ubl');
    const [group = ''] = within(xml, 'cac:TaxCategory');
    expect([all(group, 'cbc:ID')[0], all(group, 'cbc:TaxExemptionReason')[0]]).toEqual([category, reason]);
    expect([xml.includes('DE136695976'), xml.includes('EL123456783')].filter(Boolean).length).toBe(vatNumbers);
  },
);

test.each<[string, Partial<DocumentSource>, string[]]>([
  ['no line', { lines: [] }, ['lines']],
  ['an address of nobody', { customer: { ...source().customer, address: null } }, ['customer.billing.address.country']],
  [
    'a seller without country and VAT number',
    { seller: { ...source().seller, address: null, taxNumbers: [] } },
    ['entity.address.country', 'entity.tax_numbers'],
  ],
  [
    'a PIN of Kenya for a VAT number',
    { seller: { ...source().seller, taxNumbers: [{ kind: 'vat', number: 'P051234567X' }] } },
    ['entity.tax_numbers'],
  ],
  [
    'reverse charge to nobody known',
    { lines: [line({ taxKind: 'reverse_charge' })], customer: { ...source().customer, taxNumbers: [] } },
    ['customer.billing.tax_numbers'],
  ],
])('%s is refused, and the answer names the field', async (_what, overrides, paths) => {
  const error: unknown = await write(source(overrides), 'ubl').catch((thrown: unknown) => thrown);
  expect(isPerennialError(error) && error.code).toBe('e_invoice_incomplete');
  expect(isPerennialError(error) && error.fields?.map(({ path }) => path)).toEqual(paths);
});

test('UBL needs the e-mail of both sides, by which it is delivered; CII does not', async () => {
  const { seller, customer } = source();
  const silent = source({ seller: { ...seller, email: null }, customer: { ...customer, email: null } });
  await expect(write(silent, 'ubl')).rejects.toMatchObject({
    fields: [{ path: 'entity.email' }, { path: 'customer.email' }],
  });
  expect(await write(silent, 'cii')).toContain('INV-000042');
});

test('a credit note is of the kind of credit notes, and names the invoice that it corrects', async () => {
  const corrects = { number: 'INV-000041', issuedAt: fromIso('2026-05-01T00:00:00.000Z') };
  const note = source({ kind: 'credit_note', number: 'CN-000001', dueAt: null, corrects });
  const ubl = await write(note, 'ubl');
  expect(ubl).toContain('<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>');
  expect(all(within(ubl, 'cac:InvoiceDocumentReference')[0] ?? '', 'cbc:ID')).toEqual(['INV-000041']);
  expect(all(await write(note, 'cii'), 'ram:TypeCode')[0]).toBe('381');
});

test('a currency of three places cannot be written, for amounts have two', async () => {
  const kwd = (amount: string) => money(amount, 'KWD');
  const one = line({ amount: kwd('1.000'), discount: zero('KWD'), net: kwd('1.000'), tax: zero('KWD') });
  await expect(write(source({ currency: 'KWD', lines: [one], amountDue: kwd('1.000') }), 'cii')).rejects.toMatchObject({
    code: 'e_invoice_incomplete',
    fields: [{ path: 'currency' }],
  });
});
