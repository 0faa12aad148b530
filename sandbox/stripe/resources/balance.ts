/** The balance: what is available and what is on its way, from the balance transactions. */
import type Stripe from 'stripe';
import { endpoint } from '../http/endpoint';
import type { World } from '../state/world';
import { matureTransactions } from './balance-transactions';

/** The currency of the account, which a balance has even when it is empty. */
const ACCOUNT_CURRENCY = 'usd';

/** The net amount by currency of the transactions with this status, in wire units. */
export function balanceOf(world: World, status: 'available' | 'pending'): Map<string, number> {
  const totals = new Map([[ACCOUNT_CURRENCY, 0]]);
  for (const transaction of world.balanceTransactions.values()) {
    if (transaction.status !== status) continue;
    totals.set(transaction.currency, (totals.get(transaction.currency) ?? 0) + transaction.net);
  }
  return totals;
}

function amounts(world: World, status: 'available' | 'pending'): Stripe.Balance['available'] {
  return [...balanceOf(world, status)].map(([currency, amount]) => ({
    amount,
    currency,
    source_types: { card: amount },
  }));
}

export const balanceEndpoints = [
  endpoint('GET', '/v1/balance', {}, ({ world }) => {
    matureTransactions(world);
    return {
      object: 'balance',
      available: amounts(world, 'available'),
      livemode: false,
      pending: amounts(world, 'pending'),
      refund_and_dispute_prefunding: {
        available: [{ amount: 0, currency: ACCOUNT_CURRENCY }],
        pending: [{ amount: 0, currency: ACCOUNT_CURRENCY }],
      },
    } satisfies Stripe.Balance;
  }),
];
