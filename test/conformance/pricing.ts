/**
 * What every pricing model must keep, whatever it computes. Run it over each entry of the registry; a model declares its capabilities as
 * data and this suite checks that the declaration is honest in both directions.
 */
import fc from 'fast-check';
import { Decimal, isDecimalString } from '../../domain/money';
import type { PriceExplanation, PricingModel, Usage, UsageForm } from '../../domain/pricing';
import { faultsOf, withoutOneCurrency } from './pricing-faults';
import { type Case, casesOf, decimalsIn, growthOf, noUsage, oneItem, pricedOf, quantityFor } from './pricing-usage';

const forms: readonly UsageForm[] = ['quantity', 'transactions', 'groups', 'prices'];
const refused = (code: string) => expect.objectContaining({ name: 'PerennialError', code });
const total = (list: readonly (string | Decimal)[]): Decimal =>
  list.reduce<Decimal>((left, right) => left.plus(right), new Decimal(0));

/** The amount by hand: what a reader of the explanation would compute, and nothing but the explanation. */
export const recomputed = ({ steps }: PriceExplanation): Decimal =>
  total(steps.map(({ quantity, unitAmount }) => new Decimal(quantity).times(unitAmount)));

function errorsOf(model: PricingModel, parameters: unknown): readonly { path: string; message: string }[] {
  const parsed = model.parse(parameters);
  return Array.isArray(parsed) ? (parsed as { path: string; message: string }[]) : [];
}

function promises(name: string, model: PricingModel): void {
  const { capabilities } = model;
  const exact = ({ parameters, currency }: Case, usage: Usage): Decimal =>
    new Decimal(model.price(parameters, usage, currency).exact);

  describe('keeps what it promises: it', () => {
    test('is never negative, and its exact amount is a plain decimal', () => {
      fc.assert(
        fc.property(pricedOf(model), ({ usage, ...at }) => {
          expect(isDecimalString(model.price(at.parameters, usage, at.currency).exact)).toBe(true);
          expect(exact(at, usage).isNegative()).toBe(false);
        }),
      );
    });

    test('is the same whenever it is asked, and changes nothing of its parameters', () => {
      fc.assert(
        fc.property(pricedOf(model), ({ parameters, currency, usage }) => {
          const before = JSON.stringify([parameters, usage]);
          expect(model.price(parameters, usage, currency)).toEqual(model.price(parameters, usage, currency));
          expect(JSON.stringify([parameters, usage])).toBe(before);
        }),
      );
    });

    test('is monotone if it says so, and shows a fall if it does not', () => {
      if (capabilities.monotone) {
        const never = fc.property(growthOf(model), ({ less, more, ...at }) => exact(at, more).gte(exact(at, less)));
        return fc.assert(never, { numRuns: 300 });
      }
      const falls = casesOf(model).some((at) => {
        const bounds = decimalsIn(at.parameters).flatMap((it) => [it, new Decimal(it).plus('0.5').toFixed()]);
        const rising = [...bounds].sort((a, b) => new Decimal(a).cmp(b)).map((it) => exact(at, oneItem(model, at, it)));
        return rising.some((amount, index) => index > 0 && amount.lt(rising[index - 1] ?? amount));
      });
      expect(falls).toBe(true);
    });

    test('costs nothing at zero if it says so, and something if it does not', () => {
      const free = casesOf(model).map((at) => exact(at, noUsage(capabilities.usage, at.currency)).isZero());
      expect(free.every(Boolean)).toBe(capabilities.zeroAtZero);
    });

    test('depends on the usage exactly if it says so', () => {
      const differs = (at: Case): boolean =>
        !exact(at, oneItem(model, at, '1')).eq(exact(at, oneItem(model, at, '1000000')));
      expect(casesOf(model).some(differs)).toBe(capabilities.usesQuantity);
    });

    test('sells parts of a unit exactly if it does not say that quantities are whole', () => {
      const [at] = casesOf(model) as [Case];
      const sell = (): unknown => model.price(at.parameters, oneItem(model, at, '1.5'), at.currency);
      if (capabilities.wholeQuantities) expect(sell).toThrow(refused('quantity_invalid'));
      else expect(sell).not.toThrow();
    });

    test('adds up over the parts of a time if it goes on counting, and refuses to go on if it does not', () => {
      const [first] = casesOf(model) as [Case];
      if (capabilities.before === 'none') {
        const usage: Usage = { form: 'quantity', quantity: '1', before: '1' };
        expect(() => model.price(first.parameters, usage, first.currency)).toThrow(refused('usage_invalid'));
        return;
      }
      const parts = fc
        .constantFrom(...casesOf(model))
        .chain((at) =>
          fc.tuple(fc.constant(at), quantityFor(model, at), quantityFor(model, at), quantityFor(model, at)),
        );
      fc.assert(
        fc.property(parts, ([at, before, a, b]) => {
          const part = (quantity: string, earlier: string) =>
            exact(at, { form: 'quantity', quantity, before: earlier });
          const [until, both] = [total([before, a]).toFixed(), total([a, b]).toFixed()];
          expect(part(a, before).plus(part(b, until)).toFixed()).toBe(part(both, before).toFixed());
        }),
      );
    });

    test('explains itself: a reader computes the amount again from the explanation alone, and no unit is missing', () => {
      fc.assert(
        fc.property(pricedOf(model), ({ parameters, currency, usage }) => {
          const { exact: amount, explanation } = model.price(parameters, usage, currency);
          const read = JSON.parse(JSON.stringify(explanation)) as PriceExplanation;
          expect(read).toMatchObject({ model: name, currency });
          expect(recomputed(read).eq(amount)).toBe(true);
          expect(total(read.steps.map(({ units }) => units)).eq(read.quantity)).toBe(true);
          for (const { tier, units } of read.steps)
            if (tier?.upTo) expect(new Decimal(tier.upTo).minus(units).gte(0)).toBe(true);
        }),
        { numRuns: 300 },
      );
    });

    test('explains itself in a sentence that names every amount that is charged', () => {
      fc.assert(
        fc.property(pricedOf(model), ({ parameters, currency, usage }) => {
          const { steps, text } = model.price(parameters, usage, currency).explanation;
          const charged = steps.filter(({ quantity, unitAmount }) => !new Decimal(quantity).times(unitAmount).isZero());
          for (const { unitAmount } of charged.slice(0, 12)) expect(text).toContain(`${unitAmount} ${currency}`);
          expect(text).toContain(currency);
        }),
      );
    });
  });
}

