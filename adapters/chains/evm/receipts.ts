/** What a transaction did: its receipt, and the credits in it. */
import { type Address, type Hex, isAddressEqual, type RpcTransactionReceipt, toEventSelector } from 'viem';
import type { Contract } from './assets';
import type { EvmNetwork } from './network';

/** ERC-20. Sender and receiver are indexed: topics 1 and 2. */
export const transferTopic = toEventSelector('Transfer(address,address,uint256)');

export type Receipt = RpcTransactionReceipt;

/** One credit to an address. Its index survives a reorg: the number of a log in its block would not. */
export interface Credit {
  /** 0: the transaction's own value; n: the n-th log of the receipt, from 1. */
  readonly index: number;
  readonly to: Address;
  readonly sender: Address;
  readonly amount: bigint;
}

const topicLength = 66;

/** The address in a topic, or null when it is not one. */
const addressIn = (topic: Hex | undefined): Address | null =>
  topic?.length === topicLength ? `0x${topic.slice(-40)}` : null;

/** All credits of a token in a receipt; a log of another contract is never one, whatever it says. */
export function tokenCredits(receipt: Receipt, contract: Address): readonly Credit[] {
  return receipt.logs.flatMap((log, at) => {
    const [topic, from, to] = [log.topics[0], addressIn(log.topics[1]), addressIn(log.topics[2])];
    if (!isAddressEqual(log.address, contract) || topic !== transferTopic) return [];
    // Four topics: an ERC-721 token, whose third is a number of a thing.
    if (from === null || to === null || log.topics.length !== 3) return [];
    return [{ index: at + 1, to, sender: from, amount: BigInt(log.data) }];
  });
}

/** The credits of a transaction in a token, or in the coin: its value, when it succeeded. */
export function creditsOf(
  receipt: Receipt,
  transaction: { readonly to: Address | null; readonly from: Address; readonly value: bigint },
  contract: Contract,
): readonly Credit[] {
  if (receipt.status !== '0x1') return [];
  if (contract !== null) return tokenCredits(receipt, contract);
  const { to, from, value } = transaction;
  return to === null || value === 0n ? [] : [{ index: 0, to, sender: from, amount: value }];
}

export const readReceipt = ({ request }: EvmNetwork, id: string): Promise<Receipt | null> =>
  request({ method: 'eth_getTransactionReceipt', params: [id as Hex] });

export const readTransaction = ({ request }: EvmNetwork, id: string) =>
  request({ method: 'eth_getTransactionByHash', params: [id as Hex] });
