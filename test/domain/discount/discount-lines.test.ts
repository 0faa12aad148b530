/** What coupons take off the lines of an invoice. */
import fc from 'fast-check';
import type { AttachedCoupon } from '../../../domain/discount/attached';
import { type DiscountableLine, discountLines } from '../../../domain/discount/discount-lines';
import {
  add,
  compare,
  isNegative,
  isPositive,
  isZero,
  min,
  money,
  multiplyByRatio,
  subtract,
  sum,
  zero,
} from '../../../domain/money';
import { anyCoupons, anyLines, attached, june, line, usd } from './coupons';

const moment = { at: june + 10, periodStart: june };
const discounts = (lines: DiscountableLine[], coupons: AttachedCoupon[]) =>
  discountLines({ lines, coupons, currency: 'USD', moment });
const nets = (lines: DiscountableLine[], coupons: AttachedCoupon[]) =>
  discounts(lines, coupons).lines.map(({ net }) => net.amount);

describe('a percentage', () => {
  test('is taken of the sum of its lines, rounded once, and spread over them', () => {
    const made = discounts([line('33.33'), line('33.33'), line('33.33')], [attached('cpn_1', { percent: '33' })]);
    expect(made.total).toEqual(usd('33.00'));
    expect(made.applications[0]).toMatchObject({
      base: usd('99.99'),
      amount: usd('33.00'),
      explanation: { percent: '33', exact: '32.9967', rounding: 'half_up', text: '33 % of 99.99 USD' },
    });
    expect(made.lines.map(({ discount }) => discount.amount)).toEqual(['11.00', '11.00', '11.00']);
  });

  test('of 50 on three lines of one cent takes two cents, not three', () => {
    expect(discounts([line('0.01'), line('0.01'), line('0.01')], [attached('cpn_1', { percent: '50' })]).total).toEqual(
      usd('0.02'),
    );
  });
});

describe('a fixed amount', () => {
  test('spreads in proportion, and the cents that are left over go to the first lines', () => {
    const made = discounts(
      [line('30.00'), line('20.00'), line('10.00')],
      [attached('cpn_1', { amounts: { USD: '10' } })],
    );
    expect(made.lines.map(({ discount }) => discount.amount)).toEqual(['5.01', '3.33', '1.66']);
    expect(made.applications[0]?.explanation.text).toBe('10.00 USD off 60.00 USD');
  });

  test('takes no more than there is', () => {
    expect(nets([line('3.00'), line('4.00')], [attached('cpn_1', { amounts: { USD: '10' } })])).toEqual([
      '0.00',
      '0.00',
    ]);
  });

  test('is for the period: what was taken off in it before is not taken again', () => {
    const use = { invoices: 1, periods: 1, periodStart: june, taken: usd('6.00') };
    const made = discounts([line('30.00')], [attached('cpn_1', { amounts: { USD: '10' } }, { use })]);
    expect(made.total).toEqual(usd('4.00'));
    expect(made.applications[0]?.explanation.text).toBe(
      '4.00 USD off 30.00 USD (6.00 USD was taken off in this period before)',
    );
  });

  test('without an amount in the currency takes nothing', () => {
    expect(discounts([line('30.00')], [attached('cpn_1', { amounts: { EUR: '10' } })]).applications).toEqual([]);
  });
});

describe('several coupons', () => {
  const percent = (id: string, at: number) => attached(id, { percent: '10' }, { attachedAt: june + at });
  const fixed = (id: string, at: number) => attached(id, { amounts: { USD: '20' } }, { attachedAt: june + at });

  test('apply in order of attachment, each on what the former left', () => {
    expect(nets([line('100.00')], [fixed('cpn_f', 2), percent('cpn_p', 1)])).toEqual(['70.00']);
    expect(nets([line('100.00')], [fixed('cpn_f', 1), percent('cpn_p', 2)])).toEqual(['72.00']);
  });

  test('of one instant apply in the order given', () => {
    expect(nets([line('100.00')], [fixed('cpn_f', 1), percent('cpn_p', 1)])).toEqual(['72.00']);
  });

  test('that leave nothing leave nothing to the next, which is not used up by it', () => {
    const made = discounts([line('15.00')], [fixed('cpn_1', 1), percent('cpn_2', 2)]);
    expect(made.applications.map(({ couponId, amount }) => [couponId, amount.amount])).toEqual([['cpn_1', '15.00']]);
  });

  test('say by line what each took', () => {
    const [first] = discounts([line('100.00')], [fixed('cpn_f', 1), percent('cpn_p', 2)]).lines;
    expect(first?.parts).toEqual([
      { attachmentId: 'ca_cpn_f', couponId: 'cpn_f', amount: usd('20.00') },
      { attachmentId: 'ca_cpn_p', couponId: 'cpn_p', amount: usd('8.00') },
    ]);
  });
});

