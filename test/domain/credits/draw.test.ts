/** What a wallet holds, and the order in which it is drawn. */
import fc from 'fast-check';
import { drawDown, drawnBefore } from '../../../domain/credits/draw';
import {
  balanceOf,
  type Grant,
  grantOf,
  isUsable,
  leftOf,
  parseGrant,
  withGrants,
} from '../../../domain/credits/grant';
import { paymentPostingsOfCredits, topUpPostings, unitsUsedPostings } from '../../../domain/credits/postings';
import { assertBalanced } from '../../../domain/ledger';
import { compareDecimals, minus, plus, total } from '../../../domain/pricing/exact';
import { toIso } from '../../../domain/time';
import { anyGrants, cents, day, dollars, grant, now, tokens, usd } from './grants';

const drawn = (grants: Grant[], amount: string) => drawDown({ grants, denomination: dollars, amount, now });
const keys = (grants: Grant[], amount: string) =>
  drawn(grants, amount).draws.map(({ key, amount: of }) => `${key} ${of}`);
const streams = { granted: 'promotions', breakage: 'breakage' };

describe('credits are drawn', () => {
  test('by priority first', () => {
    const grants = [grant('a', '5', { expiresAt: day(1) }), grant('b', '5', { priority: 1 })];
    expect(keys(grants, '7')).toEqual(['b 5', 'a 2']);
  });

  test('then from what expires first, and from what never does last', () => {
    const grants = [grant('a', '5'), grant('b', '5', { expiresAt: day(9) }), grant('c', '5', { expiresAt: day(3) })];
    expect(keys(grants, '12')).toEqual(['c 5', 'b 5', 'a 2']);
  });

  test('then from the oldest', () => {
    expect(keys([grant('a', '5'), grant('b', '5', { grantedAt: day(-9) })], '6')).toEqual(['b 5', 'a 1']);
  });

  test('then from the granted before the paid, which can be given back', () => {
    expect(keys([grant('a', '5', { paid: usd('5.00') }), grant('b', '5')], '6')).toEqual(['b 5', 'a 1']);
  });

  test('only in their time, half-open', () => {
    const grants = [
      grant('a', '5', { expiresAt: now }),
      grant('b', '5', { effectiveAt: now }),
      grant('c', '5', { effectiveAt: now + 1 }),
    ];
    expect(keys(grants, '15')).toEqual(['b 5']);
  });

  test('as far as they go, and it is said how', () => {
    const grants = [grant('promo', '5', { used: '2' }), grant('top_up/7/paid', '10', { paid: usd('10.00') })];
    const made = drawn(grants, '20');
    expect(made).toMatchObject({ drawn: '13', unmet: '7' });
    expect(made.text).toBe(
      '20.00 USD: 3.00 USD of promo (granted), 10.00 USD of top_up/7/paid (paid), 7.00 USD not held',
    );
    expect(drawn([], '1').text).toBe('1.00 USD: 1.00 USD not held');
    expect(drawn(grants, '0').text).toBe('0.00 USD: nothing to draw');
  });
});

test('paid and granted credits are held apart', () => {
  const grants = [
    grant('a', '5', { used: '1.5' }),
    grant('b', '10', { paid: usd('10.00') }),
    grant('c', '9', { expiresAt: now }),
  ];
  expect(balanceOf(grants, now)).toEqual({ paid: '10', granted: '3.5', total: '13.5' });
});

test('units are worth what was paid for them, rounded so that the uses add up', () => {
  const bought = [grant('a', '3', { paid: usd('1.00') })];
  const first = drawDown({ grants: bought, denomination: tokens, amount: '1', now });
  const rest = drawDown({ grants: first.grants, denomination: tokens, amount: '2', now });
  expect([first.draws[0]?.paid, rest.draws[0]?.paid]).toEqual([usd('0.33'), usd('0.67')]);
  expect(first.text).toBe('1 token: 1 token of a (paid)');
  expect(unitsUsedPostings(first, 'api', 'USD')).toEqual([
    { account: 'wallet_credits', amount: usd('0.33') },
    { account: 'revenue:api', amount: usd('-0.33') },
  ]);
});

test('granted units earn nothing', () => {
  const used = drawDown({ grants: [grant('a', '3')], denomination: tokens, amount: '2', now });
  expect(unitsUsedPostings(used, 'api', 'USD')).toEqual([]);
});

test('credits that pay an invoice come out of what was billed ahead, and granted ones out of income', () => {
  const made = drawn([grant('a', '5'), grant('b', '5', { paid: usd('5.00') })], '7');
  expect(paymentPostingsOfCredits(streams, made, 'USD')).toEqual([
    { account: 'wallet_credits', amount: usd('2.00') },
    { account: 'revenue:promotions', amount: usd('5.00') },
    { account: 'receivable', amount: usd('-7.00') },
  ]);
  assertBalanced([...topUpPostings(usd('5.00')), ...paymentPostingsOfCredits(streams, made, 'USD')]);
});

