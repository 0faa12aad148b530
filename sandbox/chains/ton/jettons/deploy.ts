/** Makes jettons out of nothing: a master of ours for each symbol, and units at whatever address a test names. */
import {
  Address,
  beginCell,
  type Cell,
  comment,
  contractAddress,
  internal,
  type Message,
  type StateInit,
} from '@ton/core';
import { jettonMasterCode } from './master-code';
import { INTERNAL_TRANSFER, MINT } from './operations';
import { jettonWalletCode } from './wallet-code';

/** Mints on behalf of nobody in particular: messages that the double delivers come from here. */
export const JETTON_ADMIN = new Address(0, Buffer.alloc(32, 0xad));

const MINT_VALUE = 1_000_000_000n;

/** The master of a name: the same name, the same address. */
export function jettonMaster(name: string): { readonly address: Address; readonly init: StateInit } {
  const data = beginCell()
    .storeCoins(0)
    .storeAddress(JETTON_ADMIN)
    .storeRef(comment(name))
    .storeRef(jettonWalletCode)
    .endCell();
  const init = { code: jettonMasterCode, data };
  return { address: contractAddress(0, init), init };
}

/** The message to a master that mints for an owner; the first one deploys the master. */
export function mintMessage(name: string, owner: Address, units: bigint): Message {
  const { address, init } = jettonMaster(name);
  return internal({ to: address, value: MINT_VALUE, bounce: false, init, body: mintBody(owner, units) }) as Message;
}

function mintBody(owner: Address, units: bigint): Cell {
  const inner = beginCell()
    .storeUint(INTERNAL_TRANSFER, 32)
    .storeUint(0, 64)
    .storeCoins(units)
    .storeAddress(null)
    .storeAddress(null)
    .storeCoins(0)
    .storeBit(false)
    .endCell();
  return beginCell().storeUint(MINT, 32).storeUint(0, 64).storeAddress(owner).storeRef(inner).endCell();
}
