/** The one asset of the chain. */
import type { ChainId } from '../../../domain/chain/asset';
import { ChainRefusedRequest } from '../port';

/** CAIP-19 as the books know it; nobody registered a namespace yet. */
export const coinOf = (chain: ChainId): string => `${chain}/native`;

/** @throws ChainRefusedRequest `unknown_asset`. */
export function assertCoin(chain: ChainId, asset: string): void {
  if (asset === coinOf(chain)) return;
  throw new ChainRefusedRequest(chain, 'unknown_asset', `${asset} is no asset of ${chain}.`);
}
