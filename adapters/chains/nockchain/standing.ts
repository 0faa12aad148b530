/** Sends bytes, and says what became of them. An acknowledgment says nothing: only a block does. */
import { type BroadcastOutcome, ChainRefusedRequest, type SignedTransaction, type TransactionStanding } from '../port';
import type { BlockFacts, BlockReader } from './blocks';
import type { NockchainEndpoint } from './endpoint';
import { depthOf } from './finality';
import { firstNameOf } from './keys';
import { notesOf } from './notes';
import { readUnsigned } from './unsigned';

/** Sends the bytes once more. @throws ChainUnavailable when it is not known whether they arrived. */
export async function broadcast(endpoint: NockchainEndpoint, signed: SignedTransaction): Promise<BroadcastOutcome> {
  try {
    await endpoint.call('WalletSendTransaction', {
      tx_id: { value: signed.id },
      raw_tx: { jam: Buffer.from(signed.bytes, 'base64') },
    });
    return { kind: 'accepted' };
  } catch (error) {
    if (error instanceof ChainRefusedRequest) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

export async function standingOf(
  endpoint: NockchainEndpoint,
  blocks: BlockReader,
  signed: SignedTransaction,
): Promise<TransactionStanding> {
  const [tip, block] = [await blocks.tip(), await blocks.blockOf(signed.id)];
  if (block === 'waiting') return { kind: 'waiting' };
  if (block !== null) return landed(blocks, signed, block, tip);
  const spender = await findSpender(endpoint, blocks, signed);
  if (spender === null) return { kind: 'unknown' };
  const isDead = tip.height - spender.block.height >= depthOf(valueOf(signed));
  return isDead ? { kind: 'dead', reason: `${spender.id} spent an input of it` } : { kind: 'unknown' };
}

const valueOf = ({ prepared }: SignedTransaction): bigint =>
  prepared.payouts.reduce((total, { amount }) => total + BigInt(amount), 0n);

async function landed(
  blocks: BlockReader,
  signed: SignedTransaction,
  block: BlockFacts,
  tip: BlockFacts,
): Promise<TransactionStanding> {
  const transaction = await blocks.transaction(signed.id, block);
  if (transaction === null) return { kind: 'waiting' };
  const { payouts } = signed.prepared;
  const paid = payouts.map(({ to }) => {
    const due = payouts.filter((one) => one.to === to).reduce((total, { amount }) => total + BigInt(amount), 0n);
    const first = firstNameOf(to);
    const outputs = transaction.outputs.filter((output) => output.first === first);
    return outputs.reduce((total, { nicks }) => total + nicks, 0n) >= due;
  });
  return {
    kind: 'landed',
    height: block.height,
    blockHash: block.id,
    isFinal: tip.height - block.height >= depthOf(valueOf(signed)),
    paid,
    fee: transaction.fee.toString(),
    failure: paid.includes(false) ? 'less was credited than sent' : null,
  };
}

/** Who spent an input of these bytes in their place: looked for only when an input is gone, in the blocks since they were built. */
async function findSpender(
  endpoint: NockchainEndpoint,
  blocks: BlockReader,
  { chain, prepared, id: own }: SignedTransaction,
): Promise<{ readonly id: string; readonly block: BlockFacts } | null> {
  const held = new Set((await notesOf(endpoint, prepared.from)).map(({ id }) => id));
  if (prepared.order.inputIds.every((id) => held.has(id))) return null;
  const inputs = new Set(prepared.order.inputIds);
  for (const block of await blocks.since(readUnsigned(chain, prepared.unsigned).height)) {
    for (const id of block.transactionIds) {
      const transaction = id === own ? null : await blocks.transaction(id, block);
      if (transaction?.inputs.some((input) => inputs.has(input)) === true) return { id, block };
    }
  }
  return null;
}
