/** Sends bytes, and reads a refusal. */
import type { BroadcastOutcome, SignedTransaction } from '../port';
import type { TonNetwork } from './network';

/** Exit codes of wallet V5 for bytes that it can never take: no signatures at all, another wallet's, a wrong signature. */
const NEVER: readonly string[] = ['132', '134', '135'];

/** A node that refuses bytes runs them first: what landed already is refused as well, so the id is looked up before anything is said. */
export async function broadcastTransfer(network: TonNetwork, signed: SignedTransaction): Promise<BroadcastOutcome> {
  const refusal = await network.endpoint.send(Buffer.from(signed.bytes, 'base64'));
  if (refusal === null) return { kind: 'accepted' };
  const receipt = await network.endpoint.receiptOf(Buffer.from(signed.id, 'hex').toString('base64'));
  if (receipt !== null) return { kind: 'accepted' };
  const exitCode = /exitcode=(\d+)/.exec(refusal)?.[1] ?? '';
  if (NEVER.includes(exitCode))
    return { kind: 'refused', reason: `The wallet refuses these bytes (exit code ${exitCode}).` };
  return { kind: 'stale', reason: staleBecause(exitCode) };
}

function staleBecause(exitCode: string): string {
  if (exitCode === '133') return 'The number of these bytes is used.';
  if (exitCode === '136') return 'These bytes ran out.';
  return `The wallet does not take these bytes now${exitCode === '' ? '' : ` (exit code ${exitCode})`}.`;
}
