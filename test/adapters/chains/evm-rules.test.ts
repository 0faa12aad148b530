/** What holds for EVM chains alone, beside what the conformance suite asks of every chain. */
import { randomBytes } from 'node:crypto';
import {
  concat,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  erc20Abi,
  http,
  type Hex,
  keccak256,
  pad,
  parseTransaction,
  publicActions,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { anvil } from 'viem/chains';
import { createChain } from '../../../adapters/chains';
import { addressOfChild } from '../../../adapters/chains/evm/addresses';
import { type Chain, ChainRefusedRequest, type SeenDeposit } from '../../../adapters/chains/port';
import type { Signer } from '../../../adapters/signers/port';
import { createSeedSigner } from '../../../adapters/signers/seed-signer';
import { type ControlClient, controlClient } from '../../../sandbox/chains/rpc/control-client';
import { assemble } from '../../../sandbox/chains/evm/assembler';
import { jsonRpc } from '../../../sandbox/chains/rpc/json-rpc';
import { startRpcServer } from '../../../sandbox/chains/rpc/server';
import { type EvmSandbox, startEvmSandbox } from '../../../sandbox/chains/evm/server';

const ether = 10n ** 18n;
const feeMax = String(ether / 100n);
const newSigner = (): Signer => createSeedSigner({ keyId: 'evm', curve: 'secp256k1', seed: randomBytes(32) });
const newAddress = (): Hex => privateKeyToAccount(generatePrivateKey()).address;

let sandbox: EvmSandbox;
let control: ControlClient;
let chain: Chain;
let token: string;
const coin = 'eip155:31337/slip44:60';

beforeAll(async () => {
  // As many blocks as are withdrawn below lie above what is final, and more than a search overlaps.
  sandbox = await startEvmSandbox({ port: 0, blocksUntilSafe: 10 });
  control = controlClient(sandbox.url);
  chain = await createChain({ id: 'eip155:31337', url: sandbox.url, timeoutMs: 10_000, headers: {} });
  token = `eip155:31337/erc20:${(await control.order<{ address: string }>('token', { symbol: 'USDC', decimals: 6 })).address}`;
});
afterAll(() => sandbox?.close());

const contract = (): string => token.split(':').at(-1) ?? '';

async function fund(address: string, amounts: { readonly coin?: bigint; readonly token?: bigint }): Promise<void> {
  if (amounts.coin !== undefined) await control.order('fund', { address, amount: String(amounts.coin) });
  if (amounts.token !== undefined) {
    await control.order('mint', { token: contract(), address, amount: String(amounts.token) });
  }
  await control.order('finalize');
}

const request = { reference: 'set_1', index: 0, asset: coin, amount: '1', label: 'Fee' };

/** A payout of the signer's main key, or of a child that an instruction named. */
async function prepared(signer: Signer, to: string, asset: string, amount: string, child?: number) {
  const sender = await addressOfChild(signer, child ?? 0);
  return chain.prepare({
    ...{ from: sender, publicKey: await signer.publicKey(child), payouts: [{ to, asset, amount, tag: null }] },
    ...{ order: { number: (await chain.readOrdering(sender)).next, inputIds: [] }, feeMax, replaces: null },
    ...(child === undefined ? {} : { child }),
  });
}

async function pay(signer: Signer, to: string, asset: string, amount: string, child?: number) {
  const preparation = await prepared(signer, to, asset, amount, child);
  if (preparation.kind !== 'prepared') throw new Error(JSON.stringify(preparation));
  const signed = await chain.sign(preparation.transaction, signer);
  expect(await chain.broadcast(signed)).toEqual({ kind: 'accepted' });
  return signed;
}

test('an endpoint of another chain is refused before anything is read or sent', async () => {
  const other = await createChain({ id: 'eip155:1', url: sandbox.url, timeoutMs: 10_000, headers: {} });
  await expect(other.head()).rejects.toThrow(
    new ChainRefusedRequest('eip155:1', 'wrong_chain', 'The endpoint serves the chain 31337.'),
  );
});

test('the links are those of ERC-681, for the coin and for a token', async () => {
  const signer = newSigner();
  const asked = { ...request, index: 7, amount: '2500000' };
  const native = await chain.depositInstruction(asked, signer);
  expect(native.uri).toBe(`ethereum:${native.address}@31337?value=2500000`);
  const usdc = await chain.depositInstruction({ ...asked, asset: token }, signer);
  expect(usdc.uri?.toLowerCase()).toBe(
    `ethereum:${contract()}@31337/transfer?address=${usdc.address}&uint256=2500000`.toLowerCase(),
  );
  expect([native.child, usdc.child]).toEqual([8, 8]);
  expect(native.address).not.toBe(await chain.addressOf(signer));
});

test('an asset of another chain, or of an unknown kind, is refused', async () => {
  const signer = newSigner();
  for (const asset of ['eip155:1/slip44:60', 'eip155:31337/erc721:0x1', 'eip155:31337/erc20:USDC', '']) {
    await expect(chain.depositInstruction({ ...request, asset }, signer)).rejects.toThrow(ChainRefusedRequest);
  }
});

test('a signer that does not hold the key of the sender signs nothing', async () => {
  const signer = newSigner();
  await fund(await chain.addressOf(signer), { coin: ether });
  const preparation = await prepared(signer, newAddress(), coin, '1');
  if (preparation.kind !== 'prepared') throw new Error(JSON.stringify(preparation));
  await expect(chain.sign(preparation.transaction, newSigner())).rejects.toThrow(/does not hold the key/);
});

test('the signed bytes are a transaction of type 2 of this chain, and their hash is the id', async () => {
  const signer = newSigner();
  await fund(await chain.addressOf(signer), { coin: ether });
  const preparation = await prepared(signer, newAddress(), coin, '5');
  if (preparation.kind !== 'prepared') throw new Error(JSON.stringify(preparation));
  const signed = await chain.sign(preparation.transaction, signer);
  const raw: Hex = `0x${Buffer.from(signed.bytes, 'base64').toString('hex')}`;
  expect(keccak256(raw)).toBe(signed.id);
  expect(parseTransaction(raw)).toMatchObject({ type: 'eip1559', chainId: 31337, value: 5n, gas: 21000n });
});

test('what was paid to an address of a settlement is collected from it, by the child key of the instruction', async () => {
  const signer = newSigner();
  const { address, child } = await chain.depositInstruction({ ...request, index: 3 }, signer);
  await fund(address, { coin: ether, token: 5_000_000n });
  const main = await chain.addressOf(signer);
  await pay(signer, main, token, '5000000', child);
  await control.order('mine');
  expect(await chain.balanceOf(main, token)).toBe('5000000');
  expect(await chain.balanceOf(address, token)).toBe('0');
});

test('a token that came to refuse the destination lands unpaid, with the reason and the fee', async () => {
  const signer = newSigner();
  const [from, to] = [await chain.addressOf(signer), newAddress()];
  await fund(from, { coin: ether, token: 9n });
  const signed = await pay(signer, to, token, '9');
  await control.order('block', { token: contract(), address: to });
  await control.order('mine');
  await control.order('finalize');
  const standing = await chain.standingOf(signed);
  expect(standing).toMatchObject({ kind: 'landed', isFinal: true, paid: [false], failure: 'reverted' });
  const fee = standing.kind === 'landed' ? BigInt(standing.fee) : 0n;
  expect(await chain.balanceOf(from, coin)).toBe(String(ether - fee));
  expect(await chain.balanceOf(from, token)).toBe('9');
});

test('the token itself is no destination', async () => {
  const signer = newSigner();
  await fund(await chain.addressOf(signer), { coin: ether, token: 9n });
  expect(await prepared(signer, contract(), token, '9')).toMatchObject({ kind: 'destination_refuses', payout: 0 });
});

test('a base fee that rises above what is offered keeps the bytes out, and a replacement within the cap gets through', async () => {
  const signer = newSigner();
  await fund(await chain.addressOf(signer), { coin: ether });
  const to = newAddress();
  const stuck = await pay(signer, to, coin, '7');
  await control.order('base_fee', { wei: String(10n ** 11n) });
  await control.order('mine');
  // Anvil forgets what it cannot include; other nodes keep it.
  expect(['waiting', 'unknown']).toContain((await chain.standingOf(stuck)).kind);
  const from = await chain.addressOf(signer);
  const { order, payouts } = stuck.prepared;
  const next = await chain.prepare({
    ...{ from, publicKey: await signer.publicKey(), payouts, order, feeMax, replaces: stuck.prepared },
  });
  if (next.kind !== 'prepared') throw new Error(JSON.stringify(next));
  const signed = await chain.sign(next.transaction, signer);
  expect(await chain.broadcast(signed)).toEqual({ kind: 'accepted' });
  await control.order('mine');
  expect(await chain.standingOf(signed)).toMatchObject({ kind: 'landed', paid: [true] });
  expect(await chain.balanceOf(to, coin)).toBe('7');
  // Sent again, the old bytes are known to be superseded.
  expect((await chain.broadcast(stuck)).kind).toBe('stale');
});

/** A wallet from outside that signs one transaction. */
async function signOutside(to: string | null, value: bigint, data: Hex = '0x'): Promise<Hex> {
  const account = privateKeyToAccount(generatePrivateKey());
  await fund(account.address, { coin: 2n * ether, token: 10n ** 9n });
  const wallet = createWalletClient({ account, chain: anvil, transport: http(sandbox.url) }).extend(publicActions);
  const wish = await wallet.prepareTransactionRequest({
    // Given, not estimated: the least gas with which a contract that swallows failures succeeds is too little for what it calls.
    ...{ to: to as Hex | null, value, data, gas: 500_000n },
    ...{ account, chain: anvil },
  });
  return wallet.signTransaction(wish);
}

async function search(watch: string, asset: string, from: string | null) {
  const found: SeenDeposit[] = [];
  let cursor = from;
  for (let round = 0; round < 4; round += 1) {
    const next = await chain.findDeposits({ watched: [{ watch, asset }], cursor });
    found.push(...next.deposits);
    cursor = next.cursor;
  }
  return { found, cursor };
}

test('a deposit of a token is known by its place in its transaction, wherever that stands in its block', async () => {
  const asked = await chain.depositInstruction({ ...request, index: 9, asset: token }, newSigner());
  const args = [asked.address as Hex, 7n] as const;
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args });
  const raws = [await signOutside(contract(), 0n, data), await signOutside(contract(), 0n, data)];
  const { cursor } = await search(asked.watch, token, null);
  const client = createPublicClient({ chain: anvil, transport: http(sandbox.url) });
  for (const serializedTransaction of raws) await client.sendRawTransaction({ serializedTransaction });
  await control.order('mine');
  const { found } = await search(asked.watch, token, cursor);
  expect(new Set(found.map(({ transactionId, index }) => `${transactionId}:${index}`))).toEqual(
    new Set(raws.map((raw) => `${keccak256(raw)}:1`)),
  );
});

