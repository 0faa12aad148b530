/** The tax of an invoice, by line and by rate, and the amounts of an invoice with discounts and tax. */
import fc from 'fast-check';
import { discountLines, type Discounts } from '../../../domain/discount/discount-lines';
import {
  absolute,
  add,
  compare,
  fromMinorUnits,
  isNegative,
  money,
  roundRatio,
  subtract,
  sum,
} from '../../../domain/money';
import { invoiceAmounts, netOf } from '../../../domain/tax/invoice-amounts';
import { type TaxableLine, type Taxes, taxLines } from '../../../domain/tax/tax-lines';
import { anyCoupons, anyLines, attached, june, line, usd } from '../discount/coupons';
import { treatment } from './table';

const on = (amount: string, percent: string, more: Partial<TaxableLine> = {}): TaxableLine => ({
  amount: usd(amount),
  isTaxIncluded: false,
  treatment: treatment(percent),
  ...more,
});
/** The lines of an invoice as its amounts are computed from. */
const reduced = (discounts: Discounts, taxes: Taxes, isTaxIncluded: (index: number) => boolean) =>
  discounts.lines.map(({ amount, discount }, index) => ({
    amount,
    discount,
    tax: taxes.lines[index]!.tax,
    isTaxIncluded: isTaxIncluded(index),
  }));
const within = (amount: string, percent: string) => on(amount, percent, { isTaxIncluded: true });
const three = [on('3.33', '19'), on('3.33', '19'), on('3.33', '19')];

describe('three lines of 3.33 at 19 %', () => {
  test('owe 1.90 when rounded per rate, each line with its share', () => {
    const taxes = taxLines(three, 'USD');
    expect(taxes.tax).toEqual(usd('1.90'));
    expect(taxes.lines.map(({ tax }) => tax.amount)).toEqual(['0.63', '0.64', '0.63']);
    expect(taxes.groups).toEqual([
      {
        kind: 'taxed',
        country: 'DE',
        region: null,
        percent: '19',
        legend: null,
        isTaxIncluded: false,
        lines: [0, 1, 2],
        net: usd('9.99'),
        tax: usd('1.90'),
        gross: usd('11.89'),
        explanation: {
          amount: usd('9.99'),
          numerator: '19',
          denominator: '100',
          rounding: 'half_up',
          rounded: 'per_rate',
          text: '19 % of 9.99 USD',
        },
      },
    ]);
  });

  test('owe 1.89 when rounded per line', () => {
    const taxes = taxLines(three, 'USD', 'per_line');
    expect(taxes.tax).toEqual(usd('1.89'));
    expect(taxes.groups[0]?.explanation.text).toBe('19 % of 9.99 USD, rounded by line');
  });
});

describe('a price that includes tax', () => {
  test.each([
    ['119.00', '19', '19.00', '100.00'],
    ['9.99', '21', '1.73', '8.26'],
    ['0.01', '19', '0.00', '0.01'],
    ['-119.00', '19', '-19.00', '-100.00'],
    ['108.88', '8.875', '8.88', '100.00'],
  ])('of %s at %s %% holds %s of tax', (gross, percent, tax, net) => {
    const taxes = taxLines([within(gross, percent)], 'USD');
    expect(taxes.lines).toEqual([{ net: usd(net), tax: usd(tax), gross: usd(gross) }]);
    expect([taxes.included, taxes.added]).toEqual([usd(tax), usd('0.00')]);
  });
});

test('rates, legends, and prices with and without tax stand in rows of their own', () => {
  const reverse = treatment('0', {
    kind: 'reverse_charge',
    place: { country: 'FR', region: null },
    legend: 'Reverse charge',
  });
  const lines = [
    on('10.00', '19'),
    on('10.00', '7'),
    on('10.00', '19'),
    within('10.00', '19'),
    on('10.00', '0', { treatment: reverse }),
  ];
  const taxes = taxLines(lines, 'USD');
  expect(
    taxes.groups.map(({ kind, percent, isTaxIncluded, lines: of, tax }) => [
      kind,
      percent,
      isTaxIncluded,
      of,
      tax.amount,
    ]),
  ).toEqual([
    ['taxed', '19', false, [0, 2], '3.80'],
    ['taxed', '7', false, [1], '0.70'],
    ['taxed', '19', true, [3], '1.60'],
    ['reverse_charge', '0', false, [4], '0.00'],
  ]);
  expect(taxes.groups[3]?.legend).toBe('Reverse charge');
  expect([taxes.tax, taxes.added, taxes.included]).toEqual([usd('6.10'), usd('4.50'), usd('1.60')]);
});

test('two exemptions have a row each, since each states its own provision', () => {
  const exempt = (legend: string) => on('10.00', '0', { treatment: treatment('0', { kind: 'exempt', legend }) });
  const { groups } = taxLines([exempt('Art. 132'), exempt('Art. 151')], 'USD');
  expect(groups.map(({ legend, lines }) => [legend, lines])).toEqual([
    ['Art. 132', [0]],
    ['Art. 151', [1]],
  ]);
});

test('an invoice without lines owes no tax', () => {
  expect(taxLines([], 'USD')).toMatchObject({ lines: [], groups: [], tax: usd('0.00') });
});

