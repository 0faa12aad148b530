/** The chains of the Cosmos SDK that are known: what their nodes do not say by themselves. */
import { canonicalAssetId, type ChainId, registerAsset } from '../../../domain/chain/asset';
import { ChainRefusedRequest } from '../port';

export interface CosmosChainFacts {
  readonly chain: ChainId;
  /** As the chain calls itself; signatures cover it. */
  readonly chainId: string;
  /** Of its addresses (BIP-173). */
  readonly prefix: string;
  /** The coin's base unit. */
  readonly denom: string;
  /** The coin's CAIP-19 id. */
  readonly coin: string;
  /** Of one unit of gas, in 10^-6 of the base unit, where the node names none. */
  readonly gasPriceMicro: bigint;
}

interface Declaration {
  readonly chainId: string;
  readonly prefix: string;
  readonly denom: string;
  readonly symbol: string;
  readonly gasPriceMicro: bigint;
}

/** Gas prices: the chain registry's "average" of November 2026. */
const declarations: readonly Declaration[] = [
  { chainId: 'cosmoshub-4', prefix: 'cosmos', denom: 'uatom', symbol: 'ATOM', gasPriceMicro: 25_000n },
  { chainId: 'osmosis-1', prefix: 'osmo', denom: 'uosmo', symbol: 'OSMO', gasPriceMicro: 30_000n },
];

const facts = new Map(
  declarations.map(({ chainId, prefix, denom, symbol, gasPriceMicro }) => {
    const chain: ChainId = `cosmos:${chainId}`;
    const coin = registerAsset({ id: `${chain}/slip44:118`, chain, symbol, decimals: 6, baseUnits: null }).id;
    return [chain, { chain, chainId, prefix, denom, coin, gasPriceMicro }] satisfies [ChainId, CosmosChainFacts];
  }),
);

/** @throws ChainRefusedRequest `unknown_chain`: one line above adds a chain. */
export function factsOf(chain: ChainId): CosmosChainFacts {
  const known = facts.get(chain);
  if (known === undefined)
    throw new ChainRefusedRequest(chain, 'unknown_chain', `${chain} is not among the known chains.`);
  return known;
}

/**
 * The denomination of an asset. Tokens have none registered with CAIP-19: ours are `<chain>/denom:<percent-encoded denomination>`, such as
 * `cosmos:cosmoshub-4/denom:ibc%2F27…`. @throws ChainRefusedRequest `unknown_asset`.
 */
export function denomOf({ chain, coin, denom }: CosmosChainFacts, asset: string): string {
  if (canonicalAssetId(asset) === coin) return denom;
  const prefix = `${chain}/denom:`;
  if (!asset.startsWith(prefix))
    throw new ChainRefusedRequest(chain, 'unknown_asset', `${asset} is no asset of ${chain}.`);
  return decodeURIComponent(asset.slice(prefix.length));
}
