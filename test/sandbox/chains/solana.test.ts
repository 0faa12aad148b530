import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Address, address, createSolanaRpc, generateKeyPairSigner, type Signature } from '@solana/kit';
import { controlClient, type ControlClient } from '../../../sandbox/chains/rpc/control-client';
import { type SolanaSandbox, startSolanaSandbox } from '../../../sandbox/chains/solana/server';

const FINAL_SLOTS = 40;
const open: SolanaSandbox[] = [];

async function start(stateFile?: string): Promise<{ sandbox: SolanaSandbox; control: ControlClient }> {
  const sandbox = await startSolanaSandbox({ port: 0, ...(stateFile === undefined ? {} : { stateFile }) });
  open.push(sandbox);
  return { sandbox, control: controlClient(sandbox.url) };
}
const rpcOf = ({ url }: SolanaSandbox) => createSolanaRpc(url as `http://${string}`);
const newAddress = async (): Promise<Address> => (await generateKeyPairSigner()).address;
const fund = async (control: ControlClient, to: Address): Promise<Signature> =>
  (await control.order<{ signature: Signature }>('fund', { to, lamports: '3000000' })).signature;

afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
});

test('after a restart everything stands as it did: slots, balances, transactions, and what waited', async () => {
  const stateFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'solana-')), 'chain.jsonl');
  const first = await start(stateFile);
  const [to, later] = [await newAddress(), await newAddress()];
  const id = await fund(first.control, to);
  await first.control.order('mine', { slots: FINAL_SLOTS });
  await fund(first.control, later);
  const slot = await rpcOf(first.sandbox).getSlot({ commitment: 'processed' }).send();
  const block = await rpcOf(first.sandbox)
    .getTransaction(id, { encoding: 'json', maxSupportedTransactionVersion: 0 })
    .send();
  await first.sandbox.close();
  open.splice(0);

  const second = await start(stateFile);
  const rpc = rpcOf(second.sandbox);
  expect(second.sandbox.chainId).toBe(first.sandbox.chainId);
  expect(await rpc.getSlot({ commitment: 'processed' }).send()).toBe(slot);
  expect((await rpc.getBalance(to).send()).value).toBe(3_000_000n);
  expect(await rpc.getTransaction(id, { encoding: 'json', maxSupportedTransactionVersion: 0 }).send()).toEqual(block);
  await second.control.order('mine', { slots: FINAL_SLOTS });
  expect((await rpc.getBalance(later).send()).value).toBe(3_000_000n);
});

test('a fork takes back what the withdrawn slots did, and makes other blocks of the same height', async () => {
  const { sandbox, control } = await start();
  const rpc = rpcOf(sandbox);
  const to = await newAddress();
  const id = await fund(control, to);
  await control.order('mine', { slots: 2 });
  const before = await rpc.getLatestBlockhash({ commitment: 'processed' }).send();
  expect((await rpc.getBalance(to, { commitment: 'confirmed' }).send()).value).toBe(3_000_000n);
  await control.order('reorg', { depth: 2 });
  const after = await rpc.getLatestBlockhash({ commitment: 'processed' }).send();
  expect((await rpc.getBalance(to, { commitment: 'processed' }).send()).value).toBe(0n);
  expect((await rpc.getSignatureStatuses([id]).send()).value).toEqual([null]);
  expect(after.value.lastValidBlockHeight).toBe(before.value.lastValidBlockHeight);
  expect(after.value.blockhash).not.toBe(before.value.blockhash);
});

test('commitments, paging and an endpoint that is behind show what they should', async () => {
  const { sandbox, control } = await start();
  const rpc = rpcOf(sandbox);
  const to = await newAddress();
  const ids: Signature[] = [];
  for (const _ of [1, 2, 3]) {
    ids.unshift(await fund(control, to));
    await control.order('mine', { slots: 2 });
  }
  const list = async (options: object): Promise<string[]> =>
    (await rpc.getSignaturesForAddress(to, { commitment: 'confirmed', ...options }).send()).map(
      ({ signature }) => signature,
    );
  expect(await list({})).toEqual(ids);
  expect(await list({ limit: 1 })).toEqual([ids[0]]);
  expect(await list({ before: ids[0] })).toEqual(ids.slice(1));
  expect(await list({ until: ids[2] })).toEqual(ids.slice(0, 2));
  expect(await list({ commitment: 'finalized' })).toEqual([]);
  await control.order('fall_behind', { slots: 2 });
  expect(await list({})).toEqual(ids.slice(1));
  expect((await rpc.getBalance(to, { commitment: 'confirmed' }).send()).value).toBe(6_000_000n);
  const unhealthy = rpc.getHealth().send();
  await expect(unhealthy).rejects.toThrow(/behind/);
});

test('a transaction that was dropped while it waited never lands', async () => {
  const { sandbox, control } = await start();
  const to = await newAddress();
  const id = await fund(control, to);
  expect(await control.order('drop', { id })).toEqual({ dropped: true });
  await control.order('mine', { slots: FINAL_SLOTS });
  expect((await rpcOf(sandbox).getBalance(to).send()).value).toBe(0n);
});

test('tokens are parsed for clients that ask so, and an airdrop is a transaction', async () => {
  const { sandbox, control } = await start();
  const rpc = rpcOf(sandbox);
  const owner = await newAddress();
  const { mint } = await control.order<{ mint: string }>('mint', { name: 'USDC', decimals: 6 });
  await control.order('credit', { mint, owner, amount: '1500000' });
  const airdrop = await rpc.requestAirdrop(owner, 1_000_000_000n as never).send();
  await control.order('mine', { slots: FINAL_SLOTS });
  const held = await rpc.getTokenAccountsByOwner(owner, { mint: address(mint) }, { encoding: 'jsonParsed' }).send();
  expect(held.value[0]?.account.data.parsed.info.tokenAmount).toMatchObject({
    amount: '1500000',
    uiAmountString: '1.5',
  });
  const landed = await rpc.getTransaction(airdrop, { encoding: 'json', maxSupportedTransactionVersion: 0 }).send();
  expect(landed?.meta).toMatchObject({ err: null, fee: 5_000n });
  expect(landed?.meta?.postBalances).toContain(1_000_000_000n);
});
