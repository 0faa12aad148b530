/** Top-ups by hand and by themselves. */
import fc from 'fast-check';
import {
  type AutomaticState,
  afterCustomerActed,
  afterTopUp,
  automaticTopUp,
  noneBegun,
} from '../../../domain/credits/automatic-top-up';
import type { Denomination } from '../../../domain/credits/denomination';
import { balanceOf, type Grant, withGrants } from '../../../domain/credits/grant';
import {
  grantsOfTopUp,
  parseTopUpRules,
  roomFor,
  topUp,
  type TopUp,
  type TopUpRules,
} from '../../../domain/credits/top-up';
import { drawDown } from '../../../domain/credits/draw';
import { isRefusal } from '../../../domain/errors';
import { compareDecimals } from '../../../domain/pricing/exact';
import { toIso } from '../../../domain/time';
import { cents, dollars, now, tokens, usd } from './grants';

const rules = (more: Partial<TopUpRules> = {}): TopUpRules => ({
  minimum: null,
  maximum: null,
  balance_maximum: null,
  bonus_percent: '0',
  unit_prices: null,
  expires_after: null,
  rollover: null,
  automatic: null,
  ...more,
});
const made = (amount: string, of: TopUpRules, balance = '0', denomination: Denomination = dollars) => {
  const result = topUp({ key: 'top_up/1', amount, rules: of, denomination, currency: 'USD', balance });
  return isRefusal(result) ? result.message : result;
};

describe('a top-up', () => {
  test('of a currency costs what it gives, and its bonus is cut to the cent', () => {
    expect(made('33.35', rules({ bonus_percent: '10' }))).toEqual({
      key: 'top_up/1',
      amount: '33.35',
      bonus: '3.33',
      price: usd('33.35'),
    });
  });

  test('of units costs their price, rounded once', () => {
    const of = rules({ unit_prices: { USD: '0.0125' }, bonus_percent: '10' });
    expect(made('333', of, '0', tokens)).toMatchObject({ bonus: '33.3', price: usd('4.16') });
  });

  test.each<[string, Partial<TopUpRules>, string, RegExp]>([
    ['below the minimum', { minimum: '10' }, '9.99', /below the minimum of 10.00 USD/],
    ['above the maximum', { maximum: '50' }, '50.01', /above the maximum of 50.00 USD/],
    ['beyond what the wallet may hold', { balance_maximum: '60' }, '40.01', /more than 60.00 USD/],
    ['of nothing', {}, '0.00', /no amount/],
    ['of half a cent', {}, '0.005', /no amount/],
  ])('%s is refused', (_what, of, amount, message) => {
    expect(made(amount, rules(of), '20')).toMatch(message);
  });

  test('at each of its limits is allowed', () => {
    const of = rules({ minimum: '10', maximum: '10', balance_maximum: '30' });
    expect(made('10', of, '20')).toMatchObject({ amount: '10' });
    expect([roomFor(of, '25'), roomFor(of, '40'), roomFor(of, '0'), roomFor(rules(), '0')]).toEqual([
      '5',
      '0',
      '10',
      null,
    ]);
  });

  test('of a currency is not paid in another', () => {
    const result = topUp({
      key: 'a',
      amount: '1',
      rules: rules(),
      denomination: dollars,
      currency: 'EUR',
      balance: '0',
    });
    expect(isRefusal(result) && result.message).toMatch(/paid in USD/);
  });

  test('once paid grants paid and free credits apart, which expire together, and told twice it grants once', () => {
    const of = rules({ bonus_percent: '20', expires_after: { unit: 'year', count: 1 } });
    const grants = grantsOfTopUp(made('50', of) as TopUp, of, now, 'UTC');
    expect(grants.map(({ key, origin, amount, paid }) => [key, origin, amount, paid])).toEqual([
      ['top_up/1/paid', 'paid', '50', usd('50.00')],
      ['top_up/1/granted', 'granted', '10.00', null],
    ]);
    expect(grants.map(({ expiresAt }) => toIso(expiresAt ?? 0))).toEqual([
      '2027-06-15T00:00:00.000Z',
      '2027-06-15T00:00:00.000Z',
    ]);
    expect(balanceOf(withGrants(withGrants([], grants), grants), now)).toEqual({
      paid: '50',
      granted: '10',
      total: '60',
    });
  });
});

