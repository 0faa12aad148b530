/** Usage of every form, for the conformance suite: made of items, so that more of it is the same with items added. */
import fc from 'fast-check';
import { Decimal, isDecimalString } from '../../domain/money';
import type { PricingModel, Usage, UsageForm } from '../../domain/pricing';

export interface Case {
  readonly parameters: unknown;
  readonly currency: string;
}

/** Each sample in each of its currencies. */
export function casesOf(model: PricingModel): Case[] {
  return model.samples.flatMap((parameters) =>
    model.currencies(parameters).map((currency) => ({ parameters, currency })),
  );
}

/** All texts in parameters that are decimals: the bounds of tiers, sizes and allowances are where prices go wrong. */
export function decimalsIn(value: unknown): string[] {
  if (isDecimalString(value)) return value.length < 20 ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(decimalsIn) : [];
}

const wholeQuantity = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(String);
const partQuantity = fc
  .record({ whole: fc.nat({ max: 10 ** 9 }), part: fc.integer({ min: 1, max: 999 }) })
  .map(({ whole, part }) => `${whole}.${String(part).padStart(3, '0')}`);

/** A quantity that the model sells, often at a bound of its parameters. */
export function quantityFor(model: PricingModel, { parameters }: Case): fc.Arbitrary<string> {
  const isSold = (it: string): boolean => !model.capabilities.wholeQuantities || !it.includes('.');
  const bounds = ['0', ...decimalsIn(parameters).filter((it) => !it.startsWith('-') && isSold(it))];
  const small = fc.nat({ max: 500 }).map(String);
  const any = [wholeQuantity, small, fc.constantFrom(...bounds)];
  return model.capabilities.wholeQuantities ? fc.oneof(...any) : fc.oneof(...any, partQuantity);
}

type Item = Readonly<Record<string, unknown>> & { readonly quantity: string };

/** One text stays as it is, so that faulty ones reach the model. */
const sum = ([first = '0', ...others]: readonly string[]): string =>
  others.reduce((left, right) => new Decimal(left).plus(right).toFixed(), first);

/** A usage of a form that is made of items. */
const usageOfItems: { readonly [F in UsageForm]: (items: readonly Item[], currency: string) => Usage } = {
  quantity: (items) => ({ form: 'quantity', quantity: sum(items.map(({ quantity }) => quantity)) }),
  transactions: (items, currency) => ({
    form: 'transactions',
    currency,
    bands: items.map(({ quantity: value }) => ({ count: '1', value, least: value, most: value })),
  }),
  groups: (items) => ({
    form: 'groups',
    groups: items.map(({ quantity, when }) => ({ quantity, dimensions: when as Record<string, string> })),
  }),
  prices: (items, currency) => ({
    form: 'prices',
    currency,
    rows: items.map(({ quantity, unitAmount }) => ({ quantity, unitAmount: unitAmount as string })),
  }),
};

/** Groups have the dimensions of the price's own cells. */
function cellsOf(parameters: unknown): readonly Record<string, string>[] {
  const { cells = [] } = parameters as { cells?: readonly { when: Record<string, string> }[] };
  return cells.length === 0 ? [{}] : cells.map(({ when }) => when);
}

const itemsFor = (model: PricingModel, at: Case): fc.Arbitrary<Item[]> =>
  fc.array(
    fc.record({
      quantity: quantityFor(model, at),
      when: fc.constantFrom(...cellsOf(at.parameters)),
      unitAmount: fc.oneof(partQuantity, fc.nat({ max: 20 }).map(String)),
    }),
    { maxLength: 6 },
  );

/** Nothing used, in a form. */
export const noUsage = (form: UsageForm, currency: string): Usage => usageOfItems[form]([], currency);

/** A usage with one item: of this quantity, or this value. */
export const oneItem = (model: PricingModel, { parameters, currency }: Case, quantity: string): Usage =>
  usageOfItems[model.capabilities.usage]([{ quantity, when: cellsOf(parameters)[0], unitAmount: '1' }], currency);

export interface Growth extends Case {
  readonly less: Usage;
  readonly more: Usage;
}

/** A case with a usage, and the same usage with something added at its end. */
export function growthOf(model: PricingModel): fc.Arbitrary<Growth> {
  const make = usageOfItems[model.capabilities.usage];
  return fc.constantFrom(...casesOf(model)).chain((at) =>
    fc.tuple(itemsFor(model, at), itemsFor(model, at)).map(([some, added]) => ({
      ...at,
      less: make(some, at.currency),
      more: make([...some, ...added], at.currency),
    })),
  );
}

export interface Priced extends Case {
  readonly usage: Usage;
}

/** A case with a usage; of a model that goes on counting, often with something before it. */
export function pricedOf(model: PricingModel): fc.Arbitrary<Priced> {
  const counts = model.capabilities.before !== 'none';
  return growthOf(model).chain(({ less, ...at }) =>
    fc.option(quantityFor(model, at), { nil: undefined }).map((before) => ({
      ...at,
      usage: counts && before !== undefined && less.form === 'quantity' ? { ...less, before } : less,
    })),
  );
}
