/** Coupons and codes from outside, and who may redeem them. */
import { isRefusal } from '../../../domain/errors';
import { type CouponCode, parseCouponCode } from '../../../domain/discount/code';
import { parseCoupon } from '../../../domain/discount/coupon';
import { type RedemptionRequest, codeTyped, redeem } from '../../../domain/discount/redeem';
import { july, june, terms } from './coupons';

const paths = (read: unknown) => (Array.isArray(read) ? read.map(({ path }: { path: string }) => path) : read);

describe('a coupon is read', () => {
  test('with what may be left out, and its own terms read the same again', () => {
    const read = parseCoupon({ name: 'Welcome', percent: '20', duration: 'forever' });
    expect(read).toEqual(terms({ percent: '20' }));
    expect(parseCoupon(JSON.parse(JSON.stringify(read)))).toEqual(read);
  });

  const sound = { name: 'Welcome', percent: '20', duration: 'once' };
  test.each<[string, object, string[]]>([
    ['neither percent nor amounts', { percent: null }, ['']],
    ['both', { amounts: { USD: '1' } }, ['']],
    ['more than all', { percent: '100.01' }, ['percent']],
    ['nothing', { percent: '0' }, ['percent']],
    ['a number that lost its exactness', { percent: 20 }, ['percent']],
    ['an amount of nothing', { percent: null, amounts: { USD: '0' } }, ['amounts.USD']],
    ['half a yen', { percent: null, amounts: { JPY: '0.5' } }, ['amounts.JPY']],
    ['periods without a number', { duration: 'periods' }, ['periods']],
    ['a number of periods for once', { periods: 3 }, ['periods']],
    ['no periods', { duration: 'periods', periods: 0 }, ['periods']],
    ['an empty limit', { limits: { plan_ids: [] } }, ['limits.plan_ids']],
    ['a plan twice', { limits: { plan_ids: ['a', 'a'] } }, ['limits.plan_ids']],
    ['a misspelt limit', { limits: { plans: ['a'] } }, ['limits.plans']],
    ['an end without a zone', { redeem_by: '2026-06-01T00:00:00' }, ['redeem_by']],
    ['a cap of nobody', { redemptions_max: 0 }, ['redemptions_max']],
    ['several wrong fields', { name: '', duration: 'twice' }, ['name', 'duration']],
  ])('and refused with %s', (_what, change, expected) => {
    expect(paths(parseCoupon({ ...sound, ...change }))).toEqual(expected);
  });
});

describe('a code is read', () => {
  test('in its normal form, and found however it is typed', () => {
    const code = parseCouponCode({ code: ' summer-26 ' });
    expect(code).toEqual({ code: 'SUMMER-26', redeem_by: null, redemptions_max: null, customer_id: null });
    expect(codeTyped('Summer-26 ', [code as CouponCode])).toBe(code);
    expect(codeTyped('SUMMER26', [code as CouponCode])).toBeNull();
  });

  test.each(['ab', 'A'.repeat(41), 'SUMMER 26', '-ABC', 'SÖMMER', 26])('and refused as %j', (code) => {
    expect(paths(parseCouponCode({ code }))).toEqual(['code']);
  });
});

describe('a redemption', () => {
  const code: CouponCode = { code: 'SUMMER', redeem_by: null, redemptions_max: null, customer_id: null };
  const request = (more: Partial<RedemptionRequest>): RedemptionRequest => ({
    attachmentId: 'ca_1',
    couponId: 'cpn_1',
    terms: terms({ percent: '10' }),
    code: null,
    isArchived: false,
    isAttached: false,
    customerId: 'cus_1',
    currency: 'USD',
    counts: { coupon: 0, customer: 0, code: 0 },
    now: june,
    ...more,
  });

  test('attaches the coupon as of now, with its terms and its code', () => {
    expect(redeem(request({ code }))).toEqual({
      id: 'ca_1',
      couponId: 'cpn_1',
      terms: terms({ percent: '10' }),
      code: 'SUMMER',
      attachedAt: june,
      detachedAt: null,
      use: { invoices: 0, periods: 0, periodStart: null, taken: null },
    });
  });

  const counts = { coupon: 4, customer: 1, code: 2 };
  const until = '2026-07-01T00:00:00.000Z';
  const capped = terms({ percent: '10', redemptions_max: 4 });
  test.each<[string, Partial<RedemptionRequest>, RegExp]>([
    ['at its end', { terms: terms({ percent: '10', redeem_by: until }), now: july }, /expired/],
    ['at the end of its code', { code: { ...code, redeem_by: until }, now: july }, /SUMMER .*expired/],
    ['at its cap', { terms: capped, counts }, /as often as it may/],
    ['at the cap of its code', { code: { ...code, redemptions_max: 2 }, counts }, /as often as it may/],
    [
      'at the cap of the customer',
      { terms: terms({ percent: '10', redemptions_per_customer_max: 1 }), counts },
      /as they may/,
    ],
    ['that was taken out of use', { isArchived: true }, /out of use/],
    ['a second time beside itself', { isAttached: true }, /attached already/],
    ['by another customer', { code: { ...code, customer_id: 'cus_2' } }, /another customer/],
    ['in a currency it has no amount in', { terms: terms({ amounts: { EUR: '1' } }) }, /no amount/],
  ])('%s is refused', (_what, more, message) => {
    const result = redeem(request(more));
    expect(isRefusal(result) && result.message).toMatch(message);
  });

  test('is possible to the last moment and the last place', () => {
    const open = redeem(request({ terms: terms({ percent: '10', redeem_by: until }), now: july - 1 }));
    expect(isRefusal(open)).toBe(false);
    expect(isRefusal(redeem(request({ terms: capped, counts: { ...counts, coupon: 3 } })))).toBe(false);
  });
});
