/** What became of signed bytes. */
import { fromBase64 } from '@cosmjs/encoding';
import { SignDoc, TxBody } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import type { SignedTransaction, TransactionStanding } from '../port';
import type { IncludedTransaction } from './endpoint';
import type { CosmosNetwork } from './network';
import { denomOf } from './networks';
import { feeIn, isConsumed, transfersOf } from './transfers';

export async function standingOf(network: CosmosNetwork, signed: SignedTransaction): Promise<TransactionStanding> {
  const [found] = await network.endpoint.search(`tx.hash='${signed.id}'`);
  return found !== undefined && isConsumed(found) ? landed(network, signed, found) : standingOfMissing(network, signed);
}

/**
 * Not in a block. Dead is what cannot come any more: another transaction stands in the chain with our sequence, or a block after our end has
 * been made whose state still waits for our sequence. Both are read of the chain itself, so an index that is late proves nothing.
 */
async function standingOfMissing(network: CosmosNetwork, signed: SignedTransaction): Promise<TransactionStanding> {
  const { from, order } = signed.prepared;
  const sequence = order.number ?? 0;
  const [other] = await network.endpoint.search(`tx.acc_seq='${from}/${sequence}'`);
  if (other !== undefined && other.id !== signed.id)
    return { kind: 'dead', reason: 'Its sequence was used by another transaction.' };
  const { height } = await network.endpoint.newestBlock();
  if (height <= timeoutOf(signed)) return { kind: 'unknown' };
  const account = await network.endpoint.account(from, height);
  if ((account?.sequence ?? 0) <= sequence) return { kind: 'dead', reason: 'It ran out.' };
  return { kind: 'unknown' };
}

function timeoutOf(signed: SignedTransaction): number {
  const { bodyBytes } = SignDoc.decode(fromBase64(signed.prepared.unsigned));
  return Number(TxBody.decode(bodyBytes).timeoutHeight);
}

async function landed(
  { facts, endpoint }: CosmosNetwork,
  signed: SignedTransaction,
  transaction: IncludedTransaction,
): Promise<TransactionStanding> {
  const block = await endpoint.block(transaction.height);
  const credits = transaction.code === 0 ? [...transfersOf(transaction)] : [];
  const paid = signed.prepared.payouts.map(({ to, asset, amount }) => {
    const denom = denomOf(facts, asset);
    const at = credits.findIndex((one) => one.recipient === to && one.denom === denom && one.amount === BigInt(amount));
    if (at < 0) return false;
    // One credit pays one payout.
    credits.splice(at, 1);
    return true;
  });
  const failure = transaction.code === 0 ? 'A credit is missing.' : `code ${transaction.code}: ${transaction.log}`;
  return {
    kind: 'landed',
    height: block.height,
    blockHash: block.hash,
    isFinal: true,
    paid,
    fee: feeIn(transaction, facts.denom).toString(),
    failure: paid.every((one) => one) ? null : failure,
  };
}
