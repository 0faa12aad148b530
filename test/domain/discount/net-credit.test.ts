/** Credits of discounted charges. */
import fc from 'fast-check';
import { discountLines } from '../../../domain/discount/discount-lines';
import { netCredit } from '../../../domain/discount/net-credit';
import { add, compare, fromMinorUnits, isNegative, subtract, sum, zero } from '../../../domain/money';
import { anyCoupons, attached, june, line, usd } from './coupons';

const moment = { at: june + 10, periodStart: june };
const none = zero('USD');

test('half of a charge of 50.00 that was 10.00 off gives 20.00 back', () => {
  const coupons = [attached('cpn_1', { amounts: { USD: '10' } })];
  const [charge] = discountLines({ lines: [line('50.00')], coupons, currency: 'USD', moment }).lines;
  expect(netCredit({ charge: charge!, before: none, credit: usd('25.00') })).toEqual({
    discount: usd('5.00'),
    net: usd('20.00'),
    byCoupon: [{ attachmentId: 'ca_cpn_1', couponId: 'cpn_1', amount: usd('5.00') }],
  });
});

test('a charge of nothing gives nothing back', () => {
  const charge = { amount: none, discount: none, net: none, parts: [] };
  expect(netCredit({ charge, before: none, credit: none }).net).toEqual(none);
});

test('credits in any number of parts are never negative, and give back together exactly what was charged', () => {
  const cents = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(cents, anyCoupons, fc.array(fc.nat({ max: 700 }), { maxLength: 8 }), (amount, coupons, parts) => {
      const lines = [line(fromMinorUnits(BigInt(amount), 'USD').amount)];
      const charge = discountLines({ lines, coupons, currency: 'USD', moment }).lines[0]!;
      let before = none;
      let given = none;
      const returned = new Map<string, typeof none>();
      for (const part of [...parts, amount]) {
        const rest = subtract(charge.amount, before);
        const wanted = fromMinorUnits(BigInt(part), 'USD');
        const credit = compare(wanted, rest) > 0 ? rest : wanted;
        const made = netCredit({ charge, before, credit });
        expect(isNegative(made.net) || isNegative(made.discount)).toBe(false);
        given = add(given, made.net);
        before = add(before, credit);
        for (const one of made.byCoupon)
          returned.set(one.couponId, add(returned.get(one.couponId) ?? none, one.amount));
      }
      expect(given).toEqual(charge.net);
      expect(sum([...returned.values()], 'USD')).toEqual(charge.discount);
    }),
  );
});
