/** What the parts of the adapter share: the chain's id, its endpoint, and where jettons of an owner lie. */
import { Address, beginCell } from '@ton/core';
import type { ChainId } from '../../../domain/chain/asset';
import type { ChainConnection } from '../connection';
import { ChainRefusedRequest } from '../port';
import { TonEndpoint } from './endpoint';

export interface TonNetwork {
  readonly chain: ChainId;
  readonly endpoint: TonEndpoint;
  /**
   * The jetton wallet of an owner, as the jetton's master derives it: the only account whose word on credits counts.
   * @throws ChainRefusedRequest `unknown_asset` when there is no such master.
   */
  jettonWallet(master: Address, owner: Address): Promise<Address>;
}

export function tonNetwork(connection: ChainConnection): TonNetwork {
  const endpoint = new TonEndpoint(connection);
  /** What a master derives never changes. */
  const derived = new Map<string, Address>();
  const derive = async (master: Address, owner: Address): Promise<Address> => {
    const cell = beginCell().storeAddress(owner).endCell();
    const stack = await endpoint.getMethod(master, 'get_wallet_address', [{ type: 'slice', cell }]);
    if (stack === null) {
      throw new ChainRefusedRequest(connection.id, 'unknown_asset', `There is no jetton at ${master.toString()}.`);
    }
    return stack.readAddress();
  };
  return {
    chain: connection.id,
    endpoint,
    jettonWallet: async (master, owner) => {
      const key = `${master.toRawString()} ${owner.toRawString()}`;
      const known = derived.get(key);
      if (known !== undefined) return known;
      const wallet = await derive(master, owner);
      derived.set(key, wallet);
      return wallet;
    },
  };
}

/** True when both texts name one account, in whatever spelling. */
export const sameAccount = (text: string | null, address: Address): boolean =>
  text !== null && Address.parse(text).equals(address);
