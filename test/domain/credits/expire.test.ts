/** Expiry and rollover. */
import fc from 'fast-check';
import { expireGrants } from '../../../domain/credits/expire';
import { type Grant, leftOf } from '../../../domain/credits/grant';
import { drawDown } from '../../../domain/credits/draw';
import { expiryPostings } from '../../../domain/credits/postings';
import { add, sum, zero } from '../../../domain/money';
import { compareDecimals, total } from '../../../domain/pricing/exact';
import { fromIso, toIso } from '../../../domain/time';
import { anyGrants, cents, day, dollars, grant, now, usd } from './grants';

const expired = (grants: readonly Grant[], at = now) => expireGrants({ grants, now: at, timeZone: 'UTC' });
const monthly = { minimum: '0', maximum: null, interval: { unit: 'month', count: 1 }, times_max: null } as const;

describe('an expiry', () => {
  test('takes what is left at the instant of expiry, however late it is found, and earns what was paid for it', () => {
    const { grants, facts } = expired([grant('a', '10', { paid: usd('10.00'), used: '4', expiresAt: day(-3) })]);
    expect(facts).toEqual([
      { key: 'a', origin: 'paid', at: day(-3), expired: '6', paid: usd('6.00'), carried: '0', added: '0', into: null },
    ]);
    expect(grants).toMatchObject([{ removed: '6', isEnded: true }]);
    expect(expiryPostings({ granted: 'promotions', breakage: 'breakage' }, facts[0]!)).toEqual([
      { account: 'wallet_credits', amount: usd('6.00') },
      { account: 'revenue:breakage', amount: usd('-6.00') },
    ]);
  });

  test('of granted credits moves no money', () => {
    const [fact] = expired([grant('a', '10', { expiresAt: now })]).facts;
    expect(fact).toMatchObject({ expired: '10', paid: null });
    expect(expiryPostings({ granted: 'b', breakage: 'c' }, fact!)).toEqual([]);
  });

  test('leaves alone what lives, what never expires and what is used up', () => {
    const grants = [
      grant('a', '1', { expiresAt: now + 1 }),
      grant('b', '1'),
      grant('c', '1', { used: '1', expiresAt: now }),
    ];
    expect(expired(grants)).toEqual({ grants, facts: [] });
  });
});

describe('a rollover', () => {
  const rolling = (more: object, used = '0') =>
    expired([grant('a', '10', { used, expiresAt: now, rollover: { ...monthly, ...more } })]);

  test('carries what is left to the next boundary', () => {
    const { facts, grants } = rolling({}, '4');
    expect(facts).toMatchObject([{ expired: '0', carried: '6', added: '0', into: 'a/rollover/1' }]);
    expect(grants[1]).toMatchObject({ key: 'a/rollover/1', amount: '6', used: '0', effectiveAt: now });
    expect(toIso(grants[1]?.expiresAt ?? 0)).toBe('2026-07-15T00:00:00.000Z');
  });

  test('carries at most its maximum; the rest expires', () => {
    expect(rolling({ maximum: '2.50' }).facts).toMatchObject([{ expired: '7.5', carried: '2.5', added: '0' }]);
    expect(rolling({ maximum: '0' }).facts).toMatchObject([{ expired: '10', carried: '0', into: null }]);
  });

  test('fills up to its minimum, also when nothing is left', () => {
    expect(rolling({ minimum: '3' }, '9').facts).toMatchObject([{ expired: '0', carried: '1', added: '2' }]);
    expect(rolling({ minimum: '3' }, '10')).toMatchObject({
      facts: [{ carried: '0', added: '3', into: 'a/rollover/1' }],
      grants: [
        { key: 'a', isEnded: true },
        { key: 'a/rollover/1', amount: '3' },
      ],
    });
  });

  test('happens as often as it may, then the rest expires', () => {
    const start = [grant('a', '10', { expiresAt: day(-200), rollover: { ...monthly, times_max: 2 } })];
    expect(expired(start).facts.map(({ key, carried, expired: lost }) => [key, carried, lost])).toEqual([
      ['a', '10', '0'],
      ['a/rollover/1', '10', '0'],
      ['a/rollover/2', '0', '10'],
    ]);
  });

  test('counts months from the first expiry: 31 January, 28 February, 31 March', () => {
    const start = [grant('a', '10', { expiresAt: fromIso('2026-01-31T00:00:00Z'), rollover: monthly })];
    const ends = expired(start, fromIso('2026-04-01T00:00:00Z')).facts.map(({ at }) => toIso(at).slice(0, 10));
    expect(ends).toEqual(['2026-01-31', '2026-02-28', '2026-03-31']);
  });

  test('takes the value of paid credits along', () => {
    const paid = grant('a', '3', {
      paid: usd('1.00'),
      used: '1',
      expiresAt: now,
      rollover: { ...monthly, maximum: '1' },
    });
    const { facts, grants } = expired([paid]);
    expect(facts).toMatchObject([{ expired: '1', paid: usd('0.34'), carried: '1' }]);
    expect(grants[1]?.paid).toEqual(usd('0.33'));
    const cent = grant('b', '2', { paid: usd('0.01'), used: '1', expiresAt: now, rollover: monthly });
    expect(expired([cent]).grants[1]?.paid).toEqual(usd('0.00'));
  });
});

