/** Every provider of sales tax, and the table that stands in for them, by one suite; and what Stripe Tax is told on the wire. */
import type { SalesTaxSource } from '../../../domain/tax/sales-tax';
import { createStripeTax } from '../../../adapters/tax/stripe-tax';
import { tableSalesTax } from '../../../adapters/tax/table';
import { createStripeControl } from '../../../sandbox/stripe/control/client';
import { startStripeSandbox } from '../../../sandbox/stripe/server';
import { money } from '../../../domain/money';
import { salesTaxConformance, type SalesTaxHarness } from '../../conformance/sales-tax';

async function startStripeTax(restMs = 0, now?: () => number): Promise<SalesTaxHarness> {
  const server = await startStripeSandbox({ port: 0 });
  const control = createStripeControl(server.url);
  return {
    provider: createStripeTax({
      secretKey: 'sk_test_sales_tax',
      apiUrl: server.url,
      restMs,
      timeoutMs: 500,
      ...(now === undefined ? {} : { now }),
    }),
    away: () => control.fault({ method: 'POST', path: '/v1/tax/**', kind: 'hang', count: null }),
    heal: () => control.clearFaults(),
    close: () => server.close(),
  };
}

/** A provider of the registry without a harness does not compile. */
const harnesses: Readonly<Record<SalesTaxSource, () => Promise<SalesTaxHarness>>> = {
  stripe_tax: startStripeTax,
  table: () =>
    Promise.resolve({
      provider: tableSalesTax,
      away: null,
      heal: () => Promise.resolve(),
      close: () => Promise.resolve(),
    }),
};

for (const [name, makeHarness] of Object.entries(harnesses)) salesTaxConformance(name, makeHarness);

const question = (key: string, category = 'standard') => ({
  key,
  seller: null,
  customer: { line1: null, line2: null, city: null, postal_code: '94103', region: 'US-CA', country: 'US' },
  currency: 'USD',
  date: '2026-01-01',
  lines: [{ reference: 'a', amount: money('100.00', 'USD'), isTaxIncluded: false, category, date: '2026-01-01' }],
  table: { rates: [] },
});

test("a code of Stripe's list is sent as it stands: software as a service is not taxed in California", async () => {
  const { provider, close } = await startStripeTax();
  const taxes = await Promise.all(
    ['standard', 'txcd_10103001'].map((category) => provider.calculate(question(`tax:${category}`, category))),
  );
  await close();
  expect(taxes.map((answer) => (answer.kind === 'answered' ? answer.lines[0]?.tax.amount : answer))).toEqual([
    '8.63',
    '0.00',
  ]);
});

test('after it was found away it rests: the next invoices do not wait for it one by one', async () => {
  let clock = 0;
  const { provider, away, heal, close } = await startStripeTax(5_000, () => clock);
  await away?.();
  const first = await provider.calculate(question('tax:1'));
  await heal();
  const resting = await provider.calculate(question('tax:2'));
  clock = 5_000;
  const again = await provider.calculate(question('tax:3'));
  await close();
  expect([first, resting, again].map((answer) => (answer.kind === 'unknown' ? answer.obstacle : answer.kind))).toEqual([
    expect.stringMatching(/./),
    'away',
    'answered',
  ]);
});
