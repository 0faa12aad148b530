/** Unmodified cosmjs against the double. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Secp256k1HdWallet } from '@cosmjs/amino';
import { DirectSecp256k1Wallet } from '@cosmjs/proto-signing';
import { coins, GasPrice, SigningStargateClient, StargateClient } from '@cosmjs/stargate';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { type ControlClient, controlClient } from '../../../../sandbox/chains/rpc/control-client';
import { type CosmosDouble, startCosmosDouble } from '../../../../sandbox/chains/cosmos/server';

const TO = 'cosmos1pkptre7fdkl6gfrzlesjjvhxhlc3r4gmmk8rs6';
const FEE = { amount: coins(2000, 'uatom'), gas: '200000' };

let double: CosmosDouble;
let control: ControlClient;
let address: string;
let client: SigningStargateClient;

async function connect(stateFile?: string): Promise<void> {
  double = await startCosmosDouble({ port: 0, ...(stateFile === undefined ? {} : { stateFile }) });
  control = controlClient(double.url);
  const wallet = await DirectSecp256k1Wallet.fromKey(new Uint8Array(32).fill(7), 'cosmos');
  address = (await wallet.getAccounts())[0]?.address ?? '';
  const options = { gasPrice: GasPrice.fromString('0.01uatom'), broadcastPollIntervalMs: 10 };
  client = await SigningStargateClient.connectWithSigner(double.url, wallet, options);
}

beforeEach(async () => {
  await connect();
  await control.order('fund', { address, denom: 'uatom', amount: '1000000' });
});
afterEach(() => double.close());

const send = (amount: number, memo = '') =>
  [
    {
      typeUrl: '/cosmos.bank.v1beta1.MsgSend',
      value: { fromAddress: address, toAddress: TO, amount: coins(amount, 'uatom') },
    },
    memo,
  ] as const;

async function signed(amount: number): Promise<Uint8Array> {
  const [message] = send(amount);
  return TxRaw.encode(await client.sign(address, [message], FEE, '')).finish();
}

test('a transfer with simulated gas is signed, included, and found by its receiver with its memo', async () => {
  const sent = await client.sendTokens(address, TO, coins(1234, 'uatom'), 'auto', 'fee 7');
  expect(sent.code).toBe(0);
  const [found] = await client.searchTx([{ key: 'transfer.recipient', value: TO }]);
  expect(found).toMatchObject({ hash: sent.transactionHash, height: sent.height, code: 0 });
  expect(await client.getBalance(TO, 'uatom')).toEqual({ denom: 'uatom', amount: '1234' });
  expect((await client.getBlock(sent.height)).txs).toHaveLength(1);
  expect(await client.getSequence(address)).toEqual({ accountNumber: 1n, sequence: 1 });
});

test('signatures are verified: one of another key is refused', async () => {
  const bytes = await signed(5);
  const raw = TxRaw.decode(bytes);
  const forged = TxRaw.encode({ ...raw, signatures: [new Uint8Array(64).fill(1)] }).finish();
  await expect(client.broadcastTxSync(forged)).rejects.toMatchObject({ code: 4 });
  await client.broadcastTxSync(bytes);
});

test('signatures in the old sign mode are refused, for the double knows one mode', async () => {
  const amino = await Secp256k1HdWallet.generate(12, { prefix: 'cosmos' });
  const [account] = await amino.getAccounts();
  await control.order('fund', { address: account?.address, denom: 'uatom', amount: '1000000' });
  const other = await SigningStargateClient.connectWithSigner(double.url, amino);
  await expect(other.sendTokens(account?.address ?? '', TO, coins(1, 'uatom'), FEE)).rejects.toMatchObject({ code: 4 });
});

test('refusals carry the codes of the SDK', async () => {
  const bytes = await signed(5);
  await client.broadcastTxSync(bytes);
  await expect(client.broadcastTxSync(bytes)).rejects.toThrow('tx already exists in cache');
  const [message] = send(1);
  const poor = TxRaw.encode(await client.sign(address, [message], { ...FEE, amount: coins(1, 'uatom') }, '')).finish();
  await expect(client.broadcastTxSync(poor)).rejects.toMatchObject({ code: 13 });
  const explicit = { accountNumber: 1n, sequence: 9, chainId: 'cosmoshub-4' };
  const ahead = TxRaw.encode(await client.sign(address, [message], FEE, '', explicit)).finish();
  await expect(client.broadcastTxSync(ahead)).rejects.toMatchObject({ code: 32 });
  const ended = TxRaw.encode(await client.sign(address, [message], FEE, '', undefined, 1n)).finish();
  await expect(client.broadcastTxSync(ended)).rejects.toMatchObject({ code: 30 });
  await expect(client.getSequence('cosmos1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9')).rejects.toThrow(
    'does not exist on chain',
  );
});

test('a transaction waits for a block when mining is manual, and a dropped one is never included', async () => {
  await control.order('mining', { mode: 'manual' });
  const bytes = await signed(5);
  const id = await client.broadcastTxSync(bytes);
  expect(await client.getTx(id)).toBeNull();
  await control.order('drop', { id });
  await control.order('mine');
  expect(await client.getTx(id)).toBeNull();
  await client.broadcastTxSync(bytes);
  await control.order('mine', { blocks: 3 });
  expect(await client.getTx(id)).toMatchObject({ code: 0 });
});

test('the state survives the end of the process', async () => {
  await double.close();
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'cosmos-')), 'state.jsonl');
  await connect(file);
  await control.order('fund', { address, denom: 'uatom', amount: '1000000' });
  const { transactionHash } = await client.sendTokens(address, TO, coins(10, 'uatom'), FEE);
  await control.order('mining', { mode: 'manual' });
  await client.broadcastTxSync(await signed(7));
  const before = await client.getBlock();
  await double.close();
  await connect(file);
  expect(await client.getBlock()).toEqual(before);
  expect(await client.getTx(transactionHash)).toMatchObject({ code: 0 });
  await control.order('mine');
  expect((await client.getBalance(TO, 'uatom')).amount).toBe('17');
});

test('with a clock blocks come by it', async () => {
  await double.close();
  let now = 1_800_000_000_000;
  double = await startCosmosDouble({ port: 0, now: () => now });
  const reader = await StargateClient.connect(double.url);
  const first = await reader.getHeight();
  now += 60_000;
  expect(await reader.getHeight()).toBe(first + 10);
});
