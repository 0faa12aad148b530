/** What became of signed bytes. */
import { type Address, type Hex, isAddressEqual } from 'viem';
import type { Payout, SignedTransaction, TransactionStanding } from '../port';
import { contractOf } from './assets';
import { readHead } from './blocks';
import type { EvmNetwork } from './network';
import { creditsOf, readReceipt, readTransaction, type Receipt } from './receipts';

/** By the credit at the destination: a token may take a part on the way, or say yes and do nothing. */
function isPaid(network: EvmNetwork, receipt: Receipt, { to, asset, amount }: Payout): boolean {
  const contract = contractOf(network.id, asset);
  const value = contract === null ? BigInt(amount) : 0n;
  return creditsOf(receipt, { to: receipt.to, from: receipt.from, value }, contract).some(
    (credit) => isAddressEqual(credit.to, to as Address) && credit.amount >= BigInt(amount),
  );
}

/** Gas at its price; rollups take a fee for the data on their settlement layer beside it (`l1Fee`, OP stack). */
function feeOf(receipt: Receipt): bigint {
  const { l1Fee } = receipt as { readonly l1Fee?: Hex | null };
  return BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice) + BigInt(l1Fee ?? 0);
}

async function landed(network: EvmNetwork, signed: SignedTransaction, receipt: Receipt): Promise<TransactionStanding> {
  const { finalHeight } = await readHead(network);
  const { payouts } = signed.prepared;
  const paid = payouts.map((payout) => isPaid(network, receipt, payout));
  const failure = receipt.status === '0x1' ? 'the token did not credit the destination' : 'reverted';
  return {
    kind: 'landed',
    height: Number(receipt.blockNumber),
    blockHash: receipt.blockHash,
    isFinal: Number(receipt.blockNumber) <= finalHeight,
    paid,
    fee: feeOf(receipt).toString(),
    failure: paid.every(Boolean) ? null : failure,
  };
}

/** What one endpoint knows of the bytes. */
async function standingAt(network: EvmNetwork, signed: SignedTransaction): Promise<TransactionStanding> {
  const { from, order } = signed.prepared;
  // Before the receipt: bytes that land in between are then seen.
  const used = await network.request({ method: 'eth_getTransactionCount', params: [from as Address, 'finalized'] });
  const receipt = await readReceipt(network, signed.id);
  if (receipt !== null) return landed(network, signed, receipt);
  const transaction = await readTransaction(network, signed.id);
  // Known with a block but without a receipt: an index that is not there yet.
  if (transaction !== null) return { kind: 'waiting' };
  if (order.number !== null && Number(used) > order.number) {
    return { kind: 'dead', reason: `another transaction used the number ${order.number}` };
  }
  return { kind: 'unknown' };
}

/**
 * Dead means: at a final block the sender's number is used, and not by these bytes. New bytes may follow that, so where there is a witness, an
 * endpoint of somebody else, it must see the same: one that knows the number and has lost the receipt would make us pay twice.
 * @throws ChainUnavailable, ChainRefusedRequest.
 */
export async function evmStandingOf(
  network: EvmNetwork,
  witness: EvmNetwork | null,
  signed: SignedTransaction,
): Promise<TransactionStanding> {
  const standing = await standingAt(network, signed);
  return standing.kind === 'dead' && witness !== null ? standingAt(witness, signed) : standing;
}
