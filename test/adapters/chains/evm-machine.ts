/** Anvil as a machine of the conformance suite, and wallets from outside: viem, which opens the link of an instruction. */
import { randomBytes } from 'node:crypto';
import {
  type Address,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  type Hex,
  http,
  publicActions,
  createWalletClient,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { anvil } from 'viem/chains';
import { createChain } from '../../../adapters/chains';
import { evmCapabilities } from '../../../adapters/chains/evm/capabilities';
import type { DepositInstruction } from '../../../adapters/chains/port';
import { createSeedSigner } from '../../../adapters/signers/seed-signer';
import { type EvmSandbox, startEvmSandbox } from '../../../sandbox/chains/evm/server';
import { type ControlClient, controlClient } from '../../../sandbox/chains/rpc/control-client';
import type { ChainHarness, ChainMachine, OutsidePayment } from '../../conformance/chains/harness';

/** Each pays once, so that no payment waits for another one's number. All hold the coin and both tokens at finality. */
const payersAtOnce = 60;
const ether = 10n ** 18n;
const decimals = 6;

interface Wish {
  readonly to: Address;
  readonly value: bigint;
  readonly data: Hex;
}

/** Reads a link by ERC-681 as a wallet does. */
function readLink(link: string): Wish {
  const url = new URL(link);
  const [, target = '', chainId, call] = /^(0x[0-9a-fA-F]{40})@(\d+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
  if (Number(chainId) !== anvil.id) throw new Error(`The wallet is not on the chain of ${link}.`);
  if (call === undefined)
    return { to: getAddress(target), value: BigInt(url.searchParams.get('value') ?? 0), data: '0x' };
  if (call !== 'transfer') throw new Error(`The wallet does not know ${call}.`);
  const args = [
    getAddress(url.searchParams.get('address') ?? ''),
    BigInt(url.searchParams.get('uint256') ?? 0),
  ] as const;
  return {
    to: getAddress(target),
    value: 0n,
    data: encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args }),
  };
}

/** Signs and sends one transaction from an account of its own. */
async function send(url: string, key: Hex, wish: Wish): Promise<OutsidePayment> {
  const account = privateKeyToAccount(key);
  const wallet = createWalletClient({ account, chain: anvil, transport: http(url) }).extend(publicActions);
  const request = await wallet.prepareTransactionRequest({ ...wish, account, chain: anvil });
  const serializedTransaction = await wallet.signTransaction(request);
  const id = await wallet.sendRawTransaction({ serializedTransaction });
  const resend = async (): Promise<void> => {
    const receipt = await wallet.getTransactionReceipt({ hash: id }).catch(() => null);
    if (receipt === null) await wallet.sendRawTransaction({ serializedTransaction }).catch(refusedAsKnown);
  };
  return { id, resend };
}

function refusedAsKnown(error: unknown): void {
  if (!/already/i.test(String(error))) throw error;
}

class EvmPayers {
  private readonly ready: Hex[] = [];

  constructor(
    private readonly sandbox: EvmSandbox,
    private readonly tokens: readonly string[],
  ) {}

  async next(): Promise<Hex> {
    if (this.ready.length === 0) await this.endow();
    const key = this.ready.pop();
    if (key === undefined) throw new Error('There is no payer left.');
    return key;
  }

  /** Writes balances into the state that the next block keeps. A reorg that reached it would take them away again. */
  async endow(): Promise<void> {
    for (let made = 0; made < payersAtOnce; made += 1) {
      const key = generatePrivateKey();
      const { address } = privateKeyToAccount(key);
      await this.sandbox.orders.fund?.({ address, amount: String(10n * ether) });
      for (const token of this.tokens) await this.sandbox.orders.mint?.({ token, address, amount: String(10n ** 12n) });
      this.ready.push(key);
    }
  }
}

