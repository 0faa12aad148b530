/**
 * From an intent to signed bytes that stand in the row: asks whether it can be sent at all, takes its place in the order, prepares it in that
 * place, signs, stores. Killed anywhere, it goes on from what the row says; bytes that were not stored were never sent.
 */
import type {
  AllocatedOrder,
  OrderingFacts,
  Payout,
  Preparation,
  PreparedTransaction,
} from '../../adapters/chains/port';
import { allTenants } from '../../db/transactions/all-tenants';
import {
  allocateOrder,
  findChainTransaction,
  legsOfTransaction,
  moveChainTransaction,
  noteWaiting,
  storeSignedBytes,
  type ChainTransaction,
  type Leg,
  type SignerAccount,
} from '../../db/transactions/chain-sending';
import { baseUnitsOf, moneyOfBaseUnits } from '../../domain/chain/asset';
import { chooseInputs } from '../../domain/chain/choose-inputs';
import { addUnits } from '../../domain/chain/units';
import { formatMoney } from '../../domain/money';
import type { ActivityDependencies, ChainSetting } from '../dependencies';
import { childAccount, senderAccount } from './sender-account';
import { signedOf } from './signed-bytes';

interface Intent {
  readonly deps: ActivityDependencies;
  readonly setting: ChainSetting;
  readonly transaction: ChainTransaction;
  readonly account: SignerAccount;
  readonly payouts: readonly Payout[];
  readonly replaces: PreparedTransaction | null;
}

const payoutOf = ({ destination, amount, tag }: Leg): Payout => ({
  to: destination,
  asset: amount.currency,
  amount: baseUnitsOf(amount).toString(),
  tag,
});

const hasOrder = ({ orderNumber, inputIds }: ChainTransaction): boolean => orderNumber !== null || inputIds.length > 0;

function prepare({ setting, account, payouts, replaces }: Intent, order: AllocatedOrder): Promise<Preparation> {
  const { chain, feeMax } = setting;
  const { address: from, publicKey, child } = account;
  return chain.prepare({ from, publicKey, child, payouts, order, feeMax, replaces });
}

/** Why it cannot be sent, for people. */
function reasonOf(preparation: Exclude<Preparation, { kind: 'prepared' }>, { setting }: Intent): string {
  const coin = (units: string) => formatMoney(moneyOfBaseUnits(BigInt(units), setting.chain.coin));
  switch (preparation.kind) {
    case 'fee_above_cap':
      return `The network asks ${coin(preparation.fee)}, above the limit of ${coin(setting.feeMax)}.`;
    case 'insufficient_funds': {
      const { asset, needed, held } = preparation;
      const amounts = [needed, held].map((units) => moneyOfBaseUnits(BigInt(units), asset).amount);
      return `${asset}: ${amounts[0]} is needed, and ${amounts[1]} is there.`;
    }
    case 'destination_refuses':
      return `The destination cannot take it: ${preparation.reason}`;
  }
}

/** What waits may go later by itself; a destination that refuses needs a person, and the number goes back. */
async function holdBack(intent: Intent, preparation: Exclude<Preparation, { kind: 'prepared' }>): Promise<void> {
  const { deps, transaction } = intent;
  const failure = reasonOf(preparation, intent);
  if (preparation.kind !== 'destination_refuses') return noteWaiting(deps.database, transaction.id, failure);
  await moveChainTransaction(deps.database, transaction.id, {
    from: ['intended'],
    to: 'released',
    failure,
    tells: true,
  });
}

/** The place that it would have now: to ask before a number is taken, since a number that is not used blocks all later ones. */
function tentativeOrder({ account }: Intent, ordering: OrderingFacts, inputIds: readonly string[]): AllocatedOrder {
  const next = ordering.next === null ? null : Math.max(ordering.next, account.nextNumber);
  return { number: next, inputIds };
}

function inputsFor({ payouts, setting }: Intent, ordering: OrderingFacts, reserved: ReadonlySet<string>) {
  const needed = addUnits(setting.feeMax, ...payouts.map(({ amount }) => amount));
  return chooseInputs(ordering.inputs, reserved, needed);
}

/** Takes the place in the order; null when it cannot be had now. */
async function takeOrder(intent: Intent): Promise<AllocatedOrder | null> {
  const { deps, setting, account, transaction } = intent;
  const { ordering } = setting.chain.capabilities;
  if (ordering === 'none') return { number: null, inputIds: [] };
  const observed = await setting.chain.readOrdering(account.address);
  const tried = await prepare(intent, tentativeOrder(intent, observed, inputsFor(intent, observed, new Set()) ?? []));
  if (tried.kind !== 'prepared') {
    await holdBack(intent, tried);
    return null;
  }
  const choose = (reserved: ReadonlySet<string>) => inputsFor(intent, observed, reserved);
  await allocateOrder(deps.database, transaction, { ordering, observed: observed.next, choose });
  const now = await findChainTransaction(deps.database.as(allTenants), transaction.id);
  return now !== null && hasOrder(now) ? { number: now.orderNumber, inputIds: now.inputIds } : null;
}

async function signInOrder(intent: Intent, order: AllocatedOrder): Promise<boolean> {
  const { deps, setting, transaction } = intent;
  const preparation = await prepare(intent, order);
  if (preparation.kind !== 'prepared') {
    await holdBack(intent, preparation);
    return false;
  }
  const signed = await setting.chain.sign(preparation.transaction, setting.signer);
  // When another worker was first, its bytes stand, and ours are forgotten.
  await storeSignedBytes(deps.database.as(allTenants), transaction.id, signed);
  return true;
}

async function preparedBefore(deps: ActivityDependencies, id: string | null): Promise<PreparedTransaction | null> {
  if (id === null) return null;
  const replaced = await findChainTransaction(deps.database.as(allTenants), id);
  return replaced === null ? null : signedOf(replaced).prepared;
}

/** Signs an intent, unless it must wait. Answers whether it went on. @throws ChainUnavailable, SignerUnavailable */
export async function signIntent(
  deps: ActivityDependencies,
  setting: ChainSetting,
  transaction: ChainTransaction,
): Promise<boolean> {
  const { child, from: address, moves } = transaction;
  const account = await (child === 0 ? senderAccount(deps, setting) : childAccount(deps, setting, { child, address }));
  const payouts =
    moves?.map((move) => ({ ...move, tag: null })) ??
    (await legsOfTransaction(deps.database.as(allTenants), transaction.id)).map(payoutOf);
  const replaces = await preparedBefore(deps, transaction.replacesId);
  const intent: Intent = { deps, setting, transaction, account, payouts, replaces };
  const { orderNumber: number, inputIds } = transaction;
  const order = hasOrder(transaction) ? { number, inputIds } : await takeOrder(intent);
  return order === null ? false : signInOrder(intent, order);
}
