/** What a provider of sales tax is asked about, and the invoice that follows from what it says. */
import fc from 'fast-check';
import { linesToAsk } from '../../../domain/invoice/said-taxes';
import type { SaidTax, TaxFacts } from '../../../domain/invoice/tax-facts';
import { money, sum } from '../../../domain/money';
import { unknownBuyer } from '../../../domain/tax/buyer';
import type { SalesTaxLineAnswer } from '../../../domain/tax/sales-tax';
import { assembled, charge, june, sumsOf, taxSettings } from './assembled';

const usd = (amount: string) => money(amount, 'USD');
const registrations = [{ country: 'US', region: null, tax_number: null, from: '2020-01-01', to: null }];
const newYork = { country: 'US', region: 'US-NY' };

const asking = (more: Partial<TaxFacts> = {}, prices: 'exclusive' | 'inclusive' = 'exclusive'): TaxFacts => ({
  settings: taxSettings({
    seller: {
      country: 'US',
      registrations,
      union_scheme: false,
      consumers_at_origin: false,
      reverse_charge_countries: null,
    },
    prices,
    sales_tax: { provider: 'stripe_tax', countries: ['US'], outage: 'table' },
  }),
  buyer: { ...unknownBuyer, address: newYork },
  table: { rates: [] },
  categories: {},
  ...more,
});

const place = {
  place: newYork,
  decision: { kind: 'unsettled', reason: 'too_few', evidence: [] },
  presumed: null,
} as const;
const moment = { now: june, timeZone: 'UTC' };
const linesOf = (amounts: readonly string[]) =>
  amounts.map((amount) => ({ line: charge(amount), left: usd(amount), credited: null }));
const asked = (amounts: readonly string[], facts = asking()) =>
  linesToAsk(linesOf(amounts), facts, place, moment, 'USD').map(({ reference, amount }) => [reference, amount.amount]);

const answer = (position: number, tax: string, percent: string, reason = 'standard_rated'): SalesTaxLineAnswer => ({
  reference: `line-${position}`,
  tax: usd(tax),
  jurisdictions: [
    {
      name: 'New York',
      level: 'state',
      country: 'US',
      region: 'US-NY',
      percent,
      taxable: usd('1.00'),
      tax: usd(tax),
      reason,
    },
  ],
});
const said = (lines: readonly SalesTaxLineAnswer[], more: Partial<SaidTax> = {}): SaidTax => ({
  provider: 'stripe_tax',
  answer: { kind: 'answered', calculation: 'taxcalc_1', date: '2026-06-01', lines },
  obstacle: null,
  ...more,
});

test('charges are asked about one by one, and nobody is asked where no provider is named', () => {
  expect(asked(['90.00', '10.00'])).toEqual([
    ['line-0', '90.00'],
    ['line-1', '10.00'],
  ]);
  expect(asked(['90.00'], asking({ settings: { ...asking().settings, sales_tax: null } }))).toEqual([]);
});

test('a cap is set off against the charges in proportion, and a sum of nothing is not asked about', () => {
  expect(asked(['90.00', '10.00', '-30.00'])).toEqual([
    ['line-0', '63.00'],
    ['line-1', '7.00'],
  ]);
  expect(asked(['30.00', '-30.00'])).toEqual([]);
  expect(asked(['-5.00'])).toEqual([]);
});

test('the lines that are asked about come to what the invoice sells, none above itself', () => {
  const cents = fc.integer({ min: -5_000, max: 10_000 }).map((units) => `${units < 0 ? '-' : ''}${Math.abs(units)}`);
  fc.assert(
    fc.property(fc.array(cents, { minLength: 1, maxLength: 8 }), (amounts) => {
      const lefts = amounts.map((amount) => usd(`${amount}.00`));
      const lines = lefts.map((left) => ({ line: charge(left.amount), left, credited: null }));
      const made = linesToAsk(lines, asking(), place, moment, 'USD');
      const all = sum(lefts, 'USD');
      const total = sum(
        made.map(({ amount }) => amount),
        'USD',
      );
      expect(total.amount).toBe(all.amount.startsWith('-') ? '0.00' : all.amount);
      for (const { reference, amount } of made) {
        const left = lefts[Number.parseInt(reference.slice('line-'.length), 10)];
        expect(BigInt(amount.amount.replace('.', ''))).toBeLessThanOrEqual(BigInt(left!.amount.replace('.', '')));
        expect(amount.amount.startsWith('-')).toBe(false);
      }
    }),
  );
});

test('the invoice says what the provider said: tax by line, one row for each rate, and what is reported as sold', () => {
  const facts = asking({ said: said([answer(0, '5.59', '8.875'), answer(1, '0.62', '8.875')]) });
  const invoice = assembled([charge('90.00'), charge('10.00'), charge('-30.00', { kind: 'cap' })], { tax: facts });
  expect(sumsOf(invoice)).toBe('70.00 - 0.00 + 6.21 (0.00) = 76.21');
  expect(invoice.taxes?.rows).toMatchObject([
    { kind: 'taxed', region: 'US-NY', percent: '8.875', base: usd('70.00'), tax: usd('6.21'), lines: [0, 1, 2] },
  ]);
  expect(invoice.taxes?.provider).toMatchObject({ calculation: 'taxcalc_1', obstacle: null, sold: usd('76.21') });
});

test('a price that includes tax keeps its amount, and holds what the provider said', () => {
  const facts = asking({ said: said([answer(0, '8.15', '8.875')]) }, 'inclusive');
  expect(sumsOf(assembled([charge('100.00')], { tax: facts }))).toBe('100.00 - 0.00 + 0.00 (8.15) = 100.00');
});

test.each([
  ['product_exempt', 'exempt'],
  ['not_collecting', 'not_collected'],
])('no tax because of %s is %s', (reason, kind) => {
  const facts = asking({ said: said([answer(0, '0.00', '0', reason)]) });
  expect(assembled([charge('100.00')], { tax: facts }).taxes?.rows).toMatchObject([{ kind, percent: '0' }]);
});

test('what the table answered in an outage is provisional, and has no calculation', () => {
  const facts = asking({ said: said([answer(0, '4.00', '4')], { obstacle: 'timeout' }) });
  const invoice = assembled([charge('100.00')], { tax: facts });
  expect(invoice.lines[0]?.explanation.tax).toMatchObject({ provisional: true });
  expect(invoice.taxes?.provider).toMatchObject({ calculation: null, obstacle: 'timeout' });
});
