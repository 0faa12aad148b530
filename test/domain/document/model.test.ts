/** A document says all that Directive 2006/112 Art. 226 asks for, and its sums are those of the invoice. */
import { documentModel, type DocumentModel } from '../../../domain/document/model';
import { fromIso } from '../../../domain/time';
import { eur, line, source } from './sources';

const nbsp = '\u00a0';
const plain = (text: string): string => text.replaceAll(nbsp, ' ').replaceAll('\u202f', ' ');
const facts = (model: DocumentModel) =>
  Object.fromEntries(model.facts.map(({ label, value }) => [label, plain(value)]));
const totals = (model: DocumentModel) => model.totals.map(({ label, value }) => [plain(label), plain(value)]);

const model = documentModel(source());

describe('Article 226', () => {
  test('(1), (2): date of issue and number', () => {
    expect(facts(model)).toMatchObject({ Number: 'INV-000042', 'Date of issue': '1 June 2026' });
  });

  test('(3), (4), (5): names, addresses and tax numbers of both', () => {
    expect(model.seller).toEqual({
      name: 'Kilima Software GmbH',
      lines: [
        'Straße der Freundschaft 12',
        '50667 Köln',
        'Germany',
        'VAT number: DE136695976',
        'Tax number: 214/5800/1234',
        'Registration number: HRB 12345',
        'E-mail: billing@kilima.example',
        'Phone: +49 221 123456',
      ],
    });
    expect(model.customer).toEqual({
      name: 'Ακρόπολις Λογισμικό ΑΕ',
      lines: ['Οδός Ερμού 5', '2ος όροφος', '105 63 Αθήνα', 'Greece', 'VAT number: EL123456783'],
    });
  });

  test('(6), (7), (8): quantity, nature, days of service, unit price, discount', () => {
    expect(model.rows[0]).toEqual({
      description: 'Pro, monthly',
      details: ['1 June 2026 – 30 June 2026'],
      quantity: '1',
      unitPrice: '49.00',
      taxRate: '19%',
      amount: '49.00',
    });
    expect(model.rows[1]?.details.map(plain)).toEqual([
      '1 May 2026 – 31 May 2026',
      '1,000 × 0.012 + 3 + 4,000 × 0.009 + 2,250 × 0.005 + 10',
      'Discount EUR −7.23',
    ]);
    expect(facts(model)['Service period']).toBe('1 May 2026 – 30 June 2026');
  });

  test('an invoice of several subscriptions names each above the first of its lines', () => {
    const groups = ['Pro · sub_1', 'Pro · sub_1', 'Team · sub_2'];
    const { rows } = documentModel(source({ lines: groups.map((group) => line({ group })) }));
    expect(rows.map(({ heading }) => heading)).toEqual(['Pro · sub_1', undefined, 'Team · sub_2']);
  });

  test('(8), (9), (10): taxable amount, rate and tax by rate', () => {
    expect(model.taxes?.rows.map(({ rate, net, tax, gross }) => [rate, net, tax, gross].map(plain))).toEqual([
      ['VAT 19%', 'EUR 114.02', 'EUR 21.66', 'EUR 135.68'],
    ]);
  });

  const untaxed = (taxKind: 'exempt' | 'reverse_charge' | 'not_collected', legend: string | null, language: string) =>
    documentModel(
      source({
        language,
        lines: [line({ taxKind, taxPercent: '0', tax: eur('0.00') })],
        taxes: [
          { kind: taxKind, percent: '0', country: 'GR', included: false, net: eur('49.00'), tax: eur('0.00'), legend },
        ],
      }),
    ).legends;

  test('(11): why something is exempt', () => {
    expect(untaxed('exempt', 'Art. 151 of Directive 2006/112', 'en')).toEqual([
      'Exempt from tax: Art. 151 of Directive 2006/112',
    ]);
  });

  test.each([
    ['en', 'Reverse charge'],
    ['de', 'Steuerschuldnerschaft des Leistungsempfängers'],
    ['fr', 'Autoliquidation'],
    ['es', 'Inversión del sujeto pasivo'],
  ])('(11a): reverse charge in the words that the law of %s prescribes', (language, words) => {
    expect(untaxed('reverse_charge', 'Reverse charge', language)).toEqual([words]);
  });
});

test('from the subtotal to what is asked for, each step once', () => {
  expect(totals(model)).toEqual([
    ['Subtotal', 'EUR 121.25'],
    ['Discount: Ten percent off requests', 'EUR −7.23'],
    ['VAT 19% on EUR 114.02', 'EUR 21.66'],
    ['Total', 'EUR 135.68'],
    ['Paid from credits: Start credit', 'EUR −20.00'],
    ['Paid from your balance', 'EUR −5.68'],
    ['Amount due', 'EUR 110.00'],
  ]);
});