test('a line in another currency is refused', () => {
  expect(() => taxLines([{ ...on('1.00', '19'), amount: money('1.00', 'EUR') }], 'USD')).toThrow(
    expect.objectContaining({ code: 'currency_mismatch' }),
  );
});

const anyTaxable = fc
  .array(
    fc.record({
      cents: fc.integer({ min: -5000, max: 20_000 }),
      percent: fc.constantFrom('0', '7', '8.875', '19', '21', '100'),
      isTaxIncluded: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((list) =>
    list.map(({ cents, percent, isTaxIncluded }) =>
      on(fromMinorUnits(BigInt(cents), 'USD').amount, percent, { isTaxIncluded }),
    ),
  );
const rounding = fc.constantFrom('per_rate', 'per_line');

describe('over any lines', () => {
  test('net + tax = gross in lines, rows and in all, and rows are the sums of their lines', () => {
    fc.assert(
      fc.property(anyTaxable, rounding, (lines, how) => {
        const taxes = taxLines(lines, 'USD', how);
        for (const { net, tax, gross } of [...taxes.lines, ...taxes.groups]) expect(add(net, tax)).toEqual(gross);
        expect(taxes.lines).toHaveLength(lines.length);
        for (const { lines: of, tax, net } of taxes.groups) {
          expect(
            sum(
              of.map((index) => taxes.lines[index]!.tax),
              'USD',
            ),
          ).toEqual(tax);
          expect(
            sum(
              of.map((index) => taxes.lines[index]!.net),
              'USD',
            ),
          ).toEqual(net);
        }
        expect(
          sum(
            taxes.lines.map(({ tax }) => tax),
            'USD',
          ),
        ).toEqual(taxes.tax);
      }),
    );
  });

  test('the tax of a row per rate can be computed again from what it states', () => {
    fc.assert(
      fc.property(anyTaxable, (lines) => {
        for (const { tax, explanation } of taxLines(lines, 'USD').groups) {
          const { amount, numerator, denominator, rounding: mode } = explanation;
          expect(roundRatio(amount.amount, 'USD', numerator, denominator, mode)).toEqual(tax);
        }
      }),
    );
  });

  test('the share of a line is within a minor unit of its own tax, has its sign, and is never above it', () => {
    fc.assert(
      fc.property(anyTaxable, (lines) => {
        const each = taxLines(lines, 'USD', 'per_line');
        taxLines(lines, 'USD').lines.forEach(({ tax, net, gross }, index) => {
          expect(compare(absolute(subtract(tax, each.lines[index]!.tax)), usd('0.01'))).toBeLessThanOrEqual(0);
          if (isNegative(gross)) expect([tax, net].some((part) => compare(part, usd('0.00')) > 0)).toBe(false);
          else expect([tax, net].some(isNegative)).toBe(false);
        });
      }),
    );
  });
});

describe('an invoice with discounts and tax', () => {
  const moment = { at: june, periodStart: june };

  test('is taxed on what the discounts left', () => {
    const discounts = discountLines({
      lines: [line('100.00'), line('19.00')],
      coupons: [attached('cpn_1', { percent: '50' })],
      currency: 'USD',
      moment,
    });
    const taxes = taxLines(
      discounts.lines.map(({ net }, index) => on(net.amount, '19', { isTaxIncluded: index === 1 })),
      'USD',
    );
    const made = reduced(discounts, taxes, (index) => index === 1);
    expect(invoiceAmounts(made, 'USD')).toEqual({
      subtotal: usd('119.00'),
      discounts: usd('59.50'),
      taxAdded: usd('9.50'),
      taxIncluded: usd('1.52'),
      total: usd('69.00'),
    });
    expect(made.map(netOf)).toEqual([usd('50.00'), usd('7.98')]);
  });

  test('has subtotal − discounts + tax = total, and net + tax = total, whatever the lines, coupons, rates and rounding', () => {
    const terms = fc.array(
      fc.record({ percent: fc.constantFrom('0', '7', '19', '8.875'), isTaxIncluded: fc.boolean() }),
      {
        minLength: 6,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(anyLines, anyCoupons, terms, rounding, (lines, coupons, of, how) => {
        const discounts = discountLines({ lines, coupons, currency: 'USD', moment });
        const taxable = discounts.lines.map(({ net }, index) =>
          on(net.amount, of[index]!.percent, { isTaxIncluded: of[index]!.isTaxIncluded }),
        );
        const taxes = taxLines(taxable, 'USD', how);
        const made = reduced(discounts, taxes, (index) => of[index]!.isTaxIncluded);
        const { subtotal, discounts: off, taxAdded, taxIncluded, total } = invoiceAmounts(made, 'USD');
        expect(add(subtract(subtotal, off), taxAdded)).toEqual(total);
        expect([off, taxAdded, taxIncluded]).toEqual([discounts.total, taxes.added, taxes.included]);
        expect(add(sum(made.map(netOf), 'USD'), taxes.tax)).toEqual(total);
        expect(
          sum(
            taxes.lines.map(({ gross }) => gross),
            'USD',
          ),
        ).toEqual(total);
        if (lines.every(({ amount }) => !isNegative(amount))) expect(isNegative(total)).toBe(false);
      }),
    );
  });
});
