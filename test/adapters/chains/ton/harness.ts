import { randomBytes, randomUUID } from 'node:crypto';
import { Address } from '@ton/core';
import { registerAsset } from '../../../../domain/chain/asset';
import { coinOf, MAIN_NETWORK } from '../../../../adapters/chains/ton/assets';
import { tonCapabilities } from '../../../../adapters/chains/ton/capabilities';
import { createTonChain } from '../../../../adapters/chains/ton';
import type { DepositInstruction } from '../../../../adapters/chains/port';
import { createSeedSigner } from '../../../../adapters/signers/seed-signer';
import { type ControlClient, controlClient } from '../../../../sandbox/chains/rpc/control-client';
import { startTonDouble, type TonDouble } from '../../../../sandbox/chains/ton/server';
import type { ChainHarness, ChainMachine, OutsidePayment } from '../../../conformance/chains/harness';
import { Payer, readUri, type Sent } from './payer';

const COIN = coinOf(MAIN_NETWORK);
const TON = 1_000_000_000n;
const JETTON = 'Tether USD';
const LOOK_ALIKE = 'Tether USD of somebody else';
const STRANGER = new Address(0, Buffer.alloc(32));

/** Beyond the end of every message that anybody signed until now. */
const EXPIRY_SECONDS = 200;
/** Generous: a batch of 255 is much for a machine that others share. */
const TIMEOUT_MS = 20_000;

export const tonMachine: ChainMachine = {
  name: 'ton',
  capabilities: tonCapabilities,
  features: ['look_alike', 'swallow', 'expire', 'refuse', 'network'],
  start: startTonHarness,
};

export interface TonHarness extends ChainHarness {
  readonly double: TonDouble;
  readonly control: ControlClient;
  readonly payer: Payer;
  /** Master of the jetton. */
  readonly jetton: Address;
}

/** The double with a payer outside. */
export async function startTonHarness(): Promise<TonHarness> {
  const double = await startTonDouble({ port: 0 });
  const control = controlClient(double.url);
  const payer = new Payer(double.endpoint, randomBytes(32), () => double.network.state.time);
  const fund = async (address: string, asset: string, amount: string): Promise<void> => {
    if (asset === COIN) await control.order('fund', { address, nano: amount });
    else await control.order('mint', { name: JETTON, owner: address, units: amount });
  };
  const own = payer.wallet.address.toString();
  await fund(own, COIN, (100_000n * TON).toString());
  const masters: Address[] = [];
  for (const name of [JETTON, LOOK_ALIKE]) {
    const { master } = await control.order<{ master: string }>('mint', { name, owner: own, units: '1000000000000' });
    masters.push(Address.parse(master));
  }
  const [master = STRANGER, lookAlike = STRANGER] = masters;
  const jetton = registerAsset({
    id: `${MAIN_NETWORK}/jetton:${master.toString()}`,
    chain: MAIN_NETWORK,
    symbol: 'USDT',
    decimals: 6,
    baseUnits: null,
  });
  const payment = ({ id, boc }: Sent): OutsidePayment => ({ id, resend: () => payer.resend(boc) });
  const pay = async (instruction: DepositInstruction, amount?: string): Promise<OutsidePayment> => {
    const parts = readUri(instruction.uri ?? '');
    return payment(await payer.pay({ ...parts, amount: BigInt(amount ?? parts.amount) }));
  };
  const stranger = (): Address => new Address(0, randomBytes(32));
  return {
    double,
    control,
    payer,
    chain: createTonChain({ id: MAIN_NETWORK, url: `${double.url}/api`, timeoutMs: TIMEOUT_MS, headers: {} }),
    jetton: master,
    assets: [
      { id: COIN, sample: '1500000000', funds: (100n * TON).toString() },
      { id: jetton.id, sample: '2500000', funds: '100000000' },
    ],
    feeMax: '200000000',
    addresses: addressesOf(stranger()),
    newSigner: () => createSeedSigner({ keyId: randomUUID(), curve: 'ed25519', seed: randomBytes(32) }),
    newDestination: async () => stranger().toString({ bounceable: false }),
    refusingDestination: async () => ({ to: stranger().toString({ testOnly: true }), asset: COIN }),
    fund,
    pay,
    payLookAlike: async (instruction) =>
      payment(await payer.pay({ ...readUri(instruction.uri ?? ''), jetton: lookAlike })),
    payUntied: async (instruction) => payment(await payer.pay({ ...readUri(instruction.uri ?? ''), text: null })),
    mine: async (blocks = 1) => void (await control.order('mine', { blocks })),
    finalize: async () => void (await control.order('mine', { blocks: 1 })),
    reorg: async (depth) => void (await control.order('reorg', { depth })),
    swallowNext: async () => void (await control.order('swallow')),
    expire: async () => void (await control.order('advance', { seconds: EXPIRY_SECONDS })),
    network: networkOf(control),
    stop: () => double.close(),
  };
}

function networkOf(control: ControlClient): ChainHarness['network'] {
  return {
    loseNextAnswer: () => control.fault({ method: 'sendBoc', kind: 'cut', moment: 'after' }),
    failNext: (requests, status) =>
      control.fault(
        status === 500
          ? { kind: 'error', error: { code: 500, message: 'LITE_SERVER_NETWORK' }, count: requests }
          : { kind: status === 429 ? 'rate_limit' : 'unavailable', count: requests },
      ),
    fallBehind: async (blocks) => void (await control.order('fall_behind', { blocks })),
    heal: async () => {
      await control.clearFaults();
      await control.order('fall_behind', { blocks: 0 });
    },
  };
}

function addressesOf(address: Address): ChainHarness['addresses'] {
  const kept = address.toString({ bounceable: false });
  const letter = kept.at(20) === 'A' ? 'B' : 'A';
  return {
    valid: [
      { written: address.toString(), kept },
      { written: address.toRawString(), kept },
      { written: address.toString({ urlSafe: false }), kept },
      { written: ` ${kept} `, kept },
    ],
    invalid: [
      '',
      kept.slice(0, 40),
      `${kept.slice(0, 20)}${letter}${kept.slice(21)}`,
      address.toString({ testOnly: true }),
      `7:${'ab'.repeat(32)}`,
      '0x00000000000000000000000000000000000000aa',
    ],
  };
}