/**
 * A contract that sends the value on to the address in the first word. With 1 in the second it fails after that; with 2 it has itself do so,
 * and goes on as if nothing had happened.
 */
const forwarder = `
  0x20 CALLDATALOAD 0x02 EQ @nested JUMPI
  PUSH0 PUSH0 PUSH0 PUSH0 CALLVALUE PUSH0 CALLDATALOAD GAS CALL
  0x20 CALLDATALOAD @fail JUMPI STOP
nested:
  PUSH0 CALLDATALOAD PUSH0 MSTORE 0x01 0x20 MSTORE
  PUSH0 PUSH0 0x40 PUSH0 CALLVALUE ADDRESS GAS CALL STOP
fail:
  PUSH0 PUSH0 REVERT`;

async function deployForwarder(): Promise<Hex> {
  const client = createPublicClient({ chain: anvil, transport: http(sandbox.url) });
  const code = assemble(forwarder);
  const length = (code.length / 2).toString(16).padStart(2, '0');
  const serializedTransaction = await signOutside(null, 0n, `0x60${length}8060095f395ff3${code}`);
  const id = await client.sendRawTransaction({ serializedTransaction });
  await control.order('mine');
  return (await client.getTransactionReceipt({ hash: id })).contractAddress ?? '0x';
}

