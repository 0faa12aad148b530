/** Jettons as strangers write them (TEP-74), apart from the adapter's own way. */
import { type Address, beginCell, type Cell } from '@ton/core';

/** The body of a transfer, with a comment where there is one. */
export function jettonTransferOf(order: {
  readonly amount: bigint;
  readonly to: Address;
  readonly change: Address;
  readonly text: string | null;
  readonly forwarded: bigint;
}): Cell {
  const payload = order.text === null ? null : beginCell().storeUint(0, 32).storeStringTail(order.text).endCell();
  return beginCell()
    .storeUint(0x0f8a7ea5, 32)
    .storeUint(7, 64)
    .storeCoins(order.amount)
    .storeAddress(order.to)
    .storeAddress(order.change)
    .storeBit(false)
    .storeCoins(order.forwarded)
    .storeMaybeRef(payload)
    .endCell();
}
