/** What became of signed bytes. */
import type { Address, Signature } from '@solana/kit';
import type { SignedTransaction, TransactionStanding } from '../port';
import { readAsset } from './assets';
import { readBlock } from './blocks';
import { creditOf, readTransaction, type SeenTransaction } from './credits';
import type { SolanaEndpoint } from './network';
import { readUnsigned } from './unsigned';

/** Asks the first endpoint; before bytes are called dead, every endpoint. */
export async function standingOf(
  endpoints: readonly [SolanaEndpoint, ...SolanaEndpoint[]],
  signed: SignedTransaction,
): Promise<TransactionStanding> {
  const [endpoint] = endpoints;
  const { value } = await statusOf(endpoint, signed);
  const [status] = value;
  if (status == null) return (await isDead(endpoints, signed)) ? dead(signed) : { kind: 'unknown' };
  if (status.confirmationStatus === 'processed') return { kind: 'waiting' };
  const transaction = await readTransaction(endpoint, signed.id);
  if (transaction === null) return { kind: 'waiting' };
  return landed(endpoint, signed, transaction, status.confirmationStatus === 'finalized');
}

const dead = ({ prepared }: SignedTransaction): TransactionStanding => ({
  kind: 'dead',
  reason: `not included until block ${readUnsigned(prepared.chain, prepared.unsigned).lastValidBlockHeight}`,
});

const statusOf = (endpoint: SolanaEndpoint, { id }: SignedTransaction) =>
  endpoint.ask((rpc) => rpc.getSignatureStatuses([id as Signature], { searchTransactionHistory: true }));

/**
 * Bytes are dead when no block can include them any more and none did. Height first, status afterwards, and the status from a node that has
 * seen that height: behind one address stand many nodes, and one that lags knows of nothing.
 */
async function isDead(endpoints: readonly SolanaEndpoint[], signed: SignedTransaction): Promise<boolean> {
  const { lastValidBlockHeight } = readUnsigned(signed.chain, signed.prepared.unsigned);
  for (const endpoint of endpoints) {
    const final = await endpoint.ask((rpc) => rpc.getEpochInfo({ commitment: 'finalized' }));
    if (final.blockHeight <= lastValidBlockHeight) return false;
    const { context, value } = await statusOf(endpoint, signed);
    if (context.slot < final.absoluteSlot || value[0] != null) return false;
  }
  return true;
}

async function landed(
  endpoint: SolanaEndpoint,
  { prepared }: SignedTransaction,
  transaction: SeenTransaction,
  isFinal: boolean,
): Promise<TransactionStanding> {
  const block = await readBlock(endpoint, transaction.slot);
  const paid = prepared.payouts.map(({ to, asset }) => {
    const due = prepared.payouts
      .filter((payout) => payout.to === to && payout.asset === asset)
      .reduce((total, { amount }) => total + BigInt(amount), 0n);
    return creditOf(transaction, to as Address, readAsset(endpoint.chain, asset)).amount >= due;
  });
  const failure = transaction.failure ?? (paid.includes(false) ? 'less was credited than sent' : null);
  return {
    kind: 'landed',
    height: block.height,
    blockHash: block.hash,
    isFinal,
    paid,
    fee: costOf(endpoint, prepared.from as Address, prepared.payouts, transaction).toString(),
    failure,
  };
}

/** All that left the sender in the coin and did not go to a payee: the fee, and the rent of token accounts that the payment made. */
function costOf(
  { chain }: SolanaEndpoint,
  from: Address,
  payouts: SignedTransaction['prepared']['payouts'],
  transaction: SeenTransaction,
): bigint {
  const coins = payouts.filter(({ asset }) => readAsset(chain, asset).kind === 'coin');
  const sent = transaction.failure === null ? coins.reduce((total, { amount }) => total + BigInt(amount), 0n) : 0n;
  const index = transaction.accounts.indexOf(from);
  return (transaction.before[index] ?? 0n) - (transaction.after[index] ?? 0n) - sent;
}
