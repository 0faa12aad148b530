/** Allowances that add up: nothing is granted twice, nothing that was granted is lost. */
import fc from 'fast-check';
import { balanceOf, rolledOver, stretchesOf, type Allowance } from '../../../domain/entitlements/allowance';
import type { Window } from '../../../domain/metering/window';
import '../../support/seed';

const end = 1_000;
const allowance = fc.record({ from: fc.nat({ max: 900 }), quantity: fc.nat({ max: 100 }) });
const allowances = fc.array(allowance, { minLength: 1, maxLength: 5 });
const events = fc.array(fc.record({ at: fc.nat({ max: end - 1 }), quantity: fc.nat({ max: 60 }) }), { maxLength: 15 });

const madeOf = (list: readonly { from: number; quantity: number }[]): Allowance[] =>
  list.map(({ from, quantity }) => ({ window: { from, to: end }, quantity: String(quantity) }));
const usedIn = (list: readonly { at: number; quantity: number }[], { from, to }: Window): string =>
  String(list.filter(({ at }) => from <= at && at < to).reduce((sum, { quantity }) => sum + quantity, 0));
const balance = (list: readonly Allowance[], used: readonly { at: number; quantity: number }[]) => {
  const stretches = stretchesOf(
    list.map(({ window }) => window),
    'sum',
  );
  const { limit, usage } = balanceOf(
    list,
    stretches,
    stretches.map((stretch) => usedIn(used, stretch)),
  );
  return { limit: Number(limit), usage: Number(usage) };
};

test('the limit is the sum of the allowances, and the order in which they are given changes nothing', () => {
  fc.assert(
    fc.property(allowances, events, (list, used) => {
      const forwards = balance(madeOf(list), used);
      expect(forwards.limit).toBe(list.reduce((sum, { quantity }) => sum + quantity, 0));
      expect(balance(madeOf([...list].reverse()), used)).toEqual(forwards);
    }),
  );
});

/** Event by event: each takes from what had begun, and what it does not find there was another window's. */
function eventByEvent(
  list: readonly { from: number; quantity: number }[],
  used: readonly { at: number; quantity: number }[],
) {
  const starts = [...new Set(list.map(({ from }) => from))].sort((a, b) => a - b);
  let left = 0;
  starts.forEach((from, index) => {
    const to = starts[index + 1] ?? end;
    left = Math.max(0, left) + list.filter((one) => one.from === from).reduce((sum, { quantity }) => sum + quantity, 0);
    for (const { at, quantity } of used) if (from <= at && at < to) left -= quantity;
  });
  return left;
}

test('what is left is what event by event was not taken from the allowances that had begun', () => {
  fc.assert(
    fc.property(allowances, events, (list, used) => {
      const { limit, usage } = balance(madeOf(list), used);
      expect(limit - usage).toBe(eventByEvent(list, used));
    }),
  );
});

test('more use never leaves more, and use before the first allowance takes nothing', () => {
  fc.assert(
    fc.property(allowances, events, fc.nat({ max: end - 1 }), fc.nat({ max: 60 }), (list, used, at, quantity) => {
      const made = madeOf(list);
      const before = balance(made, used);
      const after = balance(made, [...used, { at, quantity }]);
      expect(after.usage).toBeGreaterThanOrEqual(before.usage);
      if (at < Math.min(...list.map(({ from }) => from))) expect(after).toEqual(before);
    }),
  );
});

test('a further allowance adds exactly itself to what is left, when nothing was used since it began', () => {
  fc.assert(
    fc.property(allowances, events, fc.nat({ max: 100 }), (list, used, quantity) => {
      const old = used.filter(({ at }) => at < 950);
      const before = balance(madeOf(list), old);
      const after = balance(madeOf([...list, { from: 950, quantity }]), old);
      const left = Math.max(0, before.limit - before.usage);
      expect(after.limit - after.usage).toBe(left + quantity);
    }),
  );
});

test('a maximum, a latest and different values are read once, from the first start on', () => {
  const windows = [
    { from: 50, to: 300 },
    { from: 10, to: 200 },
  ];
  for (const aggregation of ['max', 'latest', 'unique'] as const)
    expect(stretchesOf(windows, aggregation)).toEqual([{ from: 10, to: 200 }]);
  expect(stretchesOf(windows, 'count')).toEqual([
    { from: 10, to: 50 },
    { from: 50, to: 200 },
  ]);
});

test('never more comes over than was left, nor than the maximum, and nothing of what was overdrawn', () => {
  const some = fc.nat({ max: 500 });
  fc.assert(
    fc.property(some, some, some, fc.option(some), (limit, rolled, usage, maximum) => {
      const rollover = { maximum: maximum === null ? null : String(maximum) };
      const given = { limit: String(limit), rolled: String(rolled), usage: String(usage) };
      const over = Number(rolledOver(given, rollover));
      expect(over).toBe(Math.min(Math.max(0, limit + rolled - usage), maximum ?? Infinity));
    }),
  );
});