test('an invoice without tax, discount or credits shows its total and what is due, and no column of tax', () => {
  const none = documentModel(
    source({
      lines: [line({ taxKind: 'untaxed', taxPercent: '0', tax: eur('0.00') })],
      discounts: [],
      taxes: [],
      total: eur('49.00'),
      walletDraws: [],
      balanceApplied: eur('0.00'),
      amountDue: eur('49.00'),
    }),
  );
  expect(totals(none)).toEqual([
    ['Total', 'EUR 49.00'],
    ['Amount due', 'EUR 49.00'],
  ]);
  expect([none.columns.taxRate, none.taxes, none.legends]).toEqual([null, null, []]);
});

test('prices that include tax say so, show the net of each line, and add no tax to the total', () => {
  const included = documentModel(
    source({
      lines: [line({ isTaxIncluded: true, amount: eur('9.99'), net: eur('8.26'), tax: eur('1.73'), taxPercent: '21' })],
      subtotal: eur('9.99'),
      discounts: [],
      taxes: [
        {
          kind: 'taxed',
          percent: '21',
          country: 'ES',
          included: true,
          net: eur('8.26'),
          tax: eur('1.73'),
          legend: null,
        },
      ],
      total: eur('9.99'),
      walletDraws: [],
      balanceApplied: eur('0.00'),
      amountDue: eur('9.99'),
    }),
  );
  expect(totals(included)).toEqual([
    ['Total', 'EUR 9.99'],
    ['VAT 21% included', 'EUR 1.73'],
    ['Amount due', 'EUR 9.99'],
  ]);
  expect(included.rows[0]?.details.map(plain)).toContain('EUR 8.26 without tax');
  expect(included.legends).toEqual(['Prices include tax.']);
});

test('a part of a period shows its share, and a credit the invoice that it gives back from', () => {
  const ratio = { policy: 'day', numerator: '14', denominator: '30' };
  const explanation = { pricing: { steps: [{ quantity: '1', unitAmount: '49' }] }, ratio, text: '' };
  const credit = line({ amount: eur('-22.87'), net: eur('-22.87'), explanation, creditsNumber: 'INV-000007' });
  const [row] = documentModel(source({ lines: [credit], language: 'de' })).rows;
  expect(row?.details.slice(1)).toEqual(['49 × 14 / 30 Tage', 'Gutschrift zu einem Posten der Rechnung INV-000007']);
  expect([row?.unitPrice, row?.amount]).toEqual(['', '−22,87']);
});

test('an explanation of another form is shown as the sentence it holds', () => {
  const [row] = documentModel(source({ lines: [line({ explanation: { text: 'the least of the plan' } })] })).rows;
  expect(row?.details).toEqual(['1 June 2026 – 30 June 2026', 'the least of the plan']);
});

test('what is asked for has a date, a reference and the bank; nothing has none of them', () => {
  expect(model.payment.map(plain)).toEqual([
    'Please pay EUR 110.00 by 15 June 2026.',
    'By bank transfer, with the reference INV-000042:',
    'Account holder: Kilima Software GmbH',
    'IBAN: DE89370400440532013000',
    'BIC: COBADEFFXXX',
    'Bank: Sparkasse KölnBonn',
  ]);
  const paid = documentModel(source({ amountDue: eur('0.00') }));
  expect(paid.payment).toEqual(['There is nothing to pay.']);
  expect(facts(paid)).not.toHaveProperty('Due date');
});

test('what is kept as balance, carried over and taken over from older invoices is said by name', () => {
  const changed = documentModel(
    source({
      walletDraws: [],
      balanceApplied: eur('-3.00'),
      carriedOver: eur('0.20'),
      creditGiven: eur('22.22'),
      discountTakenBack: eur('-1.00'),
    }),
  );
  expect(totals(changed)).toEqual(
    expect.arrayContaining([
      ['Kept as your balance', 'EUR 3.00'],
      ['Carried over to the next invoice', 'EUR −0.20'],
      ['Credited to an earlier invoice', 'EUR 22.22'],
      ['Discount on what is given back', 'EUR 1.00'],
    ]),
  );
});

test('a credit note names the invoice that it corrects, asks for nothing and has no due date', () => {
  const corrects = { number: 'INV-000041', issuedAt: fromIso('2026-05-01T00:00:00.000Z') };
  const note = documentModel(
    source({
      kind: 'credit_note',
      number: 'CN-000001',
      language: 'fr',
      dueAt: null,
      corrects,
      reason: 'Panne du 3 mai',
    }),
  );
  expect([note.title, ...note.introduction]).toEqual([
    'Avoir',
    'Rectifie la facture INV-000041 du 1er mai 2026',
    'Motif: Panne du 3 mai',
  ]);
  expect(note.payment).toEqual([]);
  expect(note.totals.at(-1)?.label).toBe('Montant de l’avoir');
});

test('tax of the United States is sales tax', () => {
  const sales = {
    kind: 'taxed',
    percent: '8.25',
    country: 'US',
    included: false,
    net: eur('49.00'),
    tax: eur('4.04'),
    legend: null,
  } as const;
  expect(totals(documentModel(source({ taxes: [sales] })))[2]).toEqual(['Sales tax 8.25% on EUR 49.00', 'EUR 4.04']);
});
