/** Sends signed bytes. What nodes say about them differs by their make; each phrase here was seen in anvil, geth, Nethermind, Erigon or reth. */
import { bytesToHex } from 'viem';
import type { BroadcastOutcome, SignedTransaction } from '../port';
import { type EvmNetwork, failureOf, nodeErrorOf } from './network';
import { readReceipt } from './receipts';

/** The node has these very bytes. */
const known = /already known|already imported|already exists|known transaction|alreadyknown/i;
/** The number is used, or a transaction that pays more waits under it: the standing tells which one landed. */
const numberTaken = /nonce too low|nonce is too low|oldnonce|invalid nonce|underpriced|replacement/i;
/** They would be taken at another moment: the same bytes may go in later, so they are not refused. */
const notNow = /insufficient funds|less than block base fee|fee cap|feecap|txpool is full|too many transactions/i;
/** No node takes them, ever. */
const never =
  /invalid sender|invalid signature|invalid chain id|wrong chain|intrinsic gas|exceeds block gas limit|gas limit reached|not supported|rlp|decode/i;

async function meaningOf(
  network: EvmNetwork,
  signed: SignedTransaction,
  reason: string,
): Promise<BroadcastOutcome | null> {
  if (known.test(reason)) return { kind: 'accepted' };
  if (numberTaken.test(reason)) {
    // Sent again after their inclusion, the number that they use is their own.
    const landed = (await readReceipt(network, signed.id)) !== null;
    return landed ? { kind: 'accepted' } : { kind: 'stale', reason };
  }
  if (notNow.test(reason)) return { kind: 'stale', reason };
  return never.test(reason) ? { kind: 'refused', reason } : null;
}

/** @throws ChainUnavailable for every answer that leaves open whether the bytes went in. */
export async function broadcastEvm(network: EvmNetwork, signed: SignedTransaction): Promise<BroadcastOutcome> {
  const raw = bytesToHex(Buffer.from(signed.bytes, 'base64'));
  try {
    await network.requestRaw({ method: 'eth_sendRawTransaction', params: [raw] });
    return { kind: 'accepted' };
  } catch (error) {
    const node = nodeErrorOf(error);
    const meaning = node === null ? null : await meaningOf(network, signed, node.message);
    if (meaning === null) throw failureOf(network.id, error);
    return meaning;
  }
}
