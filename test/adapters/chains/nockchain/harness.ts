import { randomBytes, randomUUID } from 'node:crypto';
import * as rose from '@nockchain/rose-wasm';
import { createNockchain, nockchainCapabilities } from '../../../../adapters/chains/nockchain';
import type { Signer } from '../../../../adapters/signers/port';
import { createSeedSigner } from '../../../../adapters/signers/seed-signer';
import { registerAsset } from '../../../../domain/chain/asset';
import { type ControlClient, controlClient } from '../../../../sandbox/chains/rpc/control-client';
import { type NockchainDouble, startNockchainDouble } from '../../../../sandbox/chains/nockchain/server';
import type { ChainHarness, ChainMachine, OutsidePayment } from '../../../conformance/chains/harness';
import { Payer, type SentTransaction } from './payer';

const CHAIN = 'nockchain:double';
export const COIN = `${CHAIN}/native`;
export const NICKS = 65_536n;
/** More than the deepest tier. */
const FINAL_BLOCKS = 401;
const TIMEOUT_MS = 5_000;
/** Notes of the payer: each pays once. */
const PAYER_NOTES = 200;

export const nockchainMachine: ChainMachine = {
  name: 'nockchain',
  capabilities: nockchainCapabilities,
  features: ['reorg', 'swallow', 'refuse', 'network'],
  start: startNockchainHarness,
};

export interface NockchainHarness extends ChainHarness {
  readonly double: NockchainDouble;
  readonly control: ControlClient;
  readonly payer: Payer;
}

export const newSigner = (): Signer =>
  createSeedSigner({ keyId: randomUUID(), curve: 'cheetah', seed: randomBytes(32) });

export const newAddress = (): string => rose.hashPublicKey(rose.deriveMasterKey(randomBytes(32)).publicKey);

export async function startNockchainHarness(): Promise<NockchainHarness> {
  registerAsset({ id: COIN, chain: CHAIN, symbol: 'NOCK', decimals: 16, baseUnits: NICKS });
  const double = await startNockchainDouble({ port: 0 });
  const control = controlClient(double.controlUrl);
  const payer = new Payer(double.address, randomBytes(32));
  const fund = async (to: string, nicks: bigint): Promise<void> =>
    void (await control.order('fund', { to, nicks: nicks.toString() }));
  const mine = async (blocks: number): Promise<void> => void (await control.order('mine', { blocks }));
  for (let made = 0; made < PAYER_NOTES; made += 1) await fund(payer.address, 10_000n * NICKS);
  await mine(FINAL_BLOCKS);
  const outside = (sent: SentTransaction): OutsidePayment => ({ id: sent.id, resend: () => payer.resend(sent) });
  return {
    double,
    control,
    payer,
    chain: createNockchain({ id: CHAIN, url: double.address, timeoutMs: TIMEOUT_MS, headers: {} }),
    assets: [{ id: COIN, sample: (20n * NICKS).toString(), funds: (5_000n * NICKS).toString() }],
    feeMax: (500n * NICKS).toString(),
    addresses: {
      valid: [newAddress(), newAddress()].map((written) => ({ written, kept: written })),
      invalid: ['', newAddress().slice(0, 20), `${newAddress()}11`, '0x52908400098527886E0F7030069857D2E4169EE7'],
    },
    newSigner,
    newDestination: () => Promise.resolve(newAddress()),
    refusingDestination: () => Promise.resolve({ to: newAddress().slice(0, 30), asset: COIN }),
    fund: async (address, _asset, amount) => {
      await fund(address, BigInt(amount));
      await mine(FINAL_BLOCKS);
    },
    pay: async ({ address, amount }, other) => outside(await payer.pay(address, BigInt(other ?? amount))),
    payLookAlike: () => Promise.reject(new Error('The chain has one asset.')),
    payUntied: async ({ amount }, _request, signer) => {
      const key = rose.deriveMasterKey(await signer.revealKey(0));
      return outside(await payer.pay(rose.hashPublicKey(key.publicKey), BigInt(amount)));
    },
    mine: (blocks = 1) => mine(blocks),
    finalize: () => mine(FINAL_BLOCKS),
    reorg: async (depth) => void (await control.order('reorg', { depth })),
    swallowNext: async () => void (await control.order('swallow')),
    expire: () => Promise.reject(new Error('Nothing runs out here.')),
    network: networkOf(control),
    stop: async () => {
      payer.close();
      await double.close();
    },
  };
}

function networkOf(control: ControlClient): ChainHarness['network'] {
  return {
    loseNextAnswer: () => control.fault({ method: 'WalletSendTransaction', kind: 'cut', moment: 'after' }),
    failNext: (requests, status) =>
      control.fault(
        status === 429 ? { kind: 'rate_limit', count: requests } : { kind: 'unavailable', status, count: requests },
      ),
    fallBehind: async (blocks) => void (await control.order('fall_behind', { blocks })),
    heal: async () => {
      await control.clearFaults();
      await control.order('fall_behind', { blocks: 0 });
    },
  };
}