describe('an automatic top-up', () => {
  const automatic = { threshold: '10', amount: '25', target: null };
  const decided = (balance: string, more: Partial<TopUpRules> = {}, state: AutomaticState = noneBegun) => {
    const decision = automaticTopUp({
      walletId: 'w',
      rules: rules({ automatic, ...more }),
      state,
      denomination: dollars,
      currency: 'USD',
      balance,
    });
    return decision.kind === 'begin' ? `${decision.topUp.key} ${decision.topUp.amount}` : decision.reason;
  };

  test('begins below the threshold, not at it', () => {
    expect(decided('9.99')).toBe('wallet/w/automatic/1 25');
    expect(decided('10')).toBe('above_threshold');
    expect(decided('0', { automatic: null })).toBe('off');
  });

  test('fills up to a target, by no less than one top-up must be', () => {
    const target = { threshold: '10', amount: null, target: '40' };
    expect(decided('7.5', { automatic: target })).toBe('wallet/w/automatic/1 32.5');
    expect(decided('9', { automatic: { ...target, target: '11' }, minimum: '5' })).toBe('wallet/w/automatic/1 5');
  });

  test('stays within what the wallet may hold', () => {
    expect(decided('9', { balance_maximum: '20' })).toBe('wallet/w/automatic/1 11');
    expect(decided('9', { balance_maximum: '20', minimum: '12' })).toBe('no_room');
  });

  test('is not begun while one is in flight, nor after one failed until the customer acted', () => {
    const inFlight: AutomaticState = { begun: 1, inFlight: made('25', rules()) as TopUp, isHalted: false };
    expect(decided('0', {}, inFlight)).toBe('in_flight');
    const failed = afterTopUp(inFlight, 'top_up/1', 'failed');
    expect(decided('0', {}, failed)).toBe('halted');
    expect(decided('0', {}, afterCustomerActed(failed))).toBe('wallet/w/automatic/2 25');
    expect(decided('0', {}, afterTopUp(inFlight, 'top_up/1', 'succeeded'))).toBe('wallet/w/automatic/2 25');
  });

  test('that is not in flight any more changes nothing by a late answer', () => {
    const state: AutomaticState = { begun: 2, inFlight: made('25', rules()) as TopUp, isHalted: false };
    expect(afterTopUp(state, 'top_up/0', 'failed')).toBe(state);
  });

  test('happens once at a time and grants once, whatever is drawn, answered and repeated in whatever order', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('draw' as const), amount: cents(3000) }),
      fc.record({
        do: fc.constantFrom('decide' as const, 'succeed' as const, 'fail' as const, 'repeat' as const, 'act' as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const of = rules({ automatic, bonus_percent: '10' });
        let state = noneBegun;
        let grants: readonly Grant[] = [];
        const paid: TopUp[] = [];
        for (const it of steps) {
          if (it.do === 'draw') grants = drawDown({ grants, denomination: dollars, amount: it.amount, now }).grants;
          if (it.do === 'act') state = afterCustomerActed(state);
          if (it.do === 'repeat')
            grants = withGrants(
              grants,
              paid.flatMap((one) => grantsOfTopUp(one, of, now, 'UTC')),
            );
          if (it.do === 'decide') {
            const balance = balanceOf(grants, now).total;
            const decision = automaticTopUp({
              walletId: 'w',
              rules: of,
              state,
              denomination: dollars,
              currency: 'USD',
              balance,
            });
            if (decision.kind === 'begin') {
              expect(state.inFlight).toBeNull();
              expect(compareDecimals(balance, '10')).toBe(-1);
              state = decision.state;
            }
          }
          if ((it.do === 'succeed' || it.do === 'fail') && state.inFlight !== null) {
            if (it.do === 'succeed') {
              paid.push(state.inFlight);
              grants = withGrants(grants, grantsOfTopUp(state.inFlight, of, now, 'UTC'));
            }
            state = afterTopUp(state, state.inFlight.key, it.do === 'fail' ? 'failed' : 'succeeded');
          }
        }
        expect(grants).toHaveLength(paid.length * 2);
        expect(new Set(paid.map(({ key }) => key)).size).toBe(paid.length);
      }),
    );
  });
});

describe('rules of top-ups are read', () => {
  test('with what may be left out', () => {
    expect(parseTopUpRules(dollars, {})).toEqual(rules());
    expect(parseTopUpRules(tokens, { unit_prices: { USD: '0.01' } })).toEqual(rules({ unit_prices: { USD: '0.01' } }));
  });

  const year = { unit: 'year', count: 1 };
  test.each<[string, object, string]>([
    ['a maximum below the minimum', { minimum: '10', maximum: '9' }, 'maximum'],
    ['a wallet too small for one top-up', { minimum: '10', balance_maximum: '9' }, 'balance_maximum'],
    ['prices of units that are none', { unit_prices: { USD: '1' } }, 'unit_prices'],
    ['neither amount nor target', { automatic: { threshold: '10' } }, 'automatic'],
    ['a target at the threshold', { automatic: { threshold: '10', target: '10' } }, 'automatic.target'],
    [
      'an automatic amount above the maximum',
      { maximum: '20', automatic: { threshold: '10', amount: '25' } },
      'maximum',
    ],
    [
      'a target that the wallet may not hold',
      { balance_maximum: '20', automatic: { threshold: '10', target: '25' } },
      'balance_maximum',
    ],
    ['a rollover of what never expires', { rollover: { interval: year } }, 'rollover'],
    ['paid credits filled up', { expires_after: year, rollover: { interval: year, minimum: '1' } }, 'rollover.minimum'],
    ['a misspelt limit', { minimun: '1' }, 'minimun'],
  ])('and refused with %s', (_what, change, path) => {
    expect(parseTopUpRules(dollars, change)).toMatchObject([{ path }]);
  });

  test('and refused for units without a price', () => {
    expect(parseTopUpRules(tokens, {})).toMatchObject([{ path: 'unit_prices' }]);
  });
});
