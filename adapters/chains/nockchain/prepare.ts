/** Builds a payment out of the inputs that were reserved for it. */
import {
  ChainRefusedRequest,
  type Payout,
  type Preparation,
  type PreparedTransaction,
  type PrepareRequest,
} from '../port';
import { assertCoin, coinOf } from './assets';
import type { BlockReader } from './blocks';
import { build, type Built } from './build';
import type { NockchainEndpoint } from './endpoint';
import { checkAddress } from './keys';
import { type HeldNote, nicksOf, notesOf } from './notes';
import { writeUnsigned } from './unsigned';

/** What takes another one's place pays a tenth more, so that a miner has a reason. */
const REPLACEMENT = { numerator: 11n, denominator: 10n };

/** @throws ChainRefusedRequest `unknown_asset`, `nothing_reserved`, `replaces_nothing`. */
export async function prepare(
  endpoint: NockchainEndpoint,
  blocks: BlockReader,
  request: PrepareRequest,
): Promise<Preparation> {
  for (const { asset } of request.payouts) assertCoin(endpoint.chain, asset);
  const refusal = refusingPayee(request);
  if (refusal !== null) return refusal;
  const [held, tip] = [await notesOf(endpoint, request.from), await blocks.tip()];
  const isCollected = request.order.inputIds.length === 0 && (request.child ?? 0) > 0;
  // A child's address pays nobody and is only collected, all of it at once: nothing needs to be reserved there.
  const reserved = isCollected ? held : held.filter(({ id }) => request.order.inputIds.includes(id));
  const due = request.payouts.reduce((total, { amount }) => total + BigInt(amount), 0n);
  const chosen = choose(endpoint, request, reserved, due, isCollected ? reserved.length : 1);
  if (chosen === null) {
    const needed = due > nicksOf(reserved) ? due : nicksOf(reserved) + 1n;
    return {
      kind: 'insufficient_funds',
      asset: coinOf(endpoint.chain),
      needed: needed.toString(),
      held: nicksOf(reserved).toString(),
    };
  }
  const { notes, built } = chosen;
  if (built.fee > BigInt(request.feeMax)) return { kind: 'fee_above_cap', fee: built.fee.toString() };
  return { kind: 'prepared', transaction: prepared(endpoint, request, notes, built, tip.height) };
}

/** Outputs of one lock become one note, so a payment to the sender itself could not be told from its change. */
function refusingPayee({ payouts, from }: PrepareRequest): Preparation | null {
  for (const [payout, { to, amount }] of payouts.entries()) {
    const check = checkAddress(to);
    const reason =
      check.kind === 'invalid' ? check.reason : to === from ? 'it is the sender itself' : reasonAgainst(amount);
    if (reason !== null) return { kind: 'destination_refuses', payout, reason };
  }
  return null;
}

const reasonAgainst = (amount: string): string | null => (BigInt(amount) > 0n ? null : 'nothing would be paid');

/** The fewest notes that reach, the largest first: each one more costs words. What is replaced gives its inputs first of all. */
function choose(
  { chain }: NockchainEndpoint,
  { from, payouts, replaces }: PrepareRequest,
  reserved: readonly HeldNote[],
  due: bigint,
  countMin: number,
): { readonly notes: readonly HeldNote[]; readonly built: Built } | null {
  const isReplaced = ({ id }: HeldNote): boolean => replaces?.order.inputIds.includes(id) ?? false;
  if (replaces !== null && !reserved.some(isReplaced)) {
    throw new ChainRefusedRequest(chain, 'replaces_nothing', 'None of the inputs of the replaced transaction is left.');
  }
  const sorted = [...reserved].sort(
    (left, right) => Number(isReplaced(right)) - Number(isReplaced(left)) || (left.nicks > right.nicks ? -1 : 1),
  );
  const feeMin = replaces === null ? 0n : (BigInt(replaces.fee) * REPLACEMENT.numerator) / REPLACEMENT.denominator + 1n;
  for (let count = Math.max(1, countMin); count <= sorted.length; count += 1) {
    const notes = sorted.slice(0, count);
    if (nicksOf(notes) <= due) continue;
    const built = build(from, notes, payouts.map(outputOf), feeMin);
    if (built !== null) return { notes, built };
  }
  return null;
}

const outputOf = ({ to, amount, tag }: Payout) => ({ address: to, nicks: BigInt(amount), memo: tag });

const prepared = (
  { chain }: NockchainEndpoint,
  request: PrepareRequest,
  notes: readonly HeldNote[],
  { jam, fee }: Built,
  height: number,
): PreparedTransaction => ({
  chain,
  from: request.from,
  ...(request.child === undefined ? {} : { child: request.child }),
  unsigned: writeUnsigned({ jam, height }),
  order: { number: null, inputIds: notes.map(({ id }) => id) },
  fee: fee.toString(),
  payouts: request.payouts,
});
