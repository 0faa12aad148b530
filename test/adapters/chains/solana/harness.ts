import { randomBytes, randomUUID } from 'node:crypto';
import { type Address, getBase58Decoder } from '@solana/kit';
import type { DepositInstruction } from '../../../../adapters/chains/port';
import { createSolanaChain, solanaCapabilities } from '../../../../adapters/chains/solana';
import { createSeedSigner } from '../../../../adapters/signers/seed-signer';
import { type Asset, registerAsset } from '../../../../domain/chain/asset';
import { type ControlClient, controlClient } from '../../../../sandbox/chains/rpc/control-client';
import { type SolanaSandbox, startSolanaSandbox } from '../../../../sandbox/chains/solana/server';
import type { ChainHarness, ChainMachine, OutsidePayment } from '../../../conformance/chains/harness';
import { Payer, readUri, type SentPayment, TOKEN_DECIMALS } from './payer';

/** One block of the suite: a slot with transactions and one upon it, which confirms them. */
const SLOTS_PER_BLOCK = 2;
/** More than the 32 slots to finality. */
const FINAL_SLOTS = 40;
/** The window of a blockhash, and finality after it. */
const EXPIRY_SLOTS = 200;
export const TIMEOUT_MS = 5_000;
const RICH = '1000000000000000';

export const solanaMachine: ChainMachine = {
  name: 'solana',
  capabilities: solanaCapabilities,
  features: ['look_alike', 'reorg', 'swallow', 'expire', 'refuse', 'network'],
  start: startSolanaHarness,
};

export interface SolanaHarness extends ChainHarness {
  readonly sandbox: SolanaSandbox;
  readonly control: ControlClient;
  readonly payer: Payer;
  readonly mint: Address;
  readonly coin: string;
  readonly token: string;
}

export const newAddress = (): Address => getBase58Decoder().decode(randomBytes(32)) as Address;

/** A sandbox with a rich payer outside, a token, and one that looks like it. */
export async function startSolanaHarness(): Promise<SolanaHarness> {
  const sandbox = await startSolanaSandbox({
    port: 0,
    onDefect: (error) => {
      throw error;
    },
  });
  const control = controlClient(sandbox.url);
  const payer = await Payer.create(sandbox.url);
  const mine = async (slots: number): Promise<void> => void (await control.order('mine', { slots }));
  const mintOf = async (name: string): Promise<Address> =>
    (await control.order<{ mint: Address }>('mint', { name, decimals: TOKEN_DECIMALS })).mint;
  const mint = await mintOf('USDC');
  const lookAlike = await mintOf('USDC of somebody else');
  const [coin, token] = registerAssets(sandbox, mint);
  await control.order('fund', { to: payer.key.address, lamports: RICH });
  for (const one of [mint, lookAlike])
    await control.order('credit', { mint: one, owner: payer.key.address, amount: RICH });
  await mine(FINAL_SLOTS);
  return {
    sandbox,
    control,
    payer,
    mint,
    coin: coin.id,
    token: token.id,
    chain: createSolanaChain({ id: sandbox.chainId, url: sandbox.url, timeoutMs: TIMEOUT_MS, headers: {} }),
    assets: [
      { id: coin.id, sample: '2000000', funds: '1000000000' },
      { id: token.id, sample: '1500000', funds: '100000000' },
    ],
    feeMax: '5000000',
    addresses: {
      valid: [newAddress(), newAddress()].map((written) => ({ written, kept: written })),
      invalid: ['', newAddress().slice(0, 20), `${newAddress()}1111`, '0x52908400098527886E0F7030069857D2E4169EE7'],
    },
    newSigner: () => createSeedSigner({ keyId: randomUUID(), curve: 'ed25519', seed: randomBytes(32) }),
    newDestination: () => Promise.resolve(newAddress()),
    ...payments(payer, lookAlike),
    refusingDestination: async () => {
      const to = newAddress();
      await control.order('credit', { mint, owner: to, amount: '1' });
      await mine(1);
      await control.order('freeze', { mint, owner: to });
      await mine(FINAL_SLOTS);
      return { to, asset: token.id };
    },
    fund: async (to, asset, amount) => {
      if (asset === coin.id) await control.order('fund', { to, lamports: amount });
      else await control.order('credit', { mint, owner: to, amount });
      await mine(FINAL_SLOTS);
    },
    mine: (blocks = 1) => mine(SLOTS_PER_BLOCK * blocks),
    finalize: () => mine(FINAL_SLOTS),
    reorg: async (depth) => void (await control.order('reorg', { depth: SLOTS_PER_BLOCK * depth })),
    swallowNext: async () => void (await control.order('swallow')),
    expire: () => mine(EXPIRY_SLOTS),
    network: networkOf(control),
    stop: () => sandbox.close(),
  };
}

function registerAssets({ chainId }: SolanaSandbox, mint: Address): [Asset, Asset] {
  const chain = chainId;
  return [
    registerAsset({ id: `${chain}/slip44:501`, chain, symbol: 'SOL', decimals: 9, baseUnits: null }),
    registerAsset({ id: `${chain}/token:${mint}`, chain, symbol: 'USDC', decimals: TOKEN_DECIMALS, baseUnits: null }),
  ];
}

function payments(payer: Payer, lookAlike: Address): Pick<ChainHarness, 'pay' | 'payLookAlike' | 'payUntied'> {
  const outside = (sent: SentPayment): OutsidePayment => ({ id: sent.id, resend: () => payer.resend(sent) });
  const asked = ({ uri }: DepositInstruction) => readUri(uri ?? '');
  return {
    pay: async (instruction, amount) => {
      const request = asked(instruction);
      return outside(await payer.pay({ ...request, amount: amount === undefined ? request.amount : BigInt(amount) }));
    },
    payLookAlike: async (instruction) => outside(await payer.pay({ ...asked(instruction), mint: lookAlike })),
    payUntied: async (instruction) => outside(await payer.pay({ ...asked(instruction), references: [], memo: null })),
  };
}

function networkOf(control: ControlClient): ChainHarness['network'] {
  return {
    loseNextAnswer: () => control.fault({ method: 'sendTransaction', kind: 'cut', moment: 'after' }),
    failNext: (requests, status) =>
      control.fault(
        status === 429 ? { kind: 'rate_limit', count: requests } : { kind: 'unavailable', status, count: requests },
      ),
    fallBehind: async (blocks) => void (await control.order('fall_behind', { slots: SLOTS_PER_BLOCK * blocks })),
    heal: async () => {
      await control.clearFaults();
      await control.order('fall_behind', { slots: 0 });
    },
  };
}