const addresses: ChainHarness['addresses'] = {
  // The examples of ERC-55.
  valid: [
    { written: '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed', kept: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' },
    { written: ' 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359', kept: '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359' },
  ],
  invalid: [
    '',
    '0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe',
    '5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0x0000000000000000000000000000000000000000',
    'EQCD39VS5jcptHL8vMjEXrzGaRcCVYto7HUn4bpAOg8xqB2N',
    'vitalik.eth',
  ],
};

/** What a failing node answers: `error` speaks the protocol, the others are those of a gateway before it. */
const failures = {
  429: { kind: 'rate_limit' },
  500: { kind: 'error', error: { code: -32603, message: 'Internal error' } },
  503: { kind: 'unavailable' },
} as const;

function networkOf(control: ControlClient): ChainHarness['network'] {
  return {
    loseNextAnswer: () => control.fault({ method: 'eth_sendRawTransaction', kind: 'cut', moment: 'after' }),
    failNext: (count, status) => control.fault({ ...failures[status], count }),
    fallBehind: (blocks) => control.order('fall_behind', { blocks }),
    heal: async () => {
      await control.clearFaults();
      await control.order('fall_behind', { blocks: 0 });
    },
  };
}

async function startHarness(): Promise<ChainHarness> {
  const sandbox = await startEvmSandbox({ port: 0 });
  const { orders } = sandbox;
  const deploy = async (): Promise<Address> => {
    const { address } = (await orders.token?.({ symbol: 'USDC', decimals })) as { address: string };
    return getAddress(address);
  };
  const [token, lookAlike] = [await deploy(), await deploy()];
  const payers = new EvmPayers(sandbox, [token, lookAlike]);
  for (let round = 0; round < 4; round += 1) await payers.endow();
  await orders.finalize?.({});
  const chain = await createChain({ id: 'eip155:31337', url: sandbox.url, timeoutMs: 10_000, headers: {} });
  const coinId = `${chain.id}/slip44:60`;
  const tokenId = `${chain.id}/erc20:${token}`;
  const payLink = async (link: string): Promise<OutsidePayment> =>
    send(sandbox.url, await payers.next(), readLink(link));

  return {
    chain,
    assets: [
      { id: coinId, sample: String(ether / 100n), funds: String(ether) },
      { id: tokenId, sample: '2500000', funds: '1000000000' },
    ],
    feeMax: String(ether / 100n),
    addresses,
    newSigner: () => createSeedSigner({ keyId: 'evm', curve: 'secp256k1', seed: randomBytes(32) }),
    newDestination: async () => privateKeyToAccount(generatePrivateKey()).address,
    refusingDestination: async () => {
      const { address } = privateKeyToAccount(generatePrivateKey());
      await orders.block?.({ token, address });
      await orders.mine?.({});
      return { to: address, asset: tokenId };
    },
    fund: async (address, asset, amount) => {
      if (asset === coinId) await orders.fund?.({ address, amount });
      else await orders.mint?.({ token, address, amount });
      await orders.finalize?.({});
    },
    pay: async ({ uri }: DepositInstruction, amount) => {
      const link = amount === undefined ? uri : uri?.replace(/(value|uint256)=\d+/, `$1=${amount}`);
      return payLink(link ?? '');
    },
    payLookAlike: async ({ uri }) => payLink(uri?.replace(token, lookAlike) ?? ''),
    payUntied: async ({ uri, address }, _, signer) =>
      payLink(uri?.replace(address, await chain.addressOf(signer)) ?? ''),
    mine: async (blocks = 1) => void (await orders.mine?.({ blocks })),
    finalize: async () => void (await orders.finalize?.({})),
    reorg: async (depth) => void (await orders.reorg?.({ depth })),
    swallowNext: async () => void (await orders.swallow?.({})),
    expire: () => Promise.reject(new Error('Transactions of an EVM chain do not run out.')),
    network: networkOf(controlClient(sandbox.url)),
    stop: () => sandbox.close(),
  };
}

export const evmMachine: ChainMachine = {
  name: 'evm',
  capabilities: evmCapabilities,
  features: ['look_alike', 'reorg', 'swallow', 'refuse', 'network'],
  start: startHarness,
};
