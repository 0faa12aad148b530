/** An unmodified `TonClient` against the double, and the machine's own answers to what payers do wrong. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { comment, internal, type MessageRelaxed, SendMode, toNano } from '@ton/core';
import { type KeyPair, keyPairFromSeed } from '@ton/crypto';
import { TonClient, WalletContractV4, WalletContractV5R1 } from '@ton/ton';
import { type ControlClient, controlClient } from '../../../../sandbox/chains/rpc/control-client';
import { startTonDouble, type TonDouble } from '../../../../sandbox/chains/ton/server';

const keys: KeyPair = keyPairFromSeed(Buffer.alloc(32, 1));
const wallet = WalletContractV5R1.create({ publicKey: keys.publicKey });
const to = WalletContractV5R1.create({ publicKey: keyPairFromSeed(Buffer.alloc(32, 2)).publicKey }).address;

let double: TonDouble;
let control: ControlClient;
let client: TonClient;

async function connect(stateFile?: string): Promise<void> {
  double = await startTonDouble({ port: 0, ...(stateFile === undefined ? {} : { stateFile }) });
  control = controlClient(double.url);
  client = new TonClient({ endpoint: double.endpoint, timeout: 5_000 });
}

beforeEach(async () => {
  await connect();
  await control.order('fund', { address: wallet.address.toString(), nano: toNano(10).toString() });
});
afterEach(() => double.close());

const payment = (value: string): MessageRelaxed =>
  internal({ to, value: toNano(value), bounce: false, body: comment('fee 7') });

const transfer = (seqno: number, messages: MessageRelaxed[], secretKey = keys.secretKey) =>
  wallet.createTransfer({
    seqno,
    secretKey,
    timeout: double.network.state.time + 60,
    sendMode: SendMode.PAY_GAS_SEPARATELY | SendMode.IGNORE_ERRORS,
    messages,
  });

const seqno = (): Promise<number> => client.open(wallet).getSeqno();
const refusal = (error: { response?: { status: number; data: { error: string } } }): string =>
  `${error.response?.status} ${error.response?.data.error}`;
const refused = (sent: Promise<unknown>): Promise<string> => sent.then(() => 'taken', refusal);

test('a wallet is deployed by its first transfer, which the receiver sees with its comment', async () => {
  await client.open(wallet).send(transfer(0, [payment('1.5')]));
  expect(await client.isContractDeployed(wallet.address)).toBe(true);
  expect(await seqno()).toBe(1);
  expect(await client.getBalance(to)).toBe(toNano('1.5'));
  const [seen] = await client.getTransactions(to, { limit: 5 });
  const body = seen?.inMessage?.body.beginParse();
  expect(body?.loadUint(32)).toBe(0);
  expect(body?.loadStringTail()).toBe('fee 7');
});

test('transactions come newest first, in pages that go on where the last one ended', async () => {
  for (let number = 0; number < 5; number += 1) await client.open(wallet).send(transfer(number, [payment('0.1')]));
  const first = await client.getTransactions(wallet.address, { limit: 3 });
  const last = first.at(-1);
  if (last === undefined) throw new Error('No transactions.');
  const second = await client.getTransactions(wallet.address, {
    limit: 10,
    lt: last.lt.toString(),
    hash: last.hash().toString('base64'),
  });
  const times = [...first, ...second].map(({ lt }) => lt);
  expect(times).toHaveLength(6);
  expect(times).toEqual([...times].sort((a, b) => (a < b ? 1 : -1)));
  const floor = await client.getTransactions(wallet.address, { limit: 10, to_lt: last.lt.toString() });
  expect(floor.map(({ lt }) => lt)).toEqual(first.slice(0, 2).map(({ lt }) => lt));
});

describe('the code of the wallet refuses', () => {
  test('the same message twice, a number that is not its turn, and what ran out', async () => {
    const body = transfer(0, [payment('1')]);
    await client.open(wallet).send(body);
    expect(await refused(client.open(wallet).send(body))).toMatch(
      /^500 .*cannot apply external message[^]*exitcode=133/,
    );
    expect(await refused(client.open(wallet).send(transfer(7, [])))).toMatch(/exitcode=133/);
    const late = transfer(1, [payment('1')]);
    await control.order('advance', { seconds: 60 });
    expect(await refused(client.open(wallet).send(late))).toMatch(/exitcode=136/);
    expect(await client.getBalance(to)).toBe(toNano(1));
  });

  test('a signature of another key', async () => {
    const { secretKey } = keyPairFromSeed(Buffer.alloc(32, 3));
    const body = transfer(0, [payment('1')], secretKey);
    expect(await refused(client.open(wallet).send(body))).toMatch(/exitcode=135/);
  });
});

test('version 4 without the flag that ignores errors burns gas for each repetition of a transfer that it cannot pay', async () => {
  const old = WalletContractV4.create({ workchain: 0, publicKey: keys.publicKey });
  await control.order('fund', { address: old.address.toString(), nano: toNano(1).toString() });
  const order = {
    secretKey: keys.secretKey,
    timeout: double.network.state.time + 600,
    sendMode: SendMode.PAY_GAS_SEPARATELY,
  };
  const opened = client.open(old);
  await opened.send(old.createTransfer({ ...order, seqno: 0, messages: [payment('0.1')] }));
  const tooMuch = old.createTransfer({ ...order, seqno: 1, messages: [payment('5')] });
  const balances: bigint[] = [];
  for (let time = 0; time < 3; time += 1) {
    await opened.send(tooMuch);
    balances.push(await client.getBalance(old.address));
    expect(await opened.getSeqno()).toBe(1);
  }
  expect(new Set(balances).size).toBe(3);
});

test('a message that waits is not included before a block, and a dropped one never', async () => {
  await control.order('mining', { mode: 'manual' });
  await client.open(wallet).send(transfer(0, [payment('1')]));
  expect(await seqno()).toBe(0);
  const [waiting = ''] = double.network.state.waiting;
  const { message_hash_norm: hash } = (await (
    await fetch(`${double.url}/api/v3/message`, { method: 'POST', body: JSON.stringify({ boc: waiting }) })
  ).json()) as { message_hash_norm: string };
  expect(double.network.state.waiting).toHaveLength(1);
  await control.order('drop', { hash: Buffer.from(hash, 'base64').toString('hex') });
  await control.order('mine');
  expect(await seqno()).toBe(0);
  await client.open(wallet).send(transfer(0, [payment('2')]));
  await control.order('mine');
  expect(await client.getBalance(to)).toBe(toNano(2));
});

test('a drill: withdrawn blocks take their transactions with them, and the same bytes are taken again', async () => {
  const body = transfer(0, [payment('1')]);
  await client.open(wallet).send(body);
  await control.order('reorg', { depth: 1 });
  expect(await client.getBalance(to)).toBe(0n);
  expect(await client.getTransactions(to, { limit: 5 })).toEqual([]);
  await client.open(wallet).send(body);
  expect(await client.getBalance(to)).toBe(toNano(1));
});

test('what it costs is estimated as it is taken', async () => {
  const body = transfer(0, [payment('1')]);
  const { code: initCode, data: initData } = wallet.init;
  const { source_fees: fees } = await client.estimateExternalMessageFee(wallet.address, {
    body,
    initCode,
    initData,
    ignoreSignature: true,
  });
  await client.open(wallet).send(body);
  const spent = toNano(9) - (await client.getBalance(wallet.address));
  const estimated = BigInt(fees.in_fwd_fee + fees.storage_fee + fees.gas_fee + fees.fwd_fee);
  // Apart by what a block costs in storage.
  expect(estimated - spent).toBeLessThan(1000n);
  expect(spent - estimated).toBeLessThan(1000n);
});

test('the state survives the end of the process', async () => {
  await double.close();
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'ton-')), 'state.jsonl');
  await connect(file);
  await control.order('fund', { address: wallet.address.toString(), nano: toNano(10).toString() });
  await client.open(wallet).send(transfer(0, [payment('1')]));
  await control.order('advance', { seconds: 30 });
  await client.open(wallet).send(transfer(1, [payment('2')]));
  await control.order('reorg', { depth: 1 });
  await control.order('mining', { mode: 'manual' });
  await client.open(wallet).send(transfer(1, [payment('3')]));
  const before = {
    seqno: await seqno(),
    head: await client.getMasterchainInfo(),
    paid: await client.getTransactions(to, { limit: 9 }),
  };
  await double.close();
  await connect(file);
  expect(await seqno()).toBe(before.seqno);
  expect(await client.getMasterchainInfo()).toEqual(before.head);
  expect((await client.getTransactions(to, { limit: 9 })).map(({ lt }) => lt)).toEqual(before.paid.map(({ lt }) => lt));
  await control.order('mine');
  // Its account paid a nano for being kept meanwhile.
  expect(await client.getBalance(to)).toBe(toNano(4) - 1n);
});

test('with a clock the network follows it, and what was mined ahead stays ahead', async () => {
  await double.close();
  let now = 1_800_000_000_000;
  double = await startTonDouble({ port: 0, now: () => now });
  client = new TonClient({ endpoint: double.endpoint });
  control = controlClient(double.url);
  const height = async (): Promise<number> => (await client.getMasterchainInfo()).latestSeqno;
  const first = await height();
  now += 10_000;
  expect(await height()).toBe(first + 10);
  await control.order('advance', { seconds: 100 });
  now += 5_000;
  expect(await height()).toBe(first + 115);
});
