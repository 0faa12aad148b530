/**
 * The wallet that pays out: version 5 (V5R1), whose own code refuses replays, wrong numbers and what ran out. Source: wallet-contract-v5,
 * "Specification".
 */
import {
  type Address,
  beginCell,
  type Cell,
  external,
  loadOutList,
  type MessageRelaxed,
  SendMode,
  storeMessage,
} from '@ton/core';
import { WalletContractV5R1 } from '@ton/ton';
import type { ChainId } from '../../../domain/chain/asset';

/**
 * Fees come on top of the amounts, and a message that cannot be sent is left out: without the second, one that fails would let the wallet
 * take the same bytes again and again until they run out, and burn gas each time.
 */
const SEND_MODE = SendMode.PAY_GAS_SEPARATELY | SendMode.IGNORE_ERRORS;

const SIGNATURE_BYTES = 64;

/** The wallet of a key (ed25519, hexadecimal) on a network: its id goes into what is signed, so that no other network takes it. */
export function walletOf(chain: ChainId, publicKey: string): WalletContractV5R1 {
  const networkGlobalId = Number(chain.slice(chain.indexOf(':') + 1));
  return WalletContractV5R1.create({ publicKey: Buffer.from(publicKey, 'hex'), walletId: { networkGlobalId } });
}

export interface TransferOrder {
  readonly seqno: number;
  /** Epoch seconds. */
  readonly validUntil: number;
  readonly messages: readonly MessageRelaxed[];
}

/** What the signature is to cover. */
export async function unsignedTransfer(wallet: WalletContractV5R1, order: TransferOrder): Promise<Cell> {
  let unsigned: Cell | null = null;
  await wallet.createTransfer({
    seqno: order.seqno,
    timeout: order.validUntil,
    sendMode: SEND_MODE,
    messages: [...order.messages],
    signer: async (cell) => {
      unsigned = cell;
      return Buffer.alloc(SIGNATURE_BYTES);
    },
  });
  if (unsigned === null) throw new Error('The wallet did not ask for a signature.');
  return unsigned;
}

/** The signature stands behind what it covers. */
export const signedBody = (unsigned: Cell, signature: Uint8Array): Cell =>
  beginCell().storeSlice(unsigned.beginParse()).storeBuffer(Buffer.from(signature)).endCell();

/** As an estimate takes it, which looks at no signature. */
export const estimateBody = (unsigned: Cell): Cell => signedBody(unsigned, new Uint8Array(SIGNATURE_BYTES));

/** The wire bytes. The first message of a wallet brings the wallet's code along. */
export function externalMessage(wallet: WalletContractV5R1, body: Cell, isFirst: boolean): Buffer {
  const message = external({ to: wallet.address, body, init: isFirst ? wallet.init : null });
  // In the normal form, so that an index that knows plain hashes alone finds every message but the first of a wallet.
  return beginCell()
    .store(storeMessage(message, { forceRef: true }))
    .endCell()
    .toBoc();
}

/**
 * The id of an external message, hexadecimal: the hash that does not depend on how relays wrapped it (TEP-467). The hash of the transaction
 * that takes it in is not known beforehand.
 */
export function normalizedHash(to: Address, body: Cell): string {
  return beginCell()
    .storeUint(0b10, 2)
    .storeUint(0, 2)
    .storeAddress(to)
    .storeCoins(0)
    .storeBit(false)
    .storeBit(true)
    .storeRef(body)
    .endCell()
    .hash()
    .toString('hex');
}

/** What a signed or unsigned transfer holds. */
export function readTransfer(unsigned: Cell): TransferOrder {
  const slice = unsigned.beginParse();
  slice.skip(64);
  const validUntil = slice.loadUint(32);
  const seqno = slice.loadUint(32);
  const list = slice.loadMaybeRef();
  const actions = list === null ? [] : loadOutList(list.beginParse());
  return {
    validUntil,
    seqno,
    messages: actions.flatMap((action) => (action.type === 'sendMsg' ? [action.outMsg] : [])),
  };
}

/** The number that the wallet takes next, by its own data; 0 for a wallet that was never used. */
export function seqnoIn(data: Cell | null): number {
  if (data === null) return 0;
  const slice = data.beginParse();
  slice.skip(1);
  return slice.loadUint(32);
}
