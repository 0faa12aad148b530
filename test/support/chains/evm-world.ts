/**
 * An engine with a real EVM node beside it: a token, a signing key with something to pay fees from, and payers from outside who use viem and
 * nothing of ours. Amounts here are base units.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  erc20Abi,
  getAddress,
  http,
  parseEther,
  type Address,
  type Hex,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import type { ConfiguredChain } from '../../../adapters/chains/configured';
import { addressOfChild } from '../../../adapters/chains/evm/addresses';
import type { Signer } from '../../../adapters/signers/port';
import { sealKeys } from '../../../adapters/signers/key-file';
import { createSeedSigner } from '../../../adapters/signers/seed-signer';
import { startEvmSandbox, type EvmSandbox } from '../../../sandbox/chains/evm/server';

export interface EvmWorld {
  readonly sandbox: EvmSandbox;
  readonly configured: ConfiguredChain;
  readonly signers: ReadonlyMap<string, Signer>;
  /** Configuration keys by which a worker process comes to the same chain with the same key. */
  variables(): Promise<Record<string, string>>;
  /** CAIP-19. */
  readonly coin: string;
  readonly token: string;
  /** The engine's paying address. */
  readonly main: Address;
  /** Asks of the machine: mine, finalize, reorg, swallow, base_fee. */
  order(name: string, body?: object): Promise<unknown>;
  /** Sends the token as a wallet does; waits for the next block. */
  pay(to: string, units: bigint): Promise<Hex>;
  newAddress(): Address;
  payCoin(to: string, wei: bigint): Promise<Hex>;
  /** Counts an address to the engine's own. */
  own(address: string): void;
  /** What all of the engine's own addresses hold at one block, less what they were given at the start. */
  held(): Promise<{ readonly token: bigint; readonly coin: bigint }>;
  tokenOf(address: string): Promise<bigint>;
  coinOf(address: string): Promise<bigint>;
  stop(): Promise<void>;
}

/** Enough that no test runs dry, and no limit hides a mistake. */
const funds = 1_000_000_000n;

/** Of the coin, for the engine's network fees. */
const fuel = parseEther('10');

/** Each world has a chain of its own: tables of assets are per process, and other tests have other tokens. */
const newChainId = (): number => 100_000 + (randomBytes(4).readUInt32BE() % 1_000_000_000);

const passphrase = 'a passphrase of the tests';
/** As cheap as scrypt gets: nobody attacks it here. */
const cheap = { N: 2 ** 10, r: 8, p: 1 };

async function variablesOf(chain: ConfiguredChain, key: Parameters<typeof sealKeys>[0][number]) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perennial-keys-'));
  const file = path.join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify(await sealKeys([key], passphrase, cheap)));
  const { id, url, keyId, feeMax, timeoutMs, stuckAfterMs, scanEveryMs, assets } = chain;
  const written = {
    ...{ id, url, key: keyId, fee_max: feeMax, timeout_ms: timeoutMs, stuck_after_ms: stuckAfterMs },
    ...{ scan_every_ms: scanEveryMs, assets: assets.map(({ baseUnits: _none, chain: _own, ...asset }) => asset) },
  };
  return { CHAINS: JSON.stringify([written]), SIGNER_KEY_FILE: file, SIGNER_KEY_PASSPHRASE: passphrase };
}

export async function startEvmWorld(options: Partial<ConfiguredChain> = {}): Promise<EvmWorld> {
  const sandbox = await startEvmSandbox({ port: 0, chainId: newChainId() });
  const order = async (name: string, body: object = {}): Promise<unknown> => sandbox.orders[name]?.(body);
  const key = { keyId: 'main', curve: 'secp256k1', seed: randomBytes(32) } as const;
  const signer = createSeedSigner(key);
  const main = await addressOfChild(signer, 0);
  const { address: contract } = (await order('token', { symbol: 'USDX', decimals: 6 })) as { address: Address };
  const id = sandbox.chainId as ConfiguredChain['id'];
  const [coin, token] = [`${id}/slip44:60`, `${id}/erc20:${getAddress(contract)}`];
  await order('fund', { address: main, amount: fuel.toString() });
  await order('mint', { token: contract, address: main, amount: funds.toString() });
  const chain = defineChain({
    id: Number(id.split(':')[1]),
    name: 'test',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [sandbox.url] } },
  });
  const owned = new Set<Address>([main]);
  const account = privateKeyToAccount(generatePrivateKey());
  const wallet = createWalletClient({ account, chain, transport: http() });
  const reader = createPublicClient({ chain, transport: http() });
  await order('fund', { address: account.address, amount: parseEther('10').toString() });
  await order('mint', { token: contract, address: account.address, amount: funds.toString() });
  const configured: ConfiguredChain = {
    ...{ id, url: sandbox.url, keyId: 'main', feeMax: parseEther('0.05').toString(), headers: {}, timeoutMs: 5_000 },
    ...{ stuckAfterMs: 60_000, scanEveryMs: 100 },
    assets: [
      { id: coin, chain: id, symbol: 'ETH', decimals: 18, baseUnits: null },
      { id: token, chain: id, symbol: 'USDX', decimals: 6, baseUnits: null },
    ],
    ...options,
  };
  return {
    ...{ sandbox, configured, signers: new Map([['main', signer]]), coin, token, main, order },
    variables: () => variablesOf(configured, key),
    async pay(to, units) {
      const args = [getAddress(to), units] as const;
      const hash = await wallet.writeContract({ address: contract, abi: erc20Abi, functionName: 'transfer', args });
      await order('mine');
      return hash;
    },
    async payCoin(to, wei) {
      const hash = await wallet.sendTransaction({ to: getAddress(to), value: wei });
      await order('mine');
      return hash;
    },
    own: (address) => void owned.add(getAddress(address)),
    held: async () => {
      const blockNumber = await reader.getBlockNumber({ cacheTime: 0 });
      let [inToken, inCoin] = [-funds, -fuel];
      for (const address of owned) {
        const call = { address: contract, abi: erc20Abi, functionName: 'balanceOf', args: [address] } as const;
        inToken += await reader.readContract({ ...call, blockNumber });
        inCoin += await reader.getBalance({ address, blockNumber });
      }
      return { token: inToken, coin: inCoin };
    },
    newAddress: () => privateKeyToAccount(generatePrivateKey()).address,
    tokenOf: (address) =>
      reader.readContract({ address: contract, abi: erc20Abi, functionName: 'balanceOf', args: [getAddress(address)] }),
    coinOf: (address) => reader.getBalance({ address: getAddress(address) }),
    stop: () => sandbox.close(),
  };
}
