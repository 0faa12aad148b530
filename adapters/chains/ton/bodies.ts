/**
 * Bodies of messages. Comments: TEP-94's plain form, 32 zero bits and UTF-8. Jettons: TEP-74, by its operations `transfer`,
 * `internal_transfer`, `excesses`.
 */
import { type Address, beginCell, type Cell, comment } from '@ton/core';

export const INTERNAL_TRANSFER = 0x178d4519;
export const TRANSFER = 0x0f8a7ea5;

/** A comment is read up to here; longer ones are no tie of ours. */
const COMMENT_BITS_MAX = 8 * 4096;

/** The text of a comment, or null for another body. */
export function readComment(body: Cell): string | null {
  try {
    const slice = body.beginParse();
    if (slice.remainingBits < 32 || slice.loadUint(32) !== 0) return null;
    const text = slice.loadStringTail();
    return text.length * 8 > COMMENT_BITS_MAX ? null : text;
  } catch {
    return null;
  }
}

export interface JettonTransfer {
  readonly amount: bigint;
  readonly to: Address;
  /** Where what is left of the attached coins goes. */
  readonly change: Address;
  readonly tag: string | null;
  /** Coins that go on to the receiver with the notification. */
  readonly forwarded: bigint;
}

/** Asks a jetton wallet to send. The comment rides in the forward payload, which arrives only with coins above 0. */
export function jettonTransferBody(transfer: JettonTransfer): Cell {
  const builder = beginCell()
    .storeUint(TRANSFER, 32)
    .storeUint(0, 64)
    .storeCoins(transfer.amount)
    .storeAddress(transfer.to)
    .storeAddress(transfer.change)
    .storeMaybeRef(null)
    .storeCoins(transfer.forwarded);
  if (transfer.tag === null) return builder.storeBit(false).endCell();
  return builder.storeBit(true).storeRef(comment(transfer.tag)).endCell();
}

export interface JettonCredit {
  readonly amount: bigint;
  readonly sender: Address | null;
  readonly comment: string | null;
}

/** What an `internal_transfer` credits, or null for another body. Only the receiving jetton wallet can tell whether it is genuine. */
export function readJettonCredit(body: Cell): JettonCredit | null {
  try {
    const slice = body.beginParse();
    if (slice.remainingBits < 32 || slice.loadUint(32) !== INTERNAL_TRANSFER) return null;
    slice.skip(64);
    const amount = slice.loadCoins();
    const sender = slice.loadMaybeAddress();
    slice.loadMaybeAddress();
    slice.loadCoins();
    const payload = slice.loadBit() ? slice.loadRef() : slice.asCell();
    return { amount, sender, comment: readComment(payload) };
  } catch {
    return null;
  }
}

/** The operation that a body begins with; null where it is too short for one. */
export function operationOf(body: Cell): number | null {
  const slice = body.beginParse();
  return slice.remainingBits >= 32 ? slice.loadUint(32) : null;
}