test('a coin that a contract sends is found, and not when the call was undone', async () => {
  const asked = await chain.depositInstruction({ ...request, index: 11 }, newSigner());
  const contractAddress = await deployForwarder();
  const data = (way: Hex): Hex => concat([pad(asked.address as Hex), pad(way)]);
  const raws = [
    await signOutside(contractAddress, 3n, data('0x0')),
    await signOutside(contractAddress, 5n, data('0x2')),
    await signOutside(contractAddress, 7n, data('0x0')),
  ];
  const { cursor } = await search(asked.watch, coin, null);
  const client = createPublicClient({ chain: anvil, transport: http(sandbox.url) });
  for (const serializedTransaction of raws) await client.sendRawTransaction({ serializedTransaction });
  await control.order('mine');
  const { found } = await search(asked.watch, coin, cursor);
  const amounts = new Map(found.map((deposit) => [deposit.transactionId, deposit.amount]));
  expect(amounts).toEqual(
    new Map([
      [keccak256(raws[0] ?? '0x'), '3'],
      [keccak256(raws[2] ?? '0x'), '7'],
    ]),
  );
  const [first] = found;
  if (first === undefined) throw new Error('No deposit was found.');
  await control.order('finalize');
  expect(await chain.readDeposit(first)).toEqual({ ...first, isFinal: true });
  expect(await chain.balanceOf(asked.address, coin)).toBe('10');
});