test('a grant told twice is there once', () => {
  const first = withGrants([], [grant('top_up/1/paid', '5'), grant('top_up/1/granted', '1')]);
  expect(
    withGrants(first, [grant('top_up/1/granted', '1'), grant('top_up/2/paid', '3')]).map(({ key }) => key),
  ).toEqual(['top_up/1/paid', 'top_up/1/granted', 'top_up/2/paid']);
});

describe('over any grants', () => {
  test('nothing is drawn that is not held, no grant goes below zero, and drawn + unmet is what was asked', () => {
    fc.assert(
      fc.property(anyGrants, fc.array(cents(4000), { maxLength: 5 }), (start, amounts) => {
        let grants: readonly Grant[] = start;
        for (const amount of amounts) {
          const held = balanceOf(grants, now);
          const made = drawDown({ grants, denomination: dollars, amount, now });
          expect(compareDecimals(plus(made.drawn, made.unmet), amount)).toBe(0);
          expect(balanceOf(made.grants, now).total).toBe(minus(held.total, made.drawn));
          if (made.unmet !== '0') expect(balanceOf(made.grants, now).total).toBe('0');
          for (const it of made.grants) expect(compareDecimals(leftOf(it), '0')).toBeGreaterThanOrEqual(0);
          grants = made.grants;
        }
      }),
    );
  });

  test('no grant is drawn while one that comes before it still has credits, whatever the order given', () => {
    fc.assert(
      fc.property(anyGrants, cents(9000), fc.infiniteStream(fc.nat()), (grants, amount, order) => {
        const made = drawDown({ grants, denomination: dollars, amount, now });
        const touched = made.draws.map(({ key }) => key);
        const usable = grants.filter((it) => isUsable(it, now));
        for (const later of usable.filter(({ key }) => touched.includes(key))) {
          const earlier = usable.filter((it) => drawnBefore(it, later) < 0);
          for (const { key } of earlier) expect(leftOf(made.grants.find((it) => it.key === key)!)).toBe('0');
        }
        const shuffled = grants
          .map((it) => ({ it, at: order.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ it }) => it);
        expect(drawDown({ grants: shuffled, denomination: dollars, amount, now }).draws).toEqual(made.draws);
      }),
    );
  });

  test('drawing in parts takes from the same grants as drawing at once, and the books balance', () => {
    fc.assert(
      fc.property(anyGrants, cents(3000), cents(3000), (grants, first, second) => {
        const one = drawn(grants, first);
        const two = drawDown({ grants: one.grants, denomination: dollars, amount: second, now });
        const whole = drawn(grants, plus(first, second));
        expect(two.grants).toEqual(whole.grants);
        expect(total([one.drawn, two.drawn])).toBe(whole.drawn);
        assertBalanced(paymentPostingsOfCredits(streams, whole, 'USD'));
      }),
    );
  });
});

describe('a grant is read', () => {
  test('with what may be left out, and made as of now', () => {
    const read = parseGrant(dollars, { amount: '5', expires_at: toIso(day(30)) });
    expect(read).toEqual({
      amount: '5',
      priority: 128,
      effective_at: null,
      expires_at: toIso(day(30)),
      rollover: null,
    });
    if (!Array.isArray(read))
      expect(grantOf('promo', read, now)).toEqual(
        grant('promo', '5', { grantedAt: now, effectiveAt: now, expiresAt: day(30) }),
      );
  });

  const rollover = { interval: { unit: 'month', count: 1 } };
  test.each<[string, object, string]>([
    ['half a cent', { amount: '0.005' }, 'amount'],
    ['nothing', { amount: '0' }, 'amount'],
    ['a priority of its own kind', { priority: 256 }, 'priority'],
    ['an expiry before it begins', { effective_at: toIso(day(2)), expires_at: toIso(day(2)) }, 'expires_at'],
    ['a rollover that never comes', { rollover }, 'rollover'],
    [
      'a maximum below the minimum',
      { expires_at: toIso(day(2)), rollover: { ...rollover, minimum: '2', maximum: '1' } },
      'rollover.maximum',
    ],
    [
      'a rollover by seconds',
      { expires_at: toIso(day(2)), rollover: { interval: { unit: 'second', count: 1 } } },
      'rollover.interval.unit',
    ],
  ])('and refused with %s', (_what, change, path) => {
    expect(parseGrant(dollars, { amount: '5', ...change })).toMatchObject([{ path }]);
  });

  test('in units of any fineness', () => {
    expect(parseGrant(tokens, { amount: '0.0005' })).toMatchObject({ amount: '0.0005' });
  });
});
