import fc from 'fast-check';
import { isAhead } from '../../../domain/recognition/is-ahead';
import { dayOf, recognizedBefore, serviceDays } from '../../../domain/recognition/straight-line';
import { add, compare, fromMinorUnits, money, negate, registerCurrency, subtract, zero } from '../../../domain/money';
import { dayMs, fromIso } from '../../../domain/time';

registerCurrency('TOKEN18', 18);

const at = (text: string) => fromIso(text.includes('T') ? text : `${text}T00:00:00Z`);
const days = (start: string, end: string) => serviceDays(at(start), at(end));
const until = (amount: string, start: string, end: string, day: string) =>
  recognizedBefore(money(amount, 'USD'), days(start, end), dayOf(at(day))).amount;

describe('an amount is recognized', () => {
  test('by the same for each day of its service, and the rest on the last', () => {
    // 100.00 over 30 days: 3.33 a day, 3.43 on the last.
    expect(until('100.00', '2026-06-01', '2026-07-01', '2026-06-02')).toBe('3.33');
    expect(until('100.00', '2026-06-01', '2026-07-01', '2026-06-30')).toBe('96.57');
    expect(until('100.00', '2026-06-01', '2026-07-01', '2026-07-01')).toBe('100.00');
    expect(until('100.00', '2026-06-01', '2026-07-01', '2027-01-01')).toBe('100.00');
    expect(until('100.00', '2026-06-01', '2026-07-01', '2026-05-01')).toBe('0.00');
  });

  test('below zero, too: a credit is cut toward zero like a charge', () => {
    expect(until('-22.22', '2026-06-17T09:30:00Z', '2026-07-01', '2026-06-18')).toBe('-1.58');
    expect(until('-22.22', '2026-06-17T09:30:00Z', '2026-07-01', '2026-07-01')).toBe('-22.22');
  });

  test('on one day when its period lies inside of one', () => {
    expect(days('2026-06-17T09:30:00Z', '2026-06-17T09:30:05Z')).toEqual({
      firstDay: dayOf(at('2026-06-17')),
      endDay: dayOf(at('2026-06-18')),
    });
    expect(until('10.00', '2026-06-17T09:30:00Z', '2026-06-17T21:00:00Z', '2026-06-17')).toBe('0.00');
    expect(until('10.00', '2026-06-17T09:30:00Z', '2026-06-17T21:00:00Z', '2026-06-18')).toBe('10.00');
  });

  test('over days that periods in a row do not share', () => {
    const first = days('2026-01-31T10:00:00Z', '2026-02-28T10:00:00Z');
    const second = days('2026-02-28T10:00:00Z', '2026-03-31T10:00:00Z');
    expect(first.endDay).toBe(second.firstDay);
  });
});

const currencies = fc.constantFrom('USD', 'JPY', 'KWD', 'TOKEN18');
const anyService = fc
  .tuple(fc.integer({ min: 0, max: 20_000 * dayMs }), fc.integer({ min: 1, max: 800 * dayMs }))
  .map(([start, length]) => serviceDays(start, start + length));
const anyLine = fc
  .tuple(currencies, fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), anyService)
  .map(([currency, units, service]) => ({ amount: fromMinorUnits(units, currency), service }));

describe('for any amount, currency and period', () => {
  test('the days add up to the amount exactly, and none goes the other way', () => {
    fc.assert(
      fc.property(anyLine, ({ amount, service }) => {
        let total = zero(amount.currency);
        let before = zero(amount.currency);
        for (let day = service.firstDay; day <= service.endDay; day++) {
          const now = recognizedBefore(amount, service, day);
          const step = subtract(now, before);
          expect([0, compare(amount, zero(amount.currency))]).toContain(compare(step, zero(amount.currency)));
          total = add(total, step);
          before = now;
        }
        expect(total).toEqual(amount);
      }),
      { numRuns: 40 },
    );
  });

  test('a credit of the whole undoes it on every day', () => {
    fc.assert(
      fc.property(anyLine, fc.integer({ min: 0, max: 21_000 }), ({ amount, service }, day) => {
        const charge = recognizedBefore(amount, service, day);
        expect(recognizedBefore(negate(amount), service, day)).toEqual(negate(charge));
      }),
    );
  });
});

describe('a line is billed ahead', () => {
  const now = at('2026-06-01');
  test('when its service ends later than its invoice, unless it is a one-off charge', () => {
    expect(isAhead({ kind: 'recurring', periodEnd: now + 1 }, now)).toBe(true);
    expect(isAhead({ kind: 'recurring', periodEnd: now }, now)).toBe(false);
    expect(isAhead({ kind: 'proration_credit', periodEnd: now + 1 }, now)).toBe(true);
    expect(isAhead({ kind: 'one_off', periodEnd: now + 1 }, now)).toBe(false);
  });
});
