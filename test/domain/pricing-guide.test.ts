/** The guide to pricing models: every model is in it, and every row of its tables is what the model answers. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Decimal } from '../../domain/money';
import { type PricingModelKind, type Usage, isPricingModelKind, priceOf, pricingModels } from '../../domain/pricing';
import type { UsageForm } from '../../domain/pricing';

const guide = readFileSync(path.join(__dirname, '../../docs/recipes/choose-a-pricing-model.md'), 'utf8');

interface Row {
  readonly kind: PricingModelKind;
  readonly parameters: unknown;
  readonly usage: string;
  readonly costs: string;
  readonly explanation: string;
}

/** Each block of parameters with the rows of the table after it. */
const rows: Row[] = [...guide.matchAll(/^```json (\w+)\n([\s\S]*?)^```\n\n((?:\|.*\n)+)/gm)].flatMap(
  ([, kind, parameters = '', table = '']) => {
    if (!isPricingModelKind(kind)) throw new Error(`${kind} is not a pricing model`);
    return table
      .trim()
      .split('\n')
      .slice(2)
      .map((line): Row => {
        const [, usage = '', costs = '', explanation = ''] = line.split('|').map((cell) => cell.trim());
        return { kind, parameters: JSON.parse(parameters), usage, costs, explanation };
      });
  },
);

const parts = (text: string, between: string): [string, string] => text.split(between) as [string, string];

/** A usage as the guide writes it. */
const readers: Readonly<Record<UsageForm, (text: string) => Usage>> = {
  quantity: (text) => {
    const [quantity, before] = parts(text, ' after ');
    return { form: 'quantity', quantity, ...(before === undefined ? {} : { before }) };
  },
  transactions: (text) => ({
    form: 'transactions',
    currency: 'USD',
    bands: text.split(', ').map((value) => ({ count: '1', value, least: value, most: value })),
  }),
  groups: (text) => ({
    form: 'groups',
    groups: text.split(', ').map((group) => {
      const [quantity, values] = parts(group, ' of ');
      return { quantity, dimensions: Object.fromEntries(values.split(' ').map((pair) => parts(pair, '='))) };
    }),
  }),
  prices: (text) => ({
    form: 'prices',
    currency: 'USD',
    rows: text.split(', ').map((row) => {
      const [quantity, unitAmount] = parts(row, ' at ');
      return { quantity, unitAmount };
    }),
  }),
};

test('names every model, and shows each but the twin of per unit', () => {
  for (const kind of Object.keys(pricingModels)) expect(guide).toContain(`**\`${kind}\`**`);
  expect(new Set(rows.map(({ kind }) => kind))).toEqual(
    new Set(Object.keys(pricingModels).filter((kind) => kind !== 'per_seat')),
  );
});

test.each(rows)('$kind: $usage costs $costs', ({ kind, parameters, usage, costs, explanation }) => {
  const priced = priceOf(kind, parameters, readers[pricingModels[kind].capabilities.usage](usage), 'USD');
  expect(`${new Decimal(priced.exact).toFixed()} USD`).toBe(costs);
  expect(priced.explanation.text).toBe(explanation);
});