test('an endpoint without traces still shows what is paid directly', async () => {
  await control.fault({
    method: 'trace_filter',
    kind: 'error',
    count: null,
    error: { code: -32601, message: 'the method trace_filter does not exist/is not available' },
  });
  try {
    const plain = await createChain({ id: 'eip155:31337', url: sandbox.url, timeoutMs: 10_000, headers: {} });
    const asked = await plain.depositInstruction({ ...request, index: 13 }, newSigner());
    const client = createPublicClient({ chain: anvil, transport: http(sandbox.url) });
    const serializedTransaction = await signOutside(asked.address, 9n);
    await client.sendRawTransaction({ serializedTransaction });
    await control.order('mine');
    const found = await plain.findDeposits({ watched: [{ watch: asked.watch, asset: coin }], cursor: null });
    expect(found.deposits).toEqual([expect.objectContaining({ amount: '9' })]);
  } finally {
    await control.clearFaults();
  }
});

test('bytes are not dead while a second endpoint shows that they landed', async () => {
  const signer = newSigner();
  await fund(await chain.addressOf(signer), { coin: ether });
  const signed = await pay(signer, newAddress(), coin, '1');
  await control.order('mine');
  await control.order('finalize');
  const second = await startRpcServer({
    port: 0,
    protocol: jsonRpc(),
    orders: {},
    // It lost what it knew about single transactions.
    methods: {
      eth_chainId: () => '0x7a69',
      eth_getTransactionCount: () => '0x1',
      eth_getTransactionReceipt: () => null,
      eth_getTransactionByHash: () => null,
    },
  });
  const connection = { id: 'eip155:31337', timeoutMs: 10_000, headers: {} } as const;
  try {
    const forgetful = await createChain({ ...connection, url: second.url });
    expect((await forgetful.standingOf(signed)).kind).toBe('dead');
    const witnessed = await createChain({ ...connection, url: second.url, witnessUrl: sandbox.url });
    expect(await witnessed.standingOf(signed)).toMatchObject({ kind: 'landed', paid: [true] });
  } finally {
    await second.close();
  }
});

test('a payment that a deep reorg puts into an older block than was searched is found there', async () => {
  const asked = await chain.depositInstruction({ ...request, index: 5, amount: String(ether) }, newSigner());
  const raw = await signOutside(asked.address, ether);
  await control.order('mine', { blocks: 18 });
  const before = await search(asked.watch, coin, null);
  expect(before.found).toEqual([]);
  await control.order('reorg', { depth: 17, include: [[raw, 1]] });
  const { found } = await search(asked.watch, coin, before.cursor);
  expect(new Set(found.map(({ transactionId }) => transactionId))).toEqual(new Set([keccak256(raw)]));
});
