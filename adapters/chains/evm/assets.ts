/** What an asset id means on an EVM chain: its coin, or a token contract. A symbol is never looked at. */
import { type Address, getAddress, isAddress } from 'viem';
import { canonicalAssetId, type ChainId } from '../../../domain/chain/asset';
import { ChainRefusedRequest } from '../port';

/** A token's contract; null: the coin of the chain. */
export type Contract = Address | null;

/** SLIP-44 numbers of coins by chain id, where the coin is not Ether (60). */
const coinTypes: ReadonlyMap<string, number> = new Map([
  ['eip155:56', 714],
  ['eip155:100', 700],
  ['eip155:137', 966],
  ['eip155:43114', 9000],
]);

const etherCoinType = 60;

/** The coin of a chain, CAIP-19. */
export const coinOf = (chain: ChainId): string =>
  canonicalAssetId(`${chain}/slip44:${coinTypes.get(chain) ?? etherCoinType}`);

/** @throws ChainRefusedRequest `unknown_asset` for an asset of another chain or kind. */
export function contractOf(chain: ChainId, asset: string): Contract {
  if (canonicalAssetId(asset) === coinOf(chain)) return null;
  const contract = asset.startsWith(`${chain}/erc20:`) ? asset.slice(`${chain}/erc20:`.length) : '';
  if (isAddress(contract, { strict: false })) return getAddress(contract);
  throw new ChainRefusedRequest(chain, 'unknown_asset', `${asset} is no asset of ${chain}.`);
}
