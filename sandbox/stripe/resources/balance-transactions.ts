/** Balance transactions: every movement of the account's money, with its fee and what is left. */
import type Stripe from 'stripe';
import { endpoint } from '../http/endpoint';
import { missing } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { text } from '../http/parameters';
import { newId } from '../state/new-id';
import type { BalanceTransaction } from '../state/stored';
import type { World } from '../state/world';

/** Card payments of an American account are available two days after the payment. */
const PENDING_SECONDS = 2 * 24 * 3_600;

export interface Movement {
  readonly type: BalanceTransaction['type'];
  readonly reportingCategory: string;
  readonly source: string;
  /** Signed wire units: what comes in is positive. */
  readonly amount: number;
  readonly fee: number;
  readonly currency: string;
  readonly description: string | null;
  readonly feeDescription?: string;
  readonly isAvailableAtOnce?: boolean;
}

/** Books a movement: net is the amount without the fee. */
export function recordMovement(world: World, movement: Movement): BalanceTransaction {
  const now = world.now();
  const isAvailable = movement.isAvailableAtOnce ?? false;
  return world.balanceTransactions.add({
    id: newId('txn'),
    object: 'balance_transaction',
    amount: movement.amount,
    available_on: isAvailable ? now : now + PENDING_SECONDS,
    balance_type: 'payments',
    created: now,
    currency: movement.currency,
    description: movement.description,
    exchange_rate: null,
    fee: movement.fee,
    fee_details: feeDetails(movement),
    net: movement.amount - movement.fee,
    reporting_category: movement.reportingCategory,
    source: movement.source,
    status: isAvailable ? 'available' : 'pending',
    type: movement.type,
  } satisfies Stripe.BalanceTransaction);
}

function feeDetails(movement: Movement): BalanceTransaction['fee_details'] {
  if (movement.fee === 0) return [];
  const description = movement.feeDescription ?? 'Stripe processing fees';
  return [{ amount: movement.fee, application: null, currency: movement.currency, description, type: 'stripe_fee' }];
}

/** Marks as available what has become so by now; done before balances are read, since nothing in the sandbox runs by itself. */
export function matureTransactions(world: World): void {
  const now = world.now();
  for (const transaction of world.balanceTransactions.values()) {
    if (transaction.status === 'pending' && transaction.available_on <= now) {
      world.balanceTransactions.update(transaction, { status: 'available' });
    }
  }
}

const filters = {
  ...listParameters,
  ...createdRange,
  currency: text,
  payout: text,
  source: text,
  type: text,
} as const;

export const balanceTransactionEndpoints = [
  endpoint('GET', '/v1/balance_transactions', filters, ({ world, parameters }) => {
    matureTransactions(world);
    const { created, currency, payout, source, type } = parameters;
    const matching = world.balanceTransactions
      .newestFirst()
      .filter((transaction) => isWithin(transaction.created, created))
      .filter((transaction) => currency === undefined || transaction.currency === currency)
      .filter((transaction) => source === undefined || transaction.source === source)
      .filter((transaction) => payout === undefined || transaction.source === payout)
      .filter((transaction) => type === undefined || transaction.type === type);
    return listPage('/v1/balance_transactions', matching, parameters);
  }),
  endpoint('GET', '/v1/balance_transactions/:id', {}, ({ world, id }) => {
    matureTransactions(world);
    const transaction = world.balanceTransactions.get(id);
    if (transaction === undefined) throw missing('balance transaction', id);
    return transaction;
  }),
];
