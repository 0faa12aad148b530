/** How long an attached coupon applies, and what a use does to it. */
import {
  type AttachedCoupon,
  afterCredit,
  afterUse,
  afterVoid,
  fixedRest,
  isInForce,
  unused,
} from '../../../domain/discount/attached';
import { money, zero } from '../../../domain/money';
import { attached, august, july, june, usd } from './coupons';

const inJune = { at: june, periodStart: june };
const laterInJune = { at: june + 5000, periodStart: june };
const inJuly = { at: july, periodStart: july };
const inAugust = { at: august, periodStart: august };
const inForce = (coupon: AttachedCoupon) => [laterInJune, inJuly, inAugust].map((moment) => isInForce(coupon, moment));

describe('a coupon of which the first use is in June', () => {
  const used = (of: Parameters<typeof attached>[1]) =>
    afterUse(attached('cpn_1', { percent: '10', ...of }), usd('1.00'), inJune);

  test('for once applies to no other invoice', () => {
    expect(inForce(used({ duration: 'once' }))).toEqual([false, false, false]);
  });

  test('for one period applies to every invoice of June', () => {
    expect(inForce(used({ duration: 'periods', periods: 1 }))).toEqual([true, false, false]);
  });

  test('for two periods applies in July too, however many invoices June has', () => {
    const twice = afterUse(used({ duration: 'periods', periods: 2 }), usd('1.00'), laterInJune);
    expect(twice.use).toMatchObject({ invoices: 2, periods: 1, taken: usd('2.00') });
    expect(inForce(twice)).toEqual([true, true, true]);
    const inTwo = afterUse(twice, usd('1.00'), inJuly);
    expect([inJuly, inAugust].map((moment) => isInForce(inTwo, moment))).toEqual([true, false]);
  });

  test('for ever goes on', () => {
    expect(inForce(used({ duration: 'forever' }))).toEqual([true, true, true]);
  });
});

test('an invoice from which it takes nothing does not use it up', () => {
  const coupon = attached('cpn_1', { percent: '10', duration: 'once' });
  expect(afterUse(coupon, zero('USD'), inJune)).toBe(coupon);
});

test('it applies from its attachment until it is detached, half-open', () => {
  const coupon = attached('cpn_1', { percent: '10' }, { attachedAt: june + 1, detachedAt: july });
  expect(isInForce(coupon, inJune)).toBe(false);
  expect(isInForce(coupon, { at: june + 1, periodStart: june })).toBe(true);
  expect(isInForce(coupon, { at: july - 1, periodStart: june })).toBe(true);
  expect(isInForce(coupon, inJuly)).toBe(false);
});

describe('a fixed coupon of 10.00', () => {
  const coupon = attached('cpn_1', { amounts: { USD: '10' } });

  test('has what the period has not taken yet, and all of it in the next', () => {
    const used = afterUse(coupon, usd('7.00'), inJune);
    expect(fixedRest(used, june, 'USD')).toEqual(usd('3.00'));
    expect(fixedRest(used, july, 'USD')).toEqual(usd('10.00'));
    expect(fixedRest(used, june, 'EUR')).toBeNull();
  });

  test('gets back what a credit of the same period returned', () => {
    const used = afterUse(coupon, usd('10.00'), inJune);
    expect(fixedRest(afterCredit(used, usd('4.00'), laterInJune), june, 'USD')).toEqual(usd('4.00'));
    expect(fixedRest(afterCredit(used, usd('11.00'), laterInJune), june, 'USD')).toEqual(usd('10.00'));
    expect(afterCredit(used, usd('4.00'), inJuly)).toBe(used);
    expect(afterCredit(used, money('4.00', 'EUR'), inJune)).toBe(used);
  });
});

describe('an invoice that is voided', () => {
  const fixed = attached('cpn_1', { amounts: { USD: '10' }, duration: 'periods', periods: 2 });
  const once = afterUse(fixed, usd('4.00'), inJune);
  const twice = afterUse(once, usd('3.00'), laterInJune);
  const voided = (amount: string, periodStart: number, isOnlyOfPeriod: boolean) => ({
    amount: usd(amount),
    periodStart,
    isOnlyOfPeriod,
  });

  test('gives a coupon that it alone used back whole', () => {
    expect(afterVoid(once, voided('4.00', june, true)).use).toEqual(unused);
  });

  test('gives back what it took in the period, and the period only if no other invoice of it used the coupon', () => {
    const left = afterVoid(twice, voided('3.00', june, false));
    expect(left.use).toMatchObject({ invoices: 1, periods: 1, taken: usd('4.00') });
    const inTwo = afterUse(twice, usd('10.00'), inJuly);
    const back = afterVoid(inTwo, voided('10.00', july, true));
    expect(back.use).toMatchObject({ invoices: 2, periods: 1 });
    expect(fixedRest(back, july, 'USD')).toEqual(usd('10.00'));
    expect(isInForce(back, inAugust)).toBe(true);
  });

  test('of an older period leaves what the running one has taken', () => {
    const inTwo = afterUse(once, usd('6.00'), inJuly);
    const back = afterVoid(inTwo, voided('4.00', june, true));
    expect(back.use).toMatchObject({ invoices: 1, periods: 1, periodStart: july, taken: usd('6.00') });
  });
});