function refusals(model: PricingModel): void {
  describe('refuses what is not sound: it', () => {
    test('refuses a currency that has no amount, also one named like a property of every object', () => {
      for (const parameters of model.samples) {
        for (const currency of ['XCG', 'constructor', '__proto__']) {
          const usage = oneItem(model, { parameters, currency }, '1');
          expect(() => model.price(parameters, usage, currency)).toThrow(refused('currency_not_priced'));
        }
      }
    });

    test.each(['-1', '', 'one', '1e3', '01', '1'.repeat(40), 'NaN', 5 as never])('refuses the quantity %j', (of) => {
      for (const at of casesOf(model))
        expect(() => model.price(at.parameters, oneItem(model, at, of), at.currency)).toThrow(
          refused('quantity_invalid'),
        );
    });

    test.each(forms.filter((form) => form !== model.capabilities.usage))('refuses usage of the form %s', (form) => {
      for (const { parameters, currency } of casesOf(model))
        expect(() => model.price(parameters, noUsage(form, currency), currency)).toThrow(refused('usage_invalid'));
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

    test('refuses every fault in its parameters at its place, and only there', () => {
      const faults = model.samples.flatMap(faultsOf);
      expect(faults.length).toBeGreaterThan(0);
      for (const { what, parameters, path } of faults) {
        const paths = errorsOf(model, parameters).map((error) => error.path);
        expect({ what, found: paths.length > 0 }).toEqual({ what, found: true });
        expect({ what, astray: paths.filter((found) => !found.startsWith(path)) }).toEqual({ what, astray: [] });
      }
    });

    test('refuses a currency that is missing in one place', () => {
      for (const parameters of model.samples.flatMap(withoutOneCurrency))
        expect(errorsOf(model, parameters).map(({ message }) => message)).toContainEqual(
          expect.stringContaining('the same currencies'),
        );
    });
  });
}

export function pricingConformance(name: string, model: PricingModel): void {
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

    promises(name, model);
    refusals(model);
  });
}
