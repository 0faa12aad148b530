import { data as isoCurrencies } from 'currency-codes';
import * as fc from 'fast-check';
import { RailRefusedRequest } from '../../../../adapters/rails/port';
import { amountSteps, fromWireAmount, toWireAmount } from '../../../../adapters/rails/stripe/wire-amount';
import { exponentOf, fromMinorUnits, isCurrency, money, toMinorUnits } from '../../../../domain/money';

const currencies = isoCurrencies.map(({ code }) => code).filter(isCurrency);

/** From Stripe's table: an amount in the books, and what goes over the wire. */
const examples = [
  ['49.00', 'USD', 4900],
  ['0.50', 'EUR', 50],
  ['5000', 'JPY', 5000],
  ['1', 'VND', 1],
  ['5', 'ISK', 500],
  ['1000', 'UGX', 100_000],
  ['5.120', 'KWD', 5120],
  ['175.00', 'HUF', 17_500],
  ['800.45', 'TWD', 80_045],
  ['12.00', 'MGA', 12],
] as const;

describe('amounts on the wire', () => {
  it.each(examples)('sends %s %s as %i', (amount, currency, wire) => {
    expect(toWireAmount(money(amount, currency))).toEqual({ amount: wire, currency: currency.toLowerCase() });
    expect(fromWireAmount(wire, currency.toLowerCase())).toEqual(money(amount, currency));
  });

  it.each([
    ['1.505', 'KWD'],
    ['12.34', 'MGA'],
    ['0.0001', 'CLF'],
    ['99999999999999999.00', 'USD'],
  ])('refuses %s %s, which the wire cannot carry, instead of rounding it', (amount, currency) => {
    expect(() => toWireAmount(money(amount, currency))).toThrow(RailRefusedRequest);
  });

  it('carries back every amount of every currency that it can carry at all', () => {
    const amounts = fc.record({ currency: fc.constantFrom(...currencies), units: fc.bigInt(0n, 99_999_999n) });
    fc.assert(
      fc.property(amounts, ({ currency, units }) => {
        const whole = fromMinorUnits(units * 10n ** BigInt(exponentOf(currency)), currency);
        const wire = toWireAmount(whole);
        expect(fromWireAmount(wire.amount, wire.currency)).toEqual(whole);
      }),
      { numRuns: 2_000 },
    );
  });

  it('either carries an amount back unchanged or refuses it', () => {
    const amounts = fc.record({ currency: fc.constantFrom(...currencies), units: fc.bigInt(0n, 99_999_999n) });
    const carried = (currency: string, units: bigint): boolean => {
      const amount = fromMinorUnits(units, currency);
      try {
        const wire = toWireAmount(amount);
        expect(fromWireAmount(wire.amount, wire.currency)).toEqual(amount);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(RailRefusedRequest);
        return false;
      }
    };
    fc.assert(
      fc.property(amounts, ({ currency, units }) => void carried(currency, units)),
      { numRuns: 2_000 },
    );
  });

  it('declares a step for the currencies that the books count finer, and carries exactly its multiples', () => {
    expect(amountSteps).toEqual({
      BHD: '0.010',
      JOD: '0.010',
      KWD: '0.010',
      MGA: '1.00',
      OMR: '0.010',
      TND: '0.010',
    });
    const amounts = fc.record({
      currency: fc.constantFrom(...Object.keys(amountSteps)),
      units: fc.bigInt(0n, 99_999n),
    });
    fc.assert(
      fc.property(amounts, ({ currency, units }) => {
        const isMultiple = units % toMinorUnits(money(amountSteps[currency] ?? '', currency)) === 0n;
        const send = (): unknown => toWireAmount(fromMinorUnits(units, currency));
        if (isMultiple) expect(send).not.toThrow();
        else expect(send).toThrow(RailRefusedRequest);
      }),
    );
  });

  it('rounds a fee in hundredths of a currency that has none in the books, only when told to', () => {
    expect(() => fromWireAmount(1745, 'isk')).toThrow();
    expect(fromWireAmount(1745, 'isk', 'half_up')).toEqual(money('17', 'ISK'));
  });
});
