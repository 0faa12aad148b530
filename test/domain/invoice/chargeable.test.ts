import fc from 'fast-check';
import { chargeable, limitsOf, type ChargeLimits } from '../../../domain/invoice/chargeable';
import { add, compare, fromMinorUnits, isZero, money, toMinorUnits } from '../../../domain/money';

const split = (amount: string, currency: string, limits: ChargeLimits): string => {
  const { amountDue, carriedOver } = chargeable(money(amount, currency), limits);
  return `${amountDue.amount} + ${carriedOver.amount}`;
};

test.each([
  ['1.505', 'KWD', null, '0.010', '1.500 + 0.005'],
  ['1.500', 'KWD', null, '0.010', '1.500 + 0.000'],
  ['0.009', 'KWD', null, '0.010', '0.000 + 0.009'],
  ['12.34', 'MGA', null, '1.00', '12.00 + 0.34'],
  ['12.34', 'USD', '0.50', null, '12.34 + 0.00'],
  ['0.49', 'USD', '0.50', null, '0.00 + 0.49'],
  // Rounded down first: what is left is too little.
  ['0.305', 'KWD', '0.305', '0.010', '0.000 + 0.305'],
  ['0.00', 'USD', '0.50', null, '0.00 + 0.00'],
])('%s %s with a minimum of %s in steps of %s: %s', (amount, currency, minimum, step, expected) => {
  expect(split(amount, currency, { minimum, step })).toBe(expected);
});

test('the parts are the whole, what is due can be charged, and what is carried over could not be', () => {
  const cases = fc.record({ units: fc.bigInt(0n, 99_999n), steps: fc.bigInt(1n, 500n), least: fc.bigInt(0n, 900n) });
  fc.assert(
    fc.property(cases, ({ units, steps, least }) => {
      const asked = fromMinorUnits(units, 'KWD');
      const limits = { minimum: fromMinorUnits(least, 'KWD').amount, step: fromMinorUnits(steps, 'KWD').amount };
      const { amountDue, carriedOver } = chargeable(asked, limits);
      expect(add(amountDue, carriedOver)).toEqual(asked);
      expect(toMinorUnits(amountDue) % steps).toBe(0n);
      if (isZero(amountDue)) expect(units - (units % steps) < least || units < steps).toBe(true);
      else {
        expect(compare(amountDue, money(limits.minimum, 'KWD'))).toBeGreaterThanOrEqual(0);
        expect(toMinorUnits(carriedOver) < steps).toBe(true);
      }
    }),
  );
});

test('a currency that the rail does not name has no limits', () => {
  const rail = { minimumAmounts: { USD: '0.50' }, amountSteps: { KWD: '0.010' } };
  expect(['USD', 'KWD', 'CHF'].map((currency) => limitsOf(rail, currency))).toEqual([
    { minimum: '0.50', step: null },
    { minimum: null, step: '0.010' },
    { minimum: null, step: null },
  ]);
});
