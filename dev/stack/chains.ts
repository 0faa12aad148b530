/**
 * The chain of `npm start`: a real EVM node with a block each second, a token to be paid in, and a signing key with coin for its fees. What it
 * holds is worth nothing, and survives a restart.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { addressOfChild, checkEvmAddress } from '../../adapters/chains/evm/addresses';
import { addKey, readKeyFile } from '../../adapters/signers/key-file';
import { controlClient } from '../../sandbox/chains/rpc/control-client';
import { writePrivateFile } from './secrets';

/** The chain id of anvil, which wallets know as a machine of one's own. */
const chainId = 31_337;
const chain = `eip155:${chainId}`;
const keyId = 'main';
const ether = 10n ** 18n;
/** A million of the token, of six places. */
const tokenFunds = 1_000_000n * 1_000_000n;

interface Kept {
  readonly token: string;
}

export interface DevelopmentChain {
  /** Configuration keys of worker and api. */
  readonly variables: Readonly<Record<string, string>>;
  readonly url: string;
  /** CAIP-19. */
  readonly token: string;
}

const coin = `${chain}/slip44:60`;

/** Makes the token and fills the main address, the first time. */
async function furnish(folder: string, url: string, main: string): Promise<Kept> {
  const file = path.join(folder, 'evm.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  const control = controlClient(url);
  const { address } = await control.order<{ address: string }>('token', { symbol: 'USDX', decimals: 6 });
  await control.order('fund', { address: main, amount: (100n * ether).toString() });
  await control.order('mint', { token: address, address: main, amount: tokenFunds.toString() });
  // Asset ids are compared as they stand: the one spelling is the one with the checksum.
  const check = checkEvmAddress(address);
  const kept = { token: check.kind === 'valid' ? check.address : address };
  writePrivateFile(file, kept);
  return kept;
}

function documentOf(url: string, token: string): string {
  const asset = (id: string, symbol: string, decimals: number) => ({ id, symbol, decimals });
  const assets = [asset(coin, 'ETH', 18), asset(token, 'USDX', 6)];
  // A hundredth of the coin is some hundred transactions at the prices of a node of one's own.
  const limits = { fee_max: (ether / 100n).toString(), stuck_after_ms: 30_000, scan_every_ms: 1_000 };
  return JSON.stringify([{ id: chain, url, key: keyId, ...limits, assets }]);
}

/** Where the node keeps its chain. */
export const evmStateFile = (folder: string): string => path.join(folder, 'chains', 'evm.state');

/** Prepares key, token and configuration for a node that listens. @param passphrase of the key file */
export async function prepareChain(folder: string, url: string, passphrase: string): Promise<DevelopmentChain> {
  const keys = path.join(folder, 'chains');
  mkdirSync(keys, { recursive: true });
  const file = path.join(keys, 'keys.json');
  if (!existsSync(file)) await addKey(file, passphrase, keyId, 'secp256k1');
  const signer = (await readKeyFile(file, passphrase)).get(keyId);
  if (signer === undefined) throw new Error(`${file} has no key ${keyId}.`);
  const { token: contract } = await furnish(keys, url, await addressOfChild(signer, 0));
  const token = `${chain}/erc20:${contract}`;
  const variables = { CHAINS: documentOf(url, token), SIGNER_KEY_FILE: file, SIGNER_KEY_PASSPHRASE: passphrase };
  return { variables, url, token };
}