describe('over any grants and draws', () => {
  const held = (grants: readonly Grant[]) => total(grants.map(leftOf));
  const dates = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 5 }).map((list) => list.sort((a, b) => a - b));

  test('left before + added = left after + expired, and no key is there twice', () => {
    fc.assert(
      fc.property(anyGrants, cents(5000), (start, amount) => {
        const { grants: before } = drawDown({ grants: start, denomination: dollars, amount, now: day(-5) });
        const { grants, facts } = expired(before);
        const added = total(facts.map((fact) => fact.added));
        const lost = total(facts.map((fact) => fact.expired));
        expect(total([held(before), added])).toBe(total([held(grants), lost]));
        expect(new Set(grants.map(({ key }) => key)).size).toBe(grants.length);
        for (const it of grants) expect(compareDecimals(leftOf(it), '0')).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('run again, or step by step, it comes to the same', () => {
    fc.assert(
      fc.property(anyGrants, dates, (start, days) => {
        let grants: readonly Grant[] = start;
        const facts = [];
        for (const at of [...days, 40]) {
          const step = expired(grants, day(at));
          facts.push(...step.facts);
          grants = step.grants;
        }
        const once = expired(start, day(40));
        const sorted = (list: readonly { key: string }[]) => [...list].sort((a, b) => (a.key < b.key ? -1 : 1));
        expect(sorted(grants)).toEqual(sorted(once.grants));
        expect(sorted(facts)).toEqual(sorted(once.facts));
        expect(expired(grants, day(40)).facts).toEqual([]);
      }),
    );
  });

  test('what was paid is used, expired or still held, to the cent', () => {
    fc.assert(
      fc.property(
        anyGrants,
        fc.array(fc.tuple(cents(2000), fc.integer({ min: 0, max: 30 })), { maxLength: 6 }),
        (start, draws) => {
          let grants: readonly Grant[] = start;
          let spent = zero('USD');
          for (const [amount, at] of draws.sort(([, a], [, b]) => a - b)) {
            const step = expired(grants, day(at));
            const drawn = drawDown({ grants: step.grants, denomination: dollars, amount, now: day(at) });
            const values = [...step.facts, ...drawn.draws].flatMap(({ paid }) => (paid === null ? [] : [paid]));
            spent = add(spent, sum(values, 'USD'));
            grants = drawn.grants;
          }
          const held = grants.filter(({ origin }) => origin === 'paid').map((it) => usd(leftOf(it)));
          const bought = start.flatMap(({ paid }) => (paid === null ? [] : [paid]));
          expect(add(spent, sum(held, 'USD'))).toEqual(sum(bought, 'USD'));
        },
      ),
    );
  });
});
