/**
 * What every pricing model must keep, whatever it computes. Run it over each entry of the registry; a model declares its capabilities as
 * data and this suite checks that the declaration is honest in both directions.
 */
import fc from 'fast-check';
import { Decimal, isDecimalString } from '../../domain/money';
import type { PricingModel } from '../../domain/pricing';

const wholeQuantity = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(String);
const partQuantity = fc
  .record({ whole: fc.nat({ max: 10 ** 9 }), part: fc.integer({ min: 1, max: 999 }) })
  .map(({ whole, part }) => `${whole}.${String(part).padStart(3, '0')}`);

interface Case {
  readonly parameters: unknown;
  readonly currency: string;
}

/** Each sample in each of its currencies. */
function casesOf(model: PricingModel): Case[] {
  return model.samples.flatMap((parameters) =>
    Object.keys((parameters as { amounts: Record<string, string> }).amounts).map((currency) => ({
      parameters,
      currency,
    })),
  );
}

export function pricingConformance(name: string, model: PricingModel): void {
  const cases = fc.constantFrom(...casesOf(model));
  const quantity = model.capabilities.wholeQuantities ? wholeQuantity : fc.oneof(wholeQuantity, partQuantity);
  const exact = ({ parameters, currency }: Case, of: string): Decimal =>
    new Decimal(model.price(parameters, of, currency).exact);
  const refused = (code: string) => expect.objectContaining({ name: 'PerennialError', code });

  describe(`pricing model ${name}`, () => {
    test('is named as in the registry and has samples', () => {
      expect(model.kind).toBe(name);
      expect(casesOf(model).length).toBeGreaterThan(0);
    });

    test('reads its own parameters back, also after a way through JSON', () => {
      for (const sample of model.samples) {
        expect(model.parse(sample)).toEqual(sample);
        expect(model.parse(JSON.parse(JSON.stringify(sample)))).toEqual(sample);
      }
    });

    test('is never negative, and its exact amount is a plain decimal', () => {
      fc.assert(
        fc.property(cases, quantity, (at, of) => {
          expect(isDecimalString(model.price(at.parameters, of, at.currency).exact)).toBe(true);
          expect(exact(at, of).isNegative()).toBe(false);
        }),
      );
    });

    test('is the same whenever it is asked, and changes nothing of its parameters', () => {
      fc.assert(
        fc.property(cases, quantity, ({ parameters, currency }, of) => {
          const before = JSON.stringify(parameters);
          expect(model.price(parameters, of, currency)).toEqual(model.price(parameters, of, currency));
          expect(JSON.stringify(parameters)).toBe(before);
        }),
      );
    });

    test('is monotone if it says so', () => {
      if (!model.capabilities.monotone) return expect(model.capabilities.usesQuantity).toBe(true);
      fc.assert(
        fc.property(cases, quantity, quantity, (at, a, b) => {
          const [less, more] = new Decimal(a).lte(b) ? [a, b] : [b, a];
          expect(exact(at, more).gte(exact(at, less))).toBe(true);
        }),
      );
    });

    test('costs nothing at zero if it says so, and something if it does not', () => {
      const free = casesOf(model).map((at) => exact(at, '0').isZero());
      expect(free.every(Boolean)).toBe(model.capabilities.zeroAtZero);
    });

    test('depends on the quantity exactly if it says so', () => {
      const depends = casesOf(model).some((at) => !exact(at, '1').eq(exact(at, '1000')));
      expect(depends).toBe(model.capabilities.usesQuantity);
    });

    test('sells parts of a unit exactly if it does not say that quantities are whole', () => {
      const [{ parameters, currency }] = casesOf(model) as [Case];
      const sell = (): unknown => model.price(parameters, '1.5', currency);
      if (model.capabilities.wholeQuantities) expect(sell).toThrow(refused('quantity_invalid'));
      else expect(sell).not.toThrow();
    });

    test('explains itself: model, quantity, unit amount, currency and a sentence that names the amount', () => {
      fc.assert(
        fc.property(cases, quantity, ({ parameters, currency }, of) => {
          const { explanation } = model.price(parameters, of, currency);
          expect(explanation).toMatchObject({ model: name, quantity: of, currency });
          expect(isDecimalString(explanation.unitAmount) && isDecimalString(explanation.chargedQuantity)).toBe(true);
          expect(explanation.text).toContain(`${explanation.unitAmount} ${currency}`);
        }),
      );
    });

    test('refuses a currency that has no amount, also one named like a property of every object', () => {
      for (const parameters of model.samples) {
        for (const currency of ['XCG', 'constructor', '__proto__']) {
          expect(() => model.price(parameters, '1', currency)).toThrow(refused('currency_not_priced'));
        }
      }
    });

    test.each(['-1', '', 'one', '1e3', '01', '1'.repeat(40), 'NaN'])('refuses the quantity %j', (of) => {
      const [{ parameters, currency }] = casesOf(model) as [Case];
      expect(() => model.price(parameters, of, currency)).toThrow(refused('quantity_invalid'));
    });

    test.each<[string, unknown]>([
      ['nothing', undefined],
      ['null', null],
      ['a list', []],
      ['a text', 'flat'],
      ['an empty object', {}],
    ])('finds errors in %s instead of throwing', (_what, parameters) => {
      expect(errorsOf(model, parameters).length).toBeGreaterThan(0);
    });

    test.each<[string, unknown]>([
      ['a negative amount', { USD: '-1.00' }],
      ['a JS number', { USD: 49 }],
      ['an exponent', { USD: '1e2' }],
      ['an unknown currency', { usd: '1.00' }],
      ['no currency', {}],
      ['a list', ['1.00']],
      ['more places than any token has', { USD: '0.0000000000000000001' }],
    ])('refuses amounts with %s, by path', (_what, amounts) => {
      const errors = errorsOf(model, { ...(model.samples[0] as object), amounts });
      expect(errors.length).toBeGreaterThan(0);
      for (const error of errors) expect(error.path).toMatch(/^amounts/);
    });

    test('refuses a parameter that it does not know', () => {
      expect(errorsOf(model, { ...(model.samples[0] as object), discont: '1' }).map(({ path }) => path)).toEqual([
        'discont',
      ]);
    });
  });
}

function errorsOf(model: PricingModel, parameters: unknown): readonly { path: string; message: string }[] {
  const parsed = model.parse(parameters);
  return Array.isArray(parsed) ? (parsed as { path: string; message: string }[]) : [];
}
