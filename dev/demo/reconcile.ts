/**
 * Compares the books with the provider: cash and fees as our ledger has them against the sandbox's balance transactions of this tenant.
 */
import { strict as assert } from 'node:assert';
import Stripe from 'stripe';
import { add, fromMinorUnits, zero, type Money } from '../../domain/money';
import type { World } from './world';

interface Balance {
  readonly balanced: boolean;
  readonly accounts: readonly { readonly account: string; readonly balance: Money }[];
}

interface Totals {
  readonly cash: Money;
  readonly fees: Money;
}

function clientOf(stripeUrl: string): Stripe {
  const { hostname, port } = new URL(stripeUrl);
  return new Stripe('sk_test_perennial_sandbox', { host: hostname, port, protocol: 'http', telemetry: false });
}

type Source = Stripe.BalanceTransaction['source'];

/** The tenant stands in the metadata of every payment. */
function tenantOf(source: Source): string | undefined {
  if (source === null || typeof source === 'string') return undefined;
  return 'metadata' in source ? (source.metadata as Stripe.Metadata | null)?.['tenant_id'] : undefined;
}

/** A dispute has no metadata of ours: it belongs to the tenant of its charge. */
function chargeOf(source: Source): string | null {
  if (source === null || typeof source === 'string' || source.object !== 'dispute') return null;
  return typeof source.charge === 'string' ? source.charge : source.charge.id;
}

/** Every balance transaction of the tenant: of its charges, of their refunds and of their disputes. */
async function transactionsOf(stripeUrl: string, tenantId: string): Promise<Stripe.BalanceTransaction[]> {
  const all: Stripe.BalanceTransaction[] = [];
  const list = clientOf(stripeUrl).balanceTransactions.list({ limit: 100, expand: ['data.source'] });
  for await (const transaction of list) all.push(transaction);
  const own = all.filter(({ source }) => tenantOf(source) === tenantId);
  const sources = new Set(own.map(({ source }) => (typeof source === 'string' ? source : source?.id)));
  const disputed = all.filter(({ source }) => sources.has(chargeOf(source) ?? undefined));
  return [...own, ...disputed];
}

async function providerTotals(stripeUrl: string, tenantId: string, currency: string): Promise<Totals> {
  let totals: Totals = { cash: zero(currency), fees: zero(currency) };
  for (const { net, fee, currency: own } of await transactionsOf(stripeUrl, tenantId)) {
    if (own.toUpperCase() !== currency) continue;
    totals = {
      cash: add(totals.cash, fromMinorUnits(BigInt(net), currency)),
      fees: add(totals.fees, fromMinorUnits(BigInt(fee), currency)),
    };
  }
  return totals;
}

const sameMoney = (what: string, ours: Money, theirs: Money): void =>
  assert.deepEqual(ours, theirs, `${what}: our books say ${ours.amount}, the provider says ${theirs.amount}`);

/** @throws an AssertionError when the books are not balanced or differ from the provider. */
export async function checkAgainstProvider(
  world: Pick<World, 'api' | 'tenantId' | 'stripeUrl'>,
  currency = 'USD',
): Promise<void> {
  const books = await world.api.get<Balance>('/ledger/trial-balance');
  assert.ok(books.balanced, 'the trial balance sums to zero');
  const of = (account: string): Money => {
    const row = books.accounts.find((entry) => entry.account === account && entry.balance.currency === currency);
    return row?.balance ?? zero(currency);
  };
  const provider = await providerTotals(world.stripeUrl, world.tenantId, currency);
  sameMoney('cash', of('cash:stripe'), provider.cash);
  sameMoney('fees', of('provider_fees:stripe'), provider.fees);
}
