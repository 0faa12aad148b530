/** One invoice of several subscriptions: each with its own coupons and limits, taxed as one. */
import fc from 'fast-check';
import { assembleTogether, type InvoicePart } from '../../../domain/invoice/assemble-together';
import { fromMinorUnits, sum } from '../../../domain/money';
import { anyCoupons, attached } from '../discount/coupons';
import { activeState, exampleId } from '../subscription/example';
import { assembled, charge, germanTax, july, june } from './assembled';

const part = (n: number, amounts: readonly string[], facts: Partial<InvoicePart['facts']> = {}): InvoicePart => ({
  state: activeState({ subscriptionId: exampleId('sub', n) }),
  facts: { coupons: [], tax: null, ...facts },
  contents: { lines: amounts.map((amount) => charge(amount)), span: { start: june, end: july } },
});

test('tax is rounded once per rate over all lines, not per subscription', () => {
  const tax = germanTax();
  // 0.13 at 19 % is 0.0247, so 0.02 each; 0.26 is 0.0494, so 0.05.
  const made = assembleTogether([part(1, ['0.13'], { tax }), part(2, ['0.13'], { tax })], june);
  expect(made.amounts.total.amount).toBe('0.31');
  expect(made.taxes?.rows).toHaveLength(1);
  expect(made.taxes?.rows[0]?.lines).toEqual([0, 1]);
});

test('each line knows its subscription', () => {
  const made = assembleTogether([part(1, ['1.00', '2.00']), part(2, ['3.00'])], june);
  expect(made.owners).toEqual([exampleId('sub', 1), exampleId('sub', 1), exampleId('sub', 2)]);
});

test("a subscription's coupon lowers its own lines alone, and says so for each line of the invoice", () => {
  const half = attached('cpn_half', { percent: '50' }, { attachedAt: june });
  const made = assembleTogether([part(1, ['10.00']), part(2, ['20.00'], { coupons: [half] })], june);
  expect(made.lines.map(({ net }) => net.amount)).toEqual(['10.00', '10.00']);
  expect(made.discounts.map(({ shares }) => shares.map(({ amount }) => amount))).toEqual([['0.00', '10.00']]);
  expect(made.usedBy.map(({ coupons }) => coupons.length)).toEqual([0, 1]);
});

test("a customer's coupon for one invoice is taken by the first subscription that it lowers, and once", () => {
  const once = attached('cpn_once', { amounts: { USD: '5.00' }, duration: 'once' }, { attachedAt: june });
  const made = assembleTogether(
    [part(1, ['10.00'], { coupons: [once] }), part(2, ['20.00'], { coupons: [once] })],
    june,
  );
  expect(made.lines.map(({ net }) => net.amount)).toEqual(['5.00', '20.00']);
  expect(made.usedBy.map(({ coupons }) => coupons.length)).toEqual([1, 0]);
});

test('without tax the whole is the sum of what each subscription would be billed alone', () => {
  const cents = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(fc.record({ cents, coupons: anyCoupons }), { minLength: 1, maxLength: 4 }), (drawn) => {
      const parts = drawn.map(({ cents: amounts, coupons }, index) =>
        part(
          index + 1,
          amounts.map((amount) => fromMinorUnits(BigInt(amount), 'USD').amount),
          { coupons },
        ),
      );
      const alone = parts.map(({ contents, facts }) => assembled(contents.lines, { coupons: facts.coupons }));
      const totals = alone.map(({ amounts }) => amounts.total);
      expect(assembleTogether(parts, june).amounts.total).toEqual(sum(totals, 'USD'));
    }),
  );
});
