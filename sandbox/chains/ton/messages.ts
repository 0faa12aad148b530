/** Messages of TON as cells. */
import { beginCell, Cell, Dictionary, type Message } from '@ton/core';

/**
 * The hash of an external message that does not depend on how it was wrapped: no source, no import fee, no initial state, the body in a
 * reference (TEP-467). Wallets and relays may wrap the same signed body in other ways.
 */
export function normalizedHashOf(message: Message): Buffer {
  if (message.info.type !== 'external-in') throw new Error('Only external messages are normalized.');
  return beginCell()
    .storeUint(2, 2)
    .storeUint(0, 2)
    .storeAddress(message.info.dest)
    .storeCoins(0)
    .storeBit(false)
    .storeBit(true)
    .storeRef(message.body)
    .endCell()
    .hash();
}

/** The operation that a body begins with; null where it is too short to have one. */
export function operationOf(body: Cell): number | null {
  const slice = body.beginParse();
  return slice.remainingBits >= 32 ? slice.loadUint(32) : null;
}

/** The text of a comment (operation 0), or null for another body. */
export function commentOf(body: Cell): string | null {
  if (operationOf(body) !== 0) return null;
  const slice = body.beginParse();
  slice.skip(32);
  return slice.loadStringTail();
}

export interface MessageCells {
  readonly incoming: Cell | null;
  readonly outgoing: readonly Cell[];
}

/** The messages of a transaction as the cells that they are: taking them apart and putting them together might give other hashes. */
export function messageCellsOf(transaction: Cell): MessageCells {
  const messages = transaction.beginParse().loadRef().beginParse();
  const incoming = messages.loadMaybeRef();
  const outgoing = messages.loadDict(Dictionary.Keys.Uint(15), Dictionary.Values.Cell());
  return {
    incoming,
    outgoing: outgoing
      .keys()
      .sort((a, b) => a - b)
      .map((key) => outgoing.get(key) ?? Cell.EMPTY),
  };
}

/** The account that a message goes to, in raw form. */
export function destinationOf(message: Message): string {
  if (message.info.type === 'external-out') throw new Error('A message to the outside has no account.');
  return message.info.dest.toRawString();
}
