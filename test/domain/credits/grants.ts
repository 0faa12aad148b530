/** Grants and wallets for the tests of credits. */
import fc from 'fast-check';
import type { Denomination } from '../../../domain/credits/denomination';
import type { Grant } from '../../../domain/credits/grant';
import { fromMinorUnits, money } from '../../../domain/money';
import { isAbove } from '../../../domain/pricing/exact';
import { addDays, fromIso } from '../../../domain/time';

export const usd = (amount: string) => money(amount, 'USD');
export const dollars: Denomination = { kind: 'currency', currency: 'USD' };
export const tokens: Denomination = { kind: 'unit', unit: 'token' };
export const now = fromIso('2026-06-15T00:00:00Z');
export const day = (days: number) => addDays(now, days);

/** Granted credits unless `paid` is given; alive for ever, and a day old. */
export const grant = (key: string, amount: string, more: Partial<Grant> = {}): Grant => ({
  key,
  origin: more.paid == null ? 'granted' : 'paid',
  amount,
  used: '0',
  removed: '0',
  isEnded: false,
  paid: null,
  priority: 128,
  grantedAt: day(-1),
  effectiveAt: day(-1),
  expiresAt: null,
  rollover: null,
  rolled: null,
  ...more,
});

export const cents = (max: number) =>
  fc.integer({ min: 1, max }).map((units) => fromMinorUnits(BigInt(units), 'USD').amount);

/** Grants of every order, paid and granted, alive, dead and to come, some of which roll over. */
export const anyGrants = fc
  .array(
    fc.record({
      amount: cents(5000),
      isPaid: fc.boolean(),
      priority: fc.integer({ min: 1, max: 3 }),
      grantedAt: fc.integer({ min: -40, max: 3 }),
      life: fc.option(fc.integer({ min: 1, max: 60 })),
      maximum: fc.option(cents(3000)),
      minimum: fc.constantFrom('0', '1.50'),
      rolls: fc.boolean(),
      times: fc.option(fc.integer({ min: 1, max: 3 })),
    }),
    { maxLength: 6 },
  )
  .map((list) =>
    list.map(({ amount, isPaid, priority, grantedAt, life, maximum, minimum, rolls, times }, index) => {
      const isLow = maximum !== null && isAbove(minimum, maximum);
      const rollover = {
        minimum: isPaid || isLow ? '0' : minimum,
        maximum,
        interval: { unit: 'week', count: 1 } as const,
        times_max: times,
      };
      return grant(`grant/${index}`, amount, {
        ...(isPaid ? { paid: usd(amount), origin: 'paid' as const } : {}),
        priority,
        grantedAt: day(grantedAt),
        effectiveAt: day(grantedAt),
        expiresAt: life === null ? null : day(grantedAt + life),
        rollover: rolls && life !== null ? rollover : null,
      });
    }),
  );
