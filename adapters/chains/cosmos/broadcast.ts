/** Sends bytes, and reads the node's answer by its code. Source of the codes: Cosmos SDK, types/errors. */
import { fromBase64 } from '@cosmjs/encoding';
import { type BroadcastOutcome, ChainUnavailable, type SignedTransaction } from '../port';
import { ALREADY_KNOWN } from './endpoint';
import type { CosmosNetwork } from './network';

const MEMPOOL_FULL = 20;
const WRONG_SEQUENCE = 32;

/** What the chain will never take: bytes that it cannot read, a wrong signature or chain id, a memo that is too long. */
const NEVER: ReadonlyMap<number, string> = new Map([
  [2, 'The chain cannot read these bytes.'],
  [4, 'The signature is not valid for this account, sequence and chain.'],
  [6, 'The chain does not know this kind of message.'],
  [7, 'An address in it is wrong.'],
  [8, 'The public key is not that of the account.'],
  [12, 'The memo is too long.'],
]);

export async function broadcastTransaction(
  network: CosmosNetwork,
  signed: SignedTransaction,
): Promise<BroadcastOutcome> {
  const { code, codespace, log } = await network.endpoint.broadcast(fromBase64(signed.bytes));
  if (code === 0 || (code === ALREADY_KNOWN && codespace === 'sdk')) return { kind: 'accepted' };
  // What landed already is refused for its sequence or its end: the id says it.
  const [landed] = await network.endpoint.search(`tx.hash='${signed.id}'`);
  if (landed !== undefined && landed.code === 0) return { kind: 'accepted' };
  if (codespace !== 'sdk') return { kind: 'stale', reason: `code ${code} of ${codespace}: ${log}` };
  if (code === MEMPOOL_FULL) throw new ChainUnavailable(network.facts.chain, 'the mempool of the node is full');
  if (code === WRONG_SEQUENCE && isAhead(log)) {
    throw new ChainUnavailable(network.facts.chain, 'the node has not seen the transactions before this one');
  }
  const never = NEVER.get(code);
  return never === undefined ? { kind: 'stale', reason: log } : { kind: 'refused', reason: never };
}

/** The node expects a lower sequence than ours: it lags, or an earlier transaction is still on its way to it. */
function isAhead(log: string): boolean {
  const [, expected, got] = /expected (\d+), got (\d+)/.exec(log) ?? [];
  return expected !== undefined && got !== undefined && BigInt(expected) < BigInt(got);
}