describe('a limited coupon', () => {
  const target = { planId: 'plan_b', productId: 'prod_b', meterId: 'meter_b' };
  const limits = { plan_ids: null, product_ids: null, meter_ids: null };
  test.each([
    ['plan', { ...limits, plan_ids: ['plan_b'] }, ['10.00', '5.00']],
    ['product', { ...limits, product_ids: ['prod_a'] }, ['5.00', '10.00']],
    ['meter', { ...limits, meter_ids: ['meter_b'] }, ['10.00', '5.00']],
    [
      'plan and product that no line has both',
      { ...limits, plan_ids: ['plan_b'], product_ids: ['prod_a'] },
      ['10.00', '10.00'],
    ],
  ])('to a %s lowers only its lines', (_what, of, expected) => {
    expect(
      nets([line('10.00'), line('10.00', { target })], [attached('cpn_1', { percent: '50', limits: of })]),
    ).toEqual(expected);
  });
});

describe('negative lines', () => {
  test('that are credits are left alone, and do not shrink what the charges lose', () => {
    const lines = [line('100.00'), line('-80.00', { isCredit: true })];
    expect(nets(lines, [attached('cpn_1', { percent: '50' })])).toEqual(['50.00', '-80.00']);
  });

  test('of a maximum lower the charges first: a coupon takes no more than they come to together', () => {
    const lines = [line('90.00'), line('35.50'), line('-25.50')];
    expect(discounts(lines, [attached('cpn_1', { percent: '50' })]).total).toEqual(usd('50.00'));
    expect(discounts(lines, [attached('cpn_1', { amounts: { USD: '120' } })]).total).toEqual(usd('100.00'));
  });
});

test('a line in another currency is refused', () => {
  expect(() => discounts([{ ...line('1.00'), amount: money('1.00', 'EUR') }], [])).toThrow(
    expect.objectContaining({ code: 'currency_mismatch' }),
  );
});

describe('over any lines and coupons', () => {
  test('subtotal − discounts is the sum of the nets, and the parts of each coupon and line add up', () => {
    fc.assert(
      fc.property(anyLines, anyCoupons, (lines, coupons) => {
        const made = discounts(lines, coupons);
        const subtotal = sum(
          lines.map(({ amount }) => amount),
          'USD',
        );
        expect(
          sum(
            made.lines.map(({ net }) => net),
            'USD',
          ),
        ).toEqual(subtract(subtotal, made.total));
        for (const { shares, amount, base } of made.applications) {
          expect(sum(shares, 'USD')).toEqual(amount);
          expect(compare(amount, base)).toBeLessThanOrEqual(0);
        }
        for (const { discount, parts } of made.lines)
          expect(
            sum(
              parts.map(({ amount }) => amount),
              'USD',
            ),
          ).toEqual(discount);
      }),
    );
  });

  test('no charge goes below zero, no other line changes, and coupons alone never make the whole negative', () => {
    fc.assert(
      fc.property(anyLines, anyCoupons, (lines, coupons) => {
        const made = discounts(lines, coupons);
        for (const { amount, net, discount } of made.lines) {
          expect(isNegative(discount)).toBe(false);
          if (isPositive(amount)) expect(isNegative(net)).toBe(false);
          else expect(isZero(discount)).toBe(true);
        }
        const kept = lines.map(({ amount, isCredit }, index) =>
          isCredit ? zero('USD') : subtract(amount, made.lines[index]?.discount ?? zero('USD')),
        );
        const before = sum(
          lines.map(({ amount, isCredit }) => (isCredit ? zero('USD') : amount)),
          'USD',
        );
        expect(compare(sum(kept, 'USD'), min(before, zero('USD')))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('each coupon can be computed again from what it states', () => {
    fc.assert(
      fc.property(anyLines, anyCoupons, (lines, coupons) => {
        for (const { base, amount, explanation } of discounts(lines, coupons).applications) {
          const wanted =
            explanation.percent === null
              ? usd(explanation.exact)
              : multiplyByRatio(base, explanation.percent, '100', 'half_up');
          expect(amount).toEqual(min(wanted, base));
        }
      }),
    );
  });

  test('one more coupon never makes an invoice dearer', () => {
    fc.assert(
      fc.property(anyLines, anyCoupons, anyCoupons, (lines, coupons, more) => {
        const later = more.map((coupon) => ({ ...coupon, attachedAt: coupon.attachedAt + 5 }));
        const few = discounts(lines, coupons).total;
        const many = discounts(lines, [...coupons, ...later]).total;
        expect(compare(many, add(few, zero('USD')))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
