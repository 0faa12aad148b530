/** What an asset's id says on Solana: the coin, or a token by its mint. The reference is base58 and compared exactly. */
import { type Address, isAddress } from '@solana/kit';
import { assetOf, type ChainId } from '../../../domain/chain/asset';
import { ChainRefusedRequest } from '../port';

export type SolanaAsset =
  | { readonly kind: 'coin'; readonly id: string }
  | { readonly kind: 'token'; readonly id: string; readonly mint: Address; readonly decimals: number };

/** SLIP-44: the number of the coin in the id. */
const COIN = '/slip44:501';
const TOKEN = '/token:';

/** CAIP-19 of the chain's coin. */
export const coinOf = (chain: ChainId): string => `${chain}${COIN}`;

/** @throws ChainRefusedRequest `unknown_asset` for another chain's asset, or one that is neither the coin nor a token. */
export function readAsset(chain: ChainId, id: string): SolanaAsset {
  if (id === coinOf(chain)) return { kind: 'coin', id };
  const prefix = `${chain}${TOKEN}`;
  const mint = id.startsWith(prefix) ? id.slice(prefix.length) : '';
  if (isAddress(mint)) return { kind: 'token', id, mint, decimals: assetOf(id).decimals };
  throw new ChainRefusedRequest(chain, 'unknown_asset', `${id} is no asset of ${chain}.`);
}
