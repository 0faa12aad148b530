/**
 * The chains of a deployment, from one document: how each is reached, which key signs on it, what a transaction may cost, and which assets it
 * has. Both processes read the same document, so that they know the same assets.
 */
import { type Asset, type ChainId, registerAsset } from '../../domain/chain/asset';
import { PerennialError } from '../../domain/errors';
import type { Signer } from '../signers/port';
import { SignerRefused } from '../signers/port';
import type { ChainConnection } from './connection';
import type { BaseUnits, Chain } from './port';

export interface ConfiguredChain extends ChainConnection {
  readonly keyId: string;
  readonly feeMax: BaseUnits;
  readonly stuckAfterMs: number;
  readonly scanEveryMs: number;
  readonly assets: readonly Asset[];
}

/** What stands in the document, as people write it. */
interface Written {
  readonly id?: unknown;
  readonly url?: unknown;
  readonly key?: unknown;
  readonly fee_max?: unknown;
  readonly headers?: unknown;
  readonly timeout_ms?: unknown;
  readonly stuck_after_ms?: unknown;
  readonly scan_every_ms?: unknown;
  readonly assets?: unknown;
}

/** Longer than a slow public endpoint takes; a request that was lost is repeated soon. */
const timeoutMsDefault = 10_000;
/** Two minutes are ten blocks of the slowest chain that replaces by number. */
const stuckAfterMsDefault = 120_000;
/** As fast as somebody who waits at a screen notices. */
const scanEveryMsDefault = 2_000;

const idPattern = /^[a-z0-9-]{3,8}:[A-Za-z0-9_-]{1,32}$/;
const unitsPattern = /^[1-9]\d{0,77}$/;

const refuse = (where: string, what: string): never => {
  throw new Error(`${where} ${what}`);
};

const textIn = (where: string, value: unknown): string =>
  typeof value === 'string' && value !== '' ? value : refuse(where, 'must be a text');

function millisecondsIn(where: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const sound = typeof value === 'number' && Number.isInteger(value) && value >= 10 && value <= 86_400_000;
  return sound ? value : refuse(where, 'must be whole milliseconds from 10 to a day');
}

const fieldsOf = (where: string, value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...value }
    : refuse(where, 'must be an object');

function assetIn(where: string, chain: ChainId, value: unknown): Asset {
  const { id, symbol, decimals, base_units: baseUnits = null } = fieldsOf(where, value);
  if (typeof decimals !== 'number' || !Number.isInteger(decimals)) return refuse(where, 'needs whole decimals');
  return {
    ...{ id: textIn(`${where}.id`, id), chain, symbol: textIn(`${where}.symbol`, symbol), decimals },
    baseUnits: typeof baseUnits === 'string' ? BigInt(baseUnits) : null,
  };
}

function chainIn(value: unknown, index: number): ConfiguredChain {
  const where = `[${index}]`;
  const written: Written = fieldsOf(where, value);
  const id = textIn(`${where}.id`, written.id);
  if (!idPattern.test(id)) refuse(`${where}.id`, 'must be a CAIP-2 id, such as eip155:8453');
  const feeMax = textIn(`${where}.fee_max`, written.fee_max);
  if (!unitsPattern.test(feeMax)) refuse(`${where}.fee_max`, 'must be whole base units of the coin, as a text');
  const headers = fieldsOf(`${where}.headers`, written.headers ?? {});
  const assets = Array.isArray(written.assets) ? written.assets : refuse(`${where}.assets`, 'must be a list');
  const chain = id as ChainId;
  return {
    id: chain,
    url: textIn(`${where}.url`, written.url),
    keyId: textIn(`${where}.key`, written.key),
    feeMax,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, textIn(where, text)])),
    timeoutMs: millisecondsIn(`${where}.timeout_ms`, written.timeout_ms, timeoutMsDefault),
    stuckAfterMs: millisecondsIn(`${where}.stuck_after_ms`, written.stuck_after_ms, stuckAfterMsDefault),
    scanEveryMs: millisecondsIn(`${where}.scan_every_ms`, written.scan_every_ms, scanEveryMsDefault),
    assets: assets.map((asset: unknown, place: number) => assetIn(`${where}.assets[${place}]`, chain, asset)),
  };
}

/**
 * The chains of a document; empty text: none.
 * @throws Error that says what is wrong and where
 */
export function parseChains(text: string): readonly ConfiguredChain[] {
  if (text === '') return [];
  const list: unknown = JSON.parse(text);
  const chains = Array.isArray(list) ? list.map(chainIn) : refuse('it', 'must be a list');
  if (new Set(chains.map(({ id }) => id)).size < chains.length) refuse('it', 'must not name a chain twice');
  return chains;
}

/** Makes the assets of chains known. Call it once, before anything computes with them. */
export function registerAssets(chains: readonly ConfiguredChain[]): void {
  for (const { assets } of chains) for (const asset of assets) registerAsset(asset);
}

export interface OpenedChain {
  readonly chain: Chain;
  readonly signer: Signer;
  readonly feeMax: BaseUnits;
  readonly stuckAfterMs: number;
  readonly scanEveryMs: number;
}

export interface ChainSources {
  readonly chains: readonly ConfiguredChain[];
  /** Opened when the first chain is asked for: a deployment without chains has no keys. */
  readonly signers: () => Promise<ReadonlyMap<string, Signer>>;
  readonly create: (connection: ChainConnection) => Chain | Promise<Chain>;
}

/**
 * Opens chains by their id, each once per process.
 * @throws PerennialError `chain_not_configured`; SignerRefused when the key is not in the file
 */
export function openChains({ chains, signers, create }: ChainSources): (id: string) => Promise<OpenedChain> {
  let keys: Promise<ReadonlyMap<string, Signer>> | null = null;
  const opened = new Map<string, Promise<OpenedChain>>();
  const open = async (configured: ConfiguredChain): Promise<OpenedChain> => {
    keys ??= signers();
    const { keyId, feeMax, stuckAfterMs, scanEveryMs } = configured;
    const signer = (await keys).get(keyId);
    if (signer === undefined) throw new SignerRefused(`There is no key ${keyId}.`);
    return { chain: await create(configured), signer, feeMax, stuckAfterMs, scanEveryMs };
  };
  return async (id) => {
    const configured = chains.find((one) => one.id === id);
    if (configured === undefined) throw new PerennialError('chain_not_configured', { chain: id });
    const known = opened.get(id) ?? open(configured);
    opened.set(id, known);
    try {
      return await known;
    } catch (error) {
      opened.delete(id);
      keys = null;
      throw error;
    }
  };
}
