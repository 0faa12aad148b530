/**
 * Chains and assets by their ids: CAIP-2 for chains, CAIP-19 for assets. A symbol is a label and never an identity: a third-party token may
 * carry the name of a coin. Amounts on a chain are whole base units; in the books they are plain decimals in major units.
 */
import { fail } from '../errors';
import { fromMinorUnits, type Money, registerCurrency, toMinorUnits } from '../money';

/** A CAIP-2 id, such as `eip155:8453`. Case-sensitive: parts of it are base58. */
export type ChainId = `${string}:${string}`;

export interface Asset {
  /** CAIP-19, such as `eip155:8453/erc20:0x…`; this is the currency of `Money`. */
  readonly id: string;
  readonly chain: ChainId;
  /** What people read, such as "USDC". */
  readonly symbol: string;
  /** Decimal places of the major unit. */
  readonly decimals: number;
  /** Base units in one major unit where that is no power of ten (NOCK: 65,536 nicks); null: 10^decimals. */
  readonly baseUnits: bigint | null;
}

/** Names of businesses for assets, kept because catalogues were written with them. */
const aliases: ReadonlyMap<string, string> = new Map([['tvm:-239/slip44:607', 'ton:native']]);

const assets = new Map<string, Asset>();

/**
 * Adds an asset to the table, and its currency to that of money. Call it while a module loads, so that all processes see the same table.
 * @throws PerennialError `invalid_currency` when the id is known with other decimals.
 */
export function registerAsset(asset: Asset): Asset {
  registerCurrency(asset.id, asset.decimals);
  const known = assets.get(asset.id);
  if (known !== undefined && known.baseUnits !== asset.baseUnits) fail('invalid_currency', { currency: asset.id });
  assets.set(asset.id, asset);
  return asset;
}

/** The id under which the books know an asset. */
export function canonicalAssetId(id: string): string {
  return aliases.get(id) ?? id;
}

/** The asset of an id or of its alias, or null. */
export function findAsset(id: string): Asset | null {
  return assets.get(canonicalAssetId(id)) ?? null;
}

/** All assets of a chain. */
export function assetsOf(chain: ChainId): readonly Asset[] {
  return [...assets.values()].filter((asset) => asset.chain === chain);
}

/** @throws PerennialError `invalid_currency` when nobody registered the asset. */
export function assetOf(id: string): Asset {
  return findAsset(id) ?? fail('invalid_currency', { currency: id });
}

/** Base units of an amount: exact, for every asset. A NOCK amount that is no whole number of nicks is refused.
 * @throws PerennialError `invalid_currency`, `inexact_amount`. */
export function baseUnitsOf(value: Money): bigint {
  const asset = assetOf(value.currency);
  const units = toMinorUnits(value);
  if (asset.baseUnits === null) return units;
  const scaled = units * asset.baseUnits;
  const power = 10n ** BigInt(asset.decimals);
  if (scaled % power !== 0n) {
    fail('inexact_amount', { amount: value.amount, currency: asset.symbol, exponent: asset.decimals });
  }
  return scaled / power;
}

/** The amount of base units: exact, since an asset's decimals are enough for its smallest unit.
 * @throws PerennialError `invalid_currency`. */
export function moneyOfBaseUnits(units: bigint, id: string): Money {
  const asset = assetOf(id);
  if (asset.baseUnits === null) return fromMinorUnits(units, asset.id);
  const power = 10n ** BigInt(asset.decimals);
  return fromMinorUnits((units * power) / asset.baseUnits, asset.id);
}
