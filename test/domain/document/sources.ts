/** Sources of documents for tests: one invoice with everything, which a test changes where it needs to. */
import type { DocumentLine, DocumentSource } from '../../../domain/document/source';
import { money, zero } from '../../../domain/money';
import { fromIso } from '../../../domain/time';

export const eur = (amount: string) => money(amount, 'EUR');

const june = { periodStart: fromIso('2026-05-31T22:00:00.000Z'), periodEnd: fromIso('2026-06-30T22:00:00.000Z') };
const may = { periodStart: fromIso('2026-04-30T22:00:00.000Z'), periodEnd: fromIso('2026-05-31T22:00:00.000Z') };

/** A line of one unit at a flat price, taxed on top at 19 %. */
export function line(overrides: Partial<DocumentLine> = {}): DocumentLine {
  return {
    kind: 'recurring',
    description: 'Pro, monthly',
    quantity: '1',
    amount: eur('49.00'),
    discount: eur('0.00'),
    net: eur('49.00'),
    tax: eur('9.31'),
    isTaxIncluded: false,
    taxKind: 'taxed',
    taxPercent: '19',
    ...june,
    explanation: {
      exact: '49.00',
      pricing: { steps: [{ quantity: '1', unitAmount: '49.00' }] },
      ratio: null,
      text: '49.00 EUR flat',
    },
    creditsNumber: null,
    ...overrides,
  };
}

const usage = line({
  kind: 'usage',
  description: 'Requests to the API',
  quantity: '7250',
  amount: eur('72.25'),
  discount: eur('7.23'),
  net: eur('65.02'),
  tax: eur('12.35'),
  ...may,
  explanation: {
    exact: '72.25',
    pricing: {
      steps: [
        { quantity: '1000', unitAmount: '0.012' },
        { quantity: '1', unitAmount: '3' },
        { quantity: '4000', unitAmount: '0.009' },
        { quantity: '2250', unitAmount: '0.005' },
        { quantity: '1', unitAmount: '10' },
      ],
    },
    ratio: null,
    text: '',
  },
});

const seller: DocumentSource['seller'] = {
  id: 'ent_01kav5xq8yfz2s1m3c4d5e6f7g',
  name: 'Kilima Software GmbH',
  address: {
    line1: 'Straße der Freundschaft 12',
    line2: null,
    city: 'Köln',
    postal_code: '50667',
    region: null,
    country: 'DE',
  },
  taxNumbers: [
    { kind: 'vat', number: 'DE136695976' },
    { kind: 'other', number: '214/5800/1234' },
  ],
  email: 'billing@kilima.example',
  phone: '+49 221 123456',
  registrationNumber: 'HRB 12345',
  registrationText: 'Amtsgericht Köln, HRB 12345. Geschäftsführerin: Zuri Mwangi',
  bank: {
    account_name: 'Kilima Software GmbH',
    bank_name: 'Sparkasse KölnBonn',
    iban: 'DE89370400440532013000',
    account_number: null,
    bic: 'COBADEFFXXX',
  },
  footer: 'Thank you.',
  accentColor: '#1f3a5f',
  logo: null,
};

/** 49.00 + 72.25 − 7.23 = 114.02 net, 21.66 tax at 19 %, 135.68; 20.00 from credits, 5.68 from the balance. */
export function source(overrides: Partial<DocumentSource> = {}): DocumentSource {
  return {
    kind: 'invoice',
    number: 'INV-000042',
    currency: 'EUR',
    language: 'en',
    issuedAt: fromIso('2026-06-01T09:30:00.000Z'),
    dueAt: fromIso('2026-06-15T09:30:00.000Z'),
    sellerZone: 'Europe/Berlin',
    customerZone: 'Europe/Berlin',
    seller,
    customer: {
      id: 'cus_01kav5xq8yfz2s1m3c4d5e6f7g',
      name: 'Ακρόπολις Λογισμικό ΑΕ',
      address: {
        line1: 'Οδός Ερμού 5',
        line2: '2ος όροφος',
        city: 'Αθήνα',
        postal_code: '105 63',
        region: null,
        country: 'GR',
      },
      taxNumbers: [{ kind: 'vat', number: 'EL123456783' }],
      email: 'logistirio@acropolis.example',
    },
    lines: [line(), usage],
    subtotal: eur('121.25'),
    discounts: [{ name: 'Ten percent off requests', amount: eur('7.23') }],
    discountTakenBack: eur('0.00'),
    taxes: [
      {
        kind: 'taxed',
        percent: '19',
        country: 'DE',
        included: false,
        net: eur('114.02'),
        tax: eur('21.66'),
        legend: null,
      },
    ],
    total: eur('135.68'),
    walletDraws: [{ name: 'Start credit', amount: eur('20.00') }],
    balanceApplied: eur('5.68'),
    carriedOver: zero('EUR'),
    creditGiven: zero('EUR'),
    amountDue: eur('110.00'),
    corrects: null,
    given: null,
    reason: null,
    ...overrides,
  };
}
