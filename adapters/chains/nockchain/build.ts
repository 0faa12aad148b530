/** Builds transactions out of notes. */
import type { Note } from '@nockchain/rose-wasm';
import { type HeldNote, nicksOf } from './notes';
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

type Builder = InstanceType<ReturnType<typeof loadRose>['TxBuilder']>;

/**
 * A transaction that spends all notes, pays all outputs and gives the rest back to the sender, or null when the notes do not reach for the fee.
 * A rest that is not worth an output of its own goes to the miner as well.
 * @param feeMin Where it takes another one's place: more than that one pays.
 */
export function build(
  from: string,
  notes: readonly HeldNote[],
  outputs: readonly Output[],
  feeMin: bigint,
): Built | null {
  const rest = nicksOf(notes) - outputs.reduce((total, { nicks }) => total + nicks, 0n);
  const withChange = attempt(() => finish(fill(from, notes, outputs), feeMin));
  if (withChange !== null && withChange.fee < rest) return withChange;
  return attempt(() => finishWithoutChange(fill(from, notes, outputs), rest, feeMin));
}

/** The library throws a text without a code when a refund would fall below zero. */
function attempt(make: () => Built | null): Built | null {
  try {
    return make();
  } catch {
    return null;
  }
}

/** Every note with what it pays, and all that is left given back. */
function fill(from: string, notes: readonly HeldNote[], outputs: readonly Output[]): Builder {
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
  return builder;
}

function finish(builder: Builder, feeMin: bigint): Built {
  builder.recalcAndSetFee(false);
  if (builder.curFee() < feeMin) builder.setFeeAndBalanceRefund(feeMin, false, false);
  return built(builder);
}

function finishWithoutChange(builder: Builder, rest: bigint, feeMin: bigint): Built | null {
  if (rest < feeMin) return null;
  builder.setFeeAndBalanceRefund(rest, false, false);
  return builder.curFee() === rest && rest >= builder.calcFee() ? built(builder) : null;
}

const built = (builder: Builder): Built => ({
  fee: builder.curFee(),
  jam: builder.build().toRawTx().toJam(),
});

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
