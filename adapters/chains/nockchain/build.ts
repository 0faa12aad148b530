/** Builds transactions out of notes. */
import type { Note, NockchainTx } from '@nockchain/rose-wasm';
import type { HeldNote } from './notes';
import { loadRose } from './rose';

export interface Output {
  readonly address: string;
  readonly nicks: bigint;
  readonly memo: string | null;
}

export interface Built {
  /** The transaction without its signatures, jammed. */
  readonly jam: Uint8Array;
  readonly fee: bigint;
}

/**
 * Nicks for each word of a transaction since height 54,000 (2^14). The chain asks a quarter of it for inputs; the library does not know, and so
 * pays somewhat more than the least.
 */
const NICKS_PER_WORD = 16_384n;

/**
 * A transaction that spends all notes, pays all outputs and gives the rest back to the sender, or null when the notes do not reach for the fee.
 * @param feeMin Where it takes another one's place: more than that one pays.
 */
export function build(
  from: string,
  notes: readonly HeldNote[],
  outputs: readonly Output[],
  feeMin: bigint,
): Built | null {
  try {
    return buildOrThrow(from, notes, outputs, feeMin);
  } catch {
    // The library throws a text without a code when a refund would fall below zero.
    return null;
  }
}

function buildOrThrow(from: string, notes: readonly HeldNote[], outputs: readonly Output[], feeMin: bigint): Built {
  const { SpendBuilder, TxBuilder } = loadRose();
  const builder = new TxBuilder(NICKS_PER_WORD);
  const left = outputs.map((output) => ({ ...output }));
  for (const held of notes) {
    const parent = noteOf(held).hash().value;
    const spend = new SpendBuilder(noteOf(held), lockOf(from), lockOf(from));
    for (const part of takeFrom(left, held.nicks)) spend.seed(seedOf(part, parent));
    spend.computeRefund(false);
    builder.spend(spend);
  }
  builder.recalcAndSetFee(false);
  if (builder.curFee() < feeMin) builder.setFeeAndBalanceRefund(feeMin, false, false);
  const fee = builder.curFee();
  const transaction: NockchainTx = builder.build();
  return { jam: transaction.toRawTx().toJam(), fee };
}

/** What one note pays of the outputs, in their order; the next note pays on. */
function takeFrom(left: { address: string; nicks: bigint; memo: string | null }[], nicks: bigint): Output[] {
  const parts: Output[] = [];
  let rest = nicks;
  for (const output of left) {
    const part = output.nicks < rest ? output.nicks : rest;
    if (part === 0n) continue;
    parts.push({ ...output, nicks: part });
    output.nicks -= part;
    rest -= part;
  }
  return parts;
}

/** The memo goes onto the output: the library's shorthand would put it onto the refund. */
function seedOf({ address, nicks, memo }: Output, parent: string) {
  const { Digest, Seed } = loadRose();
  return Seed.newSinglePkh(new Digest(address), nicks, new Digest(parent), false, memo);
}

function lockOf(address: string) {
  const { Pkh, SpendCondition } = loadRose();
  return SpendCondition.newPkh(Pkh.single(address));
}

function noteOf({ first, last, nicks, originPage, data }: HeldNote): Note {
  const rose = loadRose();
  const entries = data.map(({ key, blob }) => new rose.NoteDataEntry(key, new Uint8Array(blob)));
  return new rose.Note(rose.Version.V1(), originPage, new rose.Name(first, last), new rose.NoteData(entries), nicks);
}
