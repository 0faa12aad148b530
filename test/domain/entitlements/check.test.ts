/** The verdict: hard limits hold to the unit, soft ones end as they say, and what is said of a limit is true. */
import fc from 'fast-check';
import {
  judgeGrants,
  judgeQuantity,
  leniencyOf,
  percentageOf,
  reachedOf,
  remainingOf,
  valueOf,
  warningOf,
} from '../../../domain/entitlements/check';
import type { Ending } from '../../../domain/entitlements/entitlement';
import { forecastOf, forecastUsage, reachedAt } from '../../../domain/entitlements/forecast';
import type { Usage } from '../../../domain/pricing/usage';
import '../../support/seed';

const hard: Ending = { limit_type: 'hard', overage: 'refused' };
const soft: Ending = { limit_type: 'soft', overage: 'refused' };
const billed: Ending = { limit_type: 'soft', overage: 'billed' };
const standing = (limit: number | null, usage: number, reserved = 0) => ({
  limit: limit === null ? null : String(limit),
  usage: String(usage),
  reserved: String(reserved),
});
const some = fc.nat({ max: 300 });

test('a hard limit lets exactly in what fits into what is left', () => {
  fc.assert(
    fc.property(some, some, some, some, (limit, usage, reserved, quantity) => {
      const own = standing(limit, usage, reserved);
      const { allowed } = judgeQuantity(own, hard, String(quantity));
      expect(allowed).toBe(usage + reserved + quantity <= limit);
      if (quantity > 0) expect(allowed).toBe(quantity <= Number(remainingOf(own)) && usage + reserved <= limit);
    }),
  );
});

test('a soft limit that refuses overage lets one request cross it and none begin above it', () => {
  fc.assert(
    fc.property(some, some, some, fc.integer({ min: 1, max: 300 }), (limit, usage, reserved, quantity) => {
      const { allowed } = judgeQuantity(standing(limit, usage, reserved), soft, String(quantity));
      expect(allowed).toBe(usage + reserved < limit);
    }),
  );
});

test('billed overage and no limit let everything in, and say why', () => {
  expect(judgeQuantity(standing(10, 500), billed, '1')).toEqual({ allowed: true, reason: 'overage_billed' });
  expect(judgeQuantity(standing(10, 2), billed, '1').reason).toBe('within_limit');
  expect(judgeQuantity(standing(null, 500), hard, '1000000')).toEqual({ allowed: true, reason: 'unlimited' });
});

test('a refusal tells a limit that is reached from a request that is too large', () => {
  expect(judgeQuantity(standing(10, 10), hard, '1').reason).toBe('limit_reached');
  expect(judgeQuantity(standing(10, 9), hard, '2').reason).toBe('above_remaining');
});

test('of several plans the most lenient ending counts', () => {
  expect(leniencyOf([hard, soft])).toEqual(soft);
  expect(leniencyOf([soft, hard, billed])).toEqual(billed);
  expect(leniencyOf([hard])).toEqual(hard);
});

test('a boolean feature is on when any plan switches it on', () => {
  const of = (enabled: boolean) => ({ type: 'boolean' as const, feature: 'sso', enabled });
  expect(judgeGrants([of(false), of(true)])).toEqual({ allowed: true, reason: 'granted' });
  expect(judgeGrants([of(false)])).toEqual({ allowed: false, reason: 'switched_off' });
  expect(judgeGrants([])).toEqual({ allowed: false, reason: 'not_granted' });
});

test('of static values the greatest number counts, else the one that was subscribed to last', () => {
  expect(valueOf(['9', '10.5', '2'])).toBe('10.5');
  expect(valueOf(['eu', 'ke'])).toBe('ke');
  expect(valueOf(['010'])).toBe('010');
  expect(valueOf([])).toBeNull();
});

test('a threshold is reached at its percentage exactly, and the percentage is never rounded up to it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), some, fc.integer({ min: 1, max: 150 }), (limit, usage, threshold) => {
      const own = standing(limit, usage);
      expect(reachedOf(own, [threshold])).toEqual(usage * 100 >= limit * threshold ? [threshold] : []);
      expect(Number(percentageOf(own)) >= threshold).toBe(usage * 100 >= limit * threshold);
    }),
  );
});

test('the warning names the limit once the first threshold is reached', () => {
  expect(warningOf(standing(300, 239), [80, 100])).toBeNull();
  expect(warningOf(standing(300, 250), [80, 100])).toBe('83.33 % of 300 are used.');
  expect(warningOf(standing(300, 330), [80, 100])).toBe('110 % of 300 are used, 30 above it.');
});

test('a limit of nothing is used up and warns of nothing', () => {
  expect([percentageOf(standing(0, 0)), warningOf(standing(0, 0), [80, 100])]).toEqual(['100', null]);
});

test('a forecast is linear by elapsed time, exact at the end, and says nothing before a hundredth has passed', () => {
  const window = { from: 1_000, to: 2_000 };
  fc.assert(
    fc.property(some, fc.integer({ min: 10, max: 1_500 }), (usage, elapsed) => {
      const { method, quantity } = forecastOf('sum', String(usage), window, window.from + elapsed);
      expect(method).toBe('linear');
      expect(Number(quantity)).toBe(Math.floor((usage * 1_000) / Math.min(elapsed, 1_000)));
    }),
  );
  expect(forecastOf('sum', '7', window, 1_009)).toEqual({ method: 'as_is', quantity: '7' });
  expect(forecastOf('max', '7', window, 1_500)).toEqual({ method: 'as_is', quantity: '7' });
});

test('what is foreseen of a usage is foreseen of each of its parts, but for transactions', () => {
  const window = { from: 0, to: 1_000 };
  const foreseen = (usage: Usage) => forecastUsage('sum', usage, window, 400);
  expect(foreseen({ form: 'quantity', quantity: '3' })).toEqual({ form: 'quantity', quantity: '7' });
  expect(foreseen({ form: 'quantity', quantity: '0.3' })).toEqual({ form: 'quantity', quantity: '0.75' });
  const groups = (quantity: string): Usage => ({ form: 'groups', groups: [{ dimensions: { model: 'a' }, quantity }] });
  expect(foreseen(groups('2'))).toEqual(groups('5'));
  const rows = (quantity: string): Usage => ({
    form: 'prices',
    currency: 'USD',
    rows: [{ unitAmount: '2', quantity }],
  });
  expect(foreseen(rows('1'))).toEqual(rows('2.5'));
  const transactions: Usage = { form: 'transactions', currency: 'USD', bands: [] };
  expect(foreseen(transactions)).toBe(transactions);
});

test('a limit is foreseen to be reached when the line through what was used meets it, if that is within the window', () => {
  const window = { from: 0, to: 1_000 };
  const at = (usage: string, limit: string, now: number) => reachedAt('sum', { usage, limit }, window, now);
  expect(at('40', '80', 400)).toBe(800);
  expect(at('40', '100', 400)).toBeNull();
  expect(at('100', '100', 400)).toBe(400);
  expect(at('0', '100', 400)).toBeNull();
  expect(reachedAt('max', { usage: '40', limit: '41' }, window, 400)).toBeNull();
});
