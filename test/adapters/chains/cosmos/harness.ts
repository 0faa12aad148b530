import { randomBytes, randomUUID } from 'node:crypto';
import { toBech32 } from '@cosmjs/encoding';
import { DirectSecp256k1Wallet, type EncodeObject } from '@cosmjs/proto-signing';
import { SigningStargateClient } from '@cosmjs/stargate';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { createCosmosChain } from '../../../../adapters/chains/cosmos';
import { cosmosCapabilities } from '../../../../adapters/chains/cosmos/capabilities';
import { denomOf, factsOf } from '../../../../adapters/chains/cosmos/networks';
import type { DepositInstruction } from '../../../../adapters/chains/port';
import { createSeedSigner } from '../../../../adapters/signers/seed-signer';
import { registerAsset } from '../../../../domain/chain/asset';
import { type ControlClient, controlClient } from '../../../../sandbox/chains/rpc/control-client';
import { type CosmosDouble, startCosmosDouble } from '../../../../sandbox/chains/cosmos/server';
import type { ChainHarness, ChainMachine, OutsidePayment } from '../../../conformance/chains/harness';

const facts = factsOf('cosmos:cosmoshub-4');
const tokenOf = (denom: string): string =>
  registerAsset({
    id: `${facts.chain}/denom:${encodeURIComponent(denom)}`,
    chain: facts.chain,
    symbol: 'USDC',
    decimals: 6,
    baseUnits: null,
  }).id;
const TOKEN = tokenOf('ibc/F663521BF1836B00F5F177680F74BFB9A8B5654A694D0D2BC249E03CF2509013');
const LOOK_ALIKE = tokenOf('ibc/0000000000000000000000000000000000000000000000000000000000000000');

const TIMEOUT_MS = 5_000;
/** Beyond the end of every transaction that anybody signed until now. */
const EXPIRY_BLOCKS = 60;
/** An account of a module, which is paid nothing. */
export const BLOCKED = toBech32('cosmos', new Uint8Array(20).fill(9));

export const cosmosMachine: ChainMachine = {
  name: 'cosmos',
  capabilities: cosmosCapabilities,
  features: ['look_alike', 'swallow', 'expire', 'refuse', 'network'],
  start: startCosmosHarness,
};

export interface CosmosHarness extends ChainHarness {
  readonly double: CosmosDouble;
  readonly control: ControlClient;
  readonly payer: CosmosPayer;
}

/** The double with a payer outside: cosmjs as its documentation shows it. */
export async function startCosmosHarness(): Promise<CosmosHarness> {
  const double = await startCosmosDouble({ port: 0, blocked: new Set([BLOCKED]) });
  const control = controlClient(double.url);
  const fund = async (address: string, asset: string, amount: string): Promise<void> =>
    void (await control.order('fund', { address, denom: denomOf(facts, asset), amount }));
  const payer = await startPayer(double, fund);
  return {
    double,
    control,
    payer,
    chain: createCosmosChain({ id: facts.chain, url: double.url, timeoutMs: TIMEOUT_MS, headers: {} }),
    assets: [
      { id: facts.coin, sample: '1500000', funds: '200000000' },
      { id: TOKEN, sample: '2500000', funds: '200000000' },
    ],
    feeMax: '100000',
    addresses: addresses(),
    newSigner: () => createSeedSigner({ keyId: randomUUID(), curve: 'secp256k1', seed: randomBytes(32) }),
    newDestination: async () => toBech32('cosmos', randomBytes(20)),
    refusingDestination: async () => ({ to: BLOCKED, asset: facts.coin }),
    fund,
    pay: (instruction, amount) => payer.pay({ ...instruction, amount: amount ?? instruction.amount }),
    payLookAlike: (instruction) => payer.pay({ ...instruction, asset: LOOK_ALIKE }),
    payUntied: (instruction) => payer.pay({ ...instruction, tag: null }),
    mine: async (blocks = 1) => void (await control.order('mine', { blocks })),
    finalize: async () => void (await control.order('mine')),
    reorg: () => Promise.reject(new Error('A chain of this kind halts; it does not withdraw blocks.')),
    swallowNext: async () => void (await control.order('swallow')),
    expire: async () => void (await control.order('mine', { blocks: EXPIRY_BLOCKS })),
    network: networkOf(control),
    stop: () => double.close(),
  };
}

/** Somebody outside: cosmjs as its documentation shows it, and nothing of ours. */
export interface CosmosPayer {
  readonly address: string;
  pay(instruction: Pick<DepositInstruction, 'address' | 'asset' | 'amount' | 'tag'>): Promise<OutsidePayment>;
  /** Any messages with a memo. */
  send(messages: readonly EncodeObject[], memo: string): Promise<OutsidePayment>;
}

async function startPayer(double: CosmosDouble, fund: ChainHarness['fund']): Promise<CosmosPayer> {
  const wallet = await DirectSecp256k1Wallet.fromKey(randomBytes(32), facts.prefix);
  const [account] = await wallet.getAccounts();
  const address = account?.address ?? '';
  for (const asset of [facts.coin, TOKEN, LOOK_ALIKE]) await fund(address, asset, '1000000000000');
  const client = await SigningStargateClient.connectWithSigner(double.url, wallet);
  const send: CosmosPayer['send'] = async (messages, memo) => {
    const fee = { amount: [{ denom: facts.denom, amount: '2000' }], gas: '200000' };
    const bytes = TxRaw.encode(await client.sign(address, messages, fee, memo)).finish();
    const resend = async (): Promise<void> => void (await client.broadcastTxSync(bytes).catch(() => null));
    return { id: await client.broadcastTxSync(bytes), resend };
  };
  return {
    address,
    send,
    pay: ({ address: to, asset, amount, tag }) => {
      const coins = [{ denom: denomOf(facts, asset), amount }];
      const value = { fromAddress: address, toAddress: to, amount: coins };
      return send([{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value }], tag ?? '');
    },
  };
}

function networkOf(control: ControlClient): ChainHarness['network'] {
  return {
    loseNextAnswer: () => control.fault({ method: 'broadcast_tx_sync', kind: 'cut', moment: 'after' }),
    failNext: (requests, status) =>
      control.fault(
        status === 500
          ? { kind: 'error', error: { code: -32603, message: 'Internal error' }, count: requests }
          : { kind: status === 429 ? 'rate_limit' : 'unavailable', count: requests },
      ),
    fallBehind: async (blocks) => void (await control.order('fall_behind', { blocks })),
    heal: async () => {
      await control.clearFaults();
      await control.order('fall_behind', { blocks: 0 });
    },
  };
}

function addresses(): ChainHarness['addresses'] {
  const bytes = randomBytes(20);
  const kept = toBech32('cosmos', bytes);
  const letter = kept.at(20) === 'q' ? 'p' : 'q';
  return {
    valid: [
      { written: ` ${kept}`, kept },
      { written: kept.toUpperCase(), kept },
    ],
    invalid: [
      '',
      kept.slice(0, 30),
      `${kept.slice(0, 20)}${letter}${kept.slice(21)}`,
      toBech32('osmo', bytes),
      toBech32('cosmos', bytes.subarray(1)),
    ],
  };
}
