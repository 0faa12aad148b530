/**
 * An engine with a real EVM node beside it: a token, a signing key with something to pay fees from, and payers from outside who use viem and
 * nothing of ours. Amounts here are base units.
 */
import { randomBytes } from 'node:crypto';
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
import { createSeedSigner } from '../../../adapters/signers/seed-signer';
import { startEvmSandbox, type EvmSandbox } from '../../../sandbox/chains/evm/server';

export interface EvmWorld {
  readonly sandbox: EvmSandbox;
  readonly configured: ConfiguredChain;
  readonly signers: ReadonlyMap<string, Signer>;
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
  tokenOf(address: string): Promise<bigint>;
  coinOf(address: string): Promise<bigint>;
  stop(): Promise<void>;
}

/** Enough that no test runs dry, and no limit hides a mistake. */
const funds = 1_000_000_000n;

/** Each world has a chain of its own: tables of assets are per process, and other tests have other tokens. */
const newChainId = (): number => 100_000 + (randomBytes(4).readUInt32BE() % 1_000_000_000);

export async function startEvmWorld(options: Partial<ConfiguredChain> = {}): Promise<EvmWorld> {
  const sandbox = await startEvmSandbox({ port: 0, chainId: newChainId() });
  const order = async (name: string, body: object = {}): Promise<unknown> => sandbox.orders[name]?.(body);
  const signer = createSeedSigner({ keyId: 'main', curve: 'secp256k1', seed: randomBytes(32) });
  const main = await addressOfChild(signer, 0);
  const { address: contract } = (await order('token', { symbol: 'USDX', decimals: 6 })) as { address: Address };
  const id = sandbox.chainId as ConfiguredChain['id'];
  const [coin, token] = [`${id}/slip44:60`, `${id}/erc20:${getAddress(contract)}`];
  await order('fund', { address: main, amount: parseEther('10').toString() });
  await order('mint', { token: contract, address: main, amount: funds.toString() });
  const chain = defineChain({
    id: Number(id.split(':')[1]),
    name: 'test',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [sandbox.url] } },
  });
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
    async pay(to, units) {
      const args = [getAddress(to), units] as const;
      const hash = await wallet.writeContract({ address: contract, abi: erc20Abi, functionName: 'transfer', args });
      await order('mine');
      return hash;
    },
    newAddress: () => privateKeyToAccount(generatePrivateKey()).address,
    tokenOf: (address) =>
      reader.readContract({ address: contract, abi: erc20Abi, functionName: 'balanceOf', args: [getAddress(address)] }),
    coinOf: (address) => reader.getBalance({ address: getAddress(address) }),
    stop: () => sandbox.close(),
  };
}
