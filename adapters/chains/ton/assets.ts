/** Assets of TON by their ids: the coin, and jettons by their master contract. */
import { Address } from '@ton/core';
import { canonicalAssetId, type ChainId, registerAsset } from '../../../domain/chain/asset';
import { ChainRefusedRequest } from '../port';

/** The main network by its global id; wallets write the same chain `ton:-239`. */
export const MAIN_NETWORK: ChainId = 'tvm:-239';

/** The coin was called Toncoin until June 2026. A jetton of strangers is called GRAM as well: the id is what counts. */
registerAsset({
  id: canonicalAssetId(`${MAIN_NETWORK}/slip44:607`),
  chain: MAIN_NETWORK,
  symbol: 'GRAM',
  decimals: 9,
  baseUnits: null,
});

/** The coin of a network: that of a test network is worth nothing and must not be taken for the real one. */
export function coinOf(chain: ChainId): string {
  return canonicalAssetId(`${chain}/slip44:607`);
}

export type TonAsset = { readonly kind: 'coin' } | { readonly kind: 'jetton'; readonly master: Address };

/** What an asset's id stands for on this network. @throws ChainRefusedRequest `unknown_asset`. */
export function assetOn(chain: ChainId, id: string): TonAsset {
  if (canonicalAssetId(id) === coinOf(chain)) return { kind: 'coin' };
  const prefix = `${chain}/jetton:`;
  const master = id.startsWith(prefix) ? parseMaster(id.slice(prefix.length)) : null;
  if (master === null) throw new ChainRefusedRequest(chain, 'unknown_asset', `${id} is no asset of ${chain}.`);
  return { kind: 'jetton', master };
}

function parseMaster(text: string): Address | null {
  try {
    return Address.parse(text);
  } catch {
    return null;
  }
}
