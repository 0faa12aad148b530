import fc from 'fast-check';
import type { BilledLine, InvoiceLine } from '../../../domain/invoice/line';
import { reductionsOf } from '../../../domain/invoice/reductions';
import { balanceChange, invoiceTotals } from '../../../domain/invoice/totals';
import { add, compare, fromMinorUnits, isZero, money, negate, subtract, sum, zero } from '../../../domain/money';
import { atLeast, totalOf } from './plans';
import { at } from '../subscription/example';

const usd = (amount: string) => money(amount, 'USD');
const span = { periodStart: at('2026-06-01'), periodEnd: at('2026-07-01') };

const charge = (id: string, amount: string, open?: { id: string; due: string }): BilledLine => ({
  id,
  priceId: 'price_1',
  planId: null,
  productId: null,
  meterId: null,
  description: 'Base fee',
  stream: 'subscriptions',
  quantity: '1',
  amount: usd(amount),
  exact: amount,
  ...span,
  ...(open === undefined ? {} : { openInvoice: { id: open.id, amountDue: usd(open.due) } }),
});

const line = (amount: string, credits: string | null = null): InvoiceLine => ({
  kind: credits === null ? 'proration_charge' : 'proration_credit',
  description: 'Base fee',
  priceId: 'price_1',
  planId: null,
  productId: null,
  meterId: null,
  stream: 'subscriptions',
  quantity: '1',
  amount: usd(amount),
  creditsLineId: credits,
  explanation: { exact: amount, pricing: null, ratio: null, rounding: 'half_up', text: amount },
  ...span,
});

const shown = (lines: InvoiceLine[], billed: BilledLine[], minimum: string | null = '0.50') =>
  reductionsOf(lines, billed, atLeast(minimum)).map(
    ({ invoiceId, credit, carriedOver, amountDue }) =>
      `${invoiceId}: less ${credit.amount}, carried ${carriedOver.amount}, due ${amountDue.amount}`,
  );

describe('a credit of a charge', () => {
  const open = { id: 'inv_1', due: '30.00' };

  test('that was paid reduces nothing', () => {
    expect(shown([line('-20.00', 'il_1')], [charge('il_1', '30.00')])).toEqual([]);
  });

  test('on an open invoice comes off what that asks for', () => {
    expect(shown([line('-20.00', 'il_1'), line('5.00')], [charge('il_1', '30.00', open)])).toEqual([
      'inv_1: less 20.00, carried 0.00, due 10.00',
    ]);
  });

  test('takes off no more than is asked for: the balance had paid the rest', () => {
    expect(shown([line('-20.00', 'il_1')], [charge('il_1', '30.00', { id: 'inv_1', due: '12.00' })])).toEqual([
      'inv_1: less 12.00, carried 0.00, due 0.00',
    ]);
  });

  test('that leaves too little to charge carries the rest over', () => {
    const billed = [charge('il_1', '30.00', open)];
    expect(shown([line('-29.51', 'il_1')], billed)).toEqual(['inv_1: less 29.51, carried 0.49, due 0.00']);
    expect(shown([line('-29.50', 'il_1')], billed)).toEqual(['inv_1: less 29.50, carried 0.00, due 0.50']);
    expect(shown([line('-29.51', 'il_1')], billed, null)).toEqual(['inv_1: less 29.51, carried 0.00, due 0.49']);
  });

  test('adds up with the others of its invoice, and leaves other invoices alone', () => {
    const other = { id: 'inv_2', due: '9.00' };
    const billed = [charge('il_1', '20.00', open), charge('il_2', '10.00', open), charge('il_3', '9.00', other)];
    expect(shown([line('-4.00', 'il_1'), line('-2.00', 'il_2')], billed)).toEqual([
      'inv_1: less 6.00, carried 0.00, due 24.00',
    ]);
    expect(shown([line('-9.00', 'il_3'), line('-4.00', 'il_1')], billed)).toEqual([
      'inv_1: less 4.00, carried 0.00, due 26.00',
      'inv_2: less 9.00, carried 0.00, due 0.00',
    ]);
  });
});

test('what a credit took off an open invoice is not given once more by the new one', () => {
  const lines = [line('-20.00', 'il_1'), line('45.00')];
  const reductions = reductionsOf(lines, [charge('il_1', '30.00', { id: 'inv_1', due: '30.00' })], atLeast('0.50'));
  const totals = invoiceTotals(totalOf(lines), usd('7.00'), atLeast('0.50'), reductions);
  const { total, creditGiven, balanceApplied, amountDue } = totals;
  expect([total, creditGiven, balanceApplied, amountDue].map(({ amount }) => amount)).toEqual([
    '25.00',
    '20.00',
    '7.00',
    '38.00',
  ]);
});

const cents = (max: number) =>
  fc.integer({ min: 0, max }).map((amount) => fromMinorUnits(BigInt(amount), 'USD').amount);

/** Charges of some invoices, open in part or paid, of each of which a part is credited, and what is charged instead. */
const story = fc.record({
  charges: fc.array(
    fc.record({
      invoice: fc.integer({ min: 1, max: 3 }),
      amount: fc.integer({ min: 0, max: 9_000 }),
      credited: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  dues: fc.array(fc.option(fc.integer({ min: 0, max: 12_000 }), { nil: null }), { minLength: 3, maxLength: 3 }),
  charged: cents(9_000),
  balance: fc.integer({ min: -60, max: 9_000 }),
  minimum: fc.constantFrom(null, '0.50'),
});

test('any credit gives back of each open invoice only what was paid of it, and asks in all for neither more nor less', () => {
  fc.assert(
    fc.property(story, ({ charges, dues, charged, balance: held, minimum }) => {
      const usdOf = (amount: number) => fromMinorUnits(BigInt(amount), 'USD');
      const billed = charges.map(({ invoice, amount }, index) => {
        const due = dues[invoice - 1] ?? null;
        const open = due === null ? undefined : { id: `inv_${invoice}`, due: usdOf(due).amount };
        return charge(`il_${index}`, usdOf(amount).amount, open);
      });
      const credits = charges.map(({ amount, credited }, index) =>
        line(negate(usdOf(Math.floor(amount * credited))).amount, `il_${index}`),
      );
      const lines = [...credits, line(charged)];
      const balance = usdOf(held);
      const reductions = reductionsOf(lines, billed, atLeast(minimum));
      const totals = invoiceTotals(totalOf(lines), balance, atLeast(minimum), reductions);
      const after = add(balance, balanceChange(totals, reductions));
      const all = (amounts: readonly ReturnType<typeof usd>[]) => sum(amounts, 'USD');
      const asked = all(reductions.map(({ expected }) => expected));
      const left = all(reductions.map(({ amountDue }) => amountDue));
      // What is asked for less what is held moves by the total alone.
      expect(subtract(add(left, totals.amountDue), after)).toEqual(subtract(add(asked, totals.total), balance));
      for (const { invoiceId, credit, amountDue, expected } of reductions) {
        const own = credits.filter((_, index) => billed[index]?.openInvoice?.id === invoiceId);
        const credited = negate(all(own.map(({ amount }) => amount)));
        // Either all of the credit stayed with the invoice, or nothing is asked for any more.
        expect(isZero(subtract(credited, credit)) || isZero(amountDue)).toBe(true);
        expect(compare(credit, expected)).toBeLessThanOrEqual(0);
        expect(compare(amountDue, zero('USD'))).toBeGreaterThanOrEqual(0);
        if (minimum !== null && !isZero(amountDue)) expect(compare(amountDue, usd(minimum))).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
