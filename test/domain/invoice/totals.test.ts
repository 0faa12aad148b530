import fc from 'fast-check';
import type { InvoiceLine } from '../../../domain/invoice/line';
import { balanceChange, invoiceTotals } from '../../../domain/invoice/totals';
import { add, compare, fromMinorUnits, isNegative, isZero, money, subtract, sum, zero } from '../../../domain/money';
import { atLeast, totalOf } from './plans';
import { at } from '../subscription/example';

const usd = (amount: string) => money(amount, 'USD');
const line = (amount: string, currency = 'USD'): InvoiceLine => ({
  kind: 'recurring',
  description: 'Base fee',
  priceId: 'price_1',
  planId: null,
  productId: null,
  meterId: null,
  stream: 'subscriptions',
  quantity: '1',
  amount: money(amount, currency),
  periodStart: at('2026-06-01'),
  periodEnd: at('2026-07-01'),
  creditsLineId: null,
  explanation: { exact: amount, pricing: null, ratio: null, rounding: 'half_up', text: amount },
});
const shown = (lines: string[], balance: string, minimum: string | null) => {
  const totals = invoiceTotals(totalOf(lines.map((amount) => line(amount))), usd(balance), atLeast(minimum));
  const { total, balanceApplied, carriedOver, amountDue } = totals;
  return [total, balanceApplied, carriedOver, amountDue, balanceChange(totals)].map(({ amount }) => amount).join(' ');
};

describe('an invoice (total, from the balance, carried over, due; what the balance changes by)', () => {
  const examples: [string[], string, string | null, string, string][] = [
    [['49.00', '12.50'], '0', null, '61.50 0.00 0.00 61.50 0.00', 'is due in full without a balance'],
    [['49.00'], '20.00', null, '49.00 20.00 0.00 29.00 -20.00', 'takes the balance first'],
    [['49.00'], '80.00', null, '49.00 49.00 0.00 0.00 -49.00', 'never takes more than it asks for'],
    [['49.00', '-60.00'], '5.00', null, '-11.00 -11.00 0.00 0.00 11.00', 'below zero adds to the balance'],
    [['10.00', '-10.00'], '5.00', null, '0.00 0.00 0.00 0.00 0.00', 'of nothing leaves the balance alone'],
    [[], '-5.00', '0.50', '0.00 0.00 0.00 0.00 0.00', 'without lines collects no debt'],
    [['0.30'], '0', '0.50', '0.30 0.00 0.30 0.00 -0.30', 'too small to charge is carried over'],
    [['0.50'], '0', '0.50', '0.50 0.00 0.00 0.50 0.00', 'of exactly the least amount is charged'],
    [['20.20'], '20.00', '0.50', '20.20 20.00 0.20 0.00 -20.20', 'is carried over when the balance leaves too little'],
    [['0.30'], '-0.30', '0.50', '0.30 -0.30 0.00 0.60 0.30', 'collects what was carried over before'],
    [['0.10'], '-0.30', '0.50', '0.10 -0.30 0.40 0.00 -0.10', 'carries on what is still too little'],
  ];

  test.each(examples)(
    '%j with a balance of %s and a minimum of %s is %s: it %s',
    (lines, balance, minimum, expected) => {
      expect(shown(lines, balance, minimum)).toBe(expected);
    },
  );
});

const currency = fc.constantFrom('USD', 'JPY', 'KWD');
const units = fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n });
const anyInvoice = currency.chain((code) =>
  fc.record({
    lines: fc.array(
      units.map((amount) => ({ ...line('0'), amount: fromMinorUnits(amount, code) })),
      { maxLength: 6 },
    ),
    balance: units.map((amount) => fromMinorUnits(amount, code)),
    minimum: fc.option(
      fc.bigInt({ min: 1n, max: 1000n }).map((amount) => fromMinorUnits(amount, code).amount),
      { nil: null },
    ),
  }),
);

describe('every invoice', () => {
  test('totals its lines, and its total is what the balance gave, what is carried over and what is due', () => {
    fc.assert(
      fc.property(anyInvoice, ({ lines, balance, minimum }) => {
        const { total, balanceApplied, carriedOver, amountDue } = invoiceTotals(
          totalOf(lines, balance.currency),
          balance,
          atLeast(minimum),
        );
        expect(total).toEqual(
          sum(
            lines.map(({ amount }) => amount),
            balance.currency,
          ),
        );
        expect(add(add(balanceApplied, carriedOver), amountDue)).toEqual(total);
      }),
    );
  });

  test('is never due below zero or below what the rail can charge', () => {
    fc.assert(
      fc.property(anyInvoice, ({ lines, balance, minimum }) => {
        const { amountDue, carriedOver } = invoiceTotals(totalOf(lines, balance.currency), balance, atLeast(minimum));
        expect(isNegative(amountDue) || isNegative(carriedOver)).toBe(false);
        if (minimum !== null && !isZero(amountDue))
          expect(compare(amountDue, money(minimum, balance.currency))).toBeGreaterThanOrEqual(0);
        if (minimum === null) expect(isZero(carriedOver)).toBe(true);
      }),
    );
  });

  test('never takes more from the balance than is there: the customer ends with what they had less what they used', () => {
    fc.assert(
      fc.property(anyInvoice, ({ lines, balance, minimum }) => {
        const totals = invoiceTotals(totalOf(lines, balance.currency), balance, atLeast(minimum));
        const after = add(balance, balanceChange(totals));
        // What the customer paid in all: balance before = total − due + balance after.
        expect(balance).toEqual(add(subtract(totals.total, totals.amountDue), after));
        if (!isNegative(balance) && isZero(totals.carriedOver)) expect(isNegative(after)).toBe(false);
      }),
    );
  });

  test('of small amounts is paid in the end: what is carried over adds up until it can be charged', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 40 }), (cents) => {
        let balance = zero('USD');
        let charged = zero('USD');
        for (const amount of cents) {
          const totals = invoiceTotals(fromMinorUnits(BigInt(amount), 'USD'), balance, atLeast('0.50'));
          balance = add(balance, balanceChange(totals));
          charged = add(charged, totals.amountDue);
        }
        const billed = fromMinorUnits(BigInt(cents.reduce((a, b) => a + b, 0)), 'USD');
        expect(subtract(charged, balance)).toEqual(billed);
        expect(compare(balance, usd('-0.50'))).toBe(1);
      }),
    );
  });
});
