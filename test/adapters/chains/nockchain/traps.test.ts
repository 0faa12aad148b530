/** What bites on Nockchain in particular. The ledger is a simulator's; keys, ids and notes are those of the project's wasm. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import * as rose from '@nockchain/rose-wasm';
import { createEndpoint } from '../../../../adapters/chains/nockchain/endpoint';
import { firstNameOf } from '../../../../adapters/chains/nockchain/keys';
import { createNockchain } from '../../../../adapters/chains/nockchain';
import { startNockchainDouble } from '../../../../sandbox/chains/nockchain/server';
import { controlClient } from '../../../../sandbox/chains/rpc/control-client';
import {
  allocate,
  askFor,
  assetAt,
  balance,
  cursorNow,
  distinct,
  findAll,
  fundedSigner,
  landedOf,
  payoutOf,
  prepare,
  prepareAndSign,
  sendAndFinalize,
} from '../../../conformance/chains/case';
import { COIN, newAddress, newSigner, NICKS, type NockchainHarness, startNockchainHarness } from './harness';
import { Payer } from './payer';

let harness: NockchainHarness;
beforeAll(async () => {
  harness = await startNockchainHarness();
});
afterAll(() => harness.stop());
afterEach(() => harness.network.heal());

const connection = (url: string) => ({ id: harness.chain.id, url, timeoutMs: 5_000, headers: {} });
const sample = () => assetAt(harness, 0);

/** Empty lists are left out on the wire. */
interface NotesAnswer {
  readonly balance: {
    readonly notes?: readonly {
      readonly note: {
        readonly note_data: { readonly entries?: readonly { readonly key: string; readonly blob: Uint8Array }[] };
      };
    }[];
  };
}
async function memosAt(address: string): Promise<(string | undefined)[]> {
  const request = { first_name: { value: firstNameOf(address) } };
  const answer = await createEndpoint(connection(harness.double.address)).call<NotesAnswer>(
    'WalletGetBalance',
    request,
  );
  const entries = (answer?.balance.notes ?? []).flatMap(({ note }) => note.note_data.entries ?? []);
  return entries.filter(({ key }) => key === 'memo').map(({ blob }) => rose.decodeMemoUtf8(blob));
}

describe('deposits', () => {
  test.each([
    ['6 blocks up to 1,000 NOCK', 1_000n, 6],
    ['100 blocks up to 100,000 NOCK', 1_001n, 100],
    ['400 blocks above', 100_001n, 400],
  ])('are final after %s', async (_, nocks, depth) => {
    const payer = new Payer(harness.double.address, randomBytes(32));
    await harness.fund(payer.address, COIN, String(200_000n * NICKS));
    const asked = await askFor(harness, { ...sample(), sample: String(nocks * NICKS) }, harness.newSigner());
    const cursor = await cursorNow(harness);
    await payer.pay(asked.instruction.address, nocks * NICKS);
    await harness.mine(depth);
    const [early] = distinct((await findAll(harness, [asked], cursor)).deposits);
    await harness.mine(1);
    const [late] = distinct((await findAll(harness, [asked], cursor)).deposits);
    payer.close();
    expect([early?.isFinal, late?.isFinal]).toEqual([false, true]);
  });

  test('stay deposits after their note was spent, and the child key that took them collects them', async () => {
    const signer = harness.newSigner();
    const asked = await askFor(harness, { ...sample(), sample: String(100n * NICKS) }, signer);
    const cursor = await cursorNow(harness);
    await harness.pay(asked.instruction);
    await harness.finalize();
    const [deposit] = distinct((await findAll(harness, [asked], cursor)).deposits);
    if (deposit === undefined || asked.instruction.child === undefined) throw new Error('No deposit was found.');
    const { address: from, child } = asked.instruction;
    const main = await harness.chain.addressOf(signer);
    const preparation = await harness.chain.prepare({
      from,
      child,
      publicKey: '',
      payouts: [payoutOf(main, sample())],
      order: await allocate(harness, from),
      feeMax: harness.feeMax,
      replaces: null,
    });
    if (preparation.kind !== 'prepared') throw new Error('Expected a preparation.');
    const landed = await sendAndFinalize(harness, await harness.chain.sign(preparation.transaction, signer));
    expect(landed.paid).toEqual([true]);
    expect(await balance(harness, main, COIN)).toBe(20n * NICKS);
    expect(await balance(harness, from, COIN)).toBe(80n * NICKS - BigInt(landed.fee));
    expect(await harness.chain.readDeposit(deposit)).toEqual(deposit);
  });

  test('in a block that the explorer keeps although it was withdrawn do not count', async () => {
    const asked = await askFor(harness, sample(), harness.newSigner());
    const cursor = await cursorNow(harness);
    await harness.pay(asked.instruction);
    await harness.mine();
    const [deposit] = (await findAll(harness, [asked], cursor)).deposits;
    if (deposit === undefined) throw new Error('No deposit was found.');
    await harness.reorg(1);
    const orphan = { block_id: { value: deposit.blockHash }, height: String(deposit.height), timestamp: '0' };
    await harness.control.fault({ method: 'GetTransactionBlock', kind: 'answer', result: { block: orphan } });
    expect(await harness.chain.readDeposit(deposit)).toBeNull();
  });

  test('are not seen by the selector that takes an address', async () => {
    const address = newAddress();
    await harness.fund(address, COIN, '1000');
    const endpoint = createEndpoint(connection(harness.double.address));
    const byAddress = await endpoint.call<NotesAnswer>('WalletGetBalance', { address: { value: address } });
    expect(byAddress?.balance.notes ?? []).toEqual([]);
    expect(await balance(harness, address, COIN)).toBe(1_000n);
  });
});

test('an address whose first bytes are zero is one, with one character more or less it is none', () => {
  // Made by the wasm from a key; one in 256 begins like this.
  const address = '1K4ip7GxVN78Fgf55U2siMgxtGMmMdZPkz8i7hMoAZxL9X86PZWKuV';
  expect(harness.chain.checkAddress(address)).toEqual({ kind: 'valid', address });
  for (const wrong of [address.slice(1), `1${address}`, address.slice(0, -1)]) {
    expect(harness.chain.checkAddress(wrong).kind).toBe('invalid');
  }
});

test('what was paid to a child key is collected to the last nick, without reserving anything', async () => {
  const signer = harness.newSigner();
  const { instruction } = await askFor(harness, sample(), signer);
  const { address: from, child = 0 } = instruction;
  for (const nocks of [300n, 200n]) await harness.fund(from, COIN, String(nocks * NICKS));
  const to = await harness.chain.addressOf(signer);
  const collect = (amount: bigint) =>
    harness.chain.prepare({
      ...{ from, child, publicKey: '', replaces: null, feeMax: harness.feeMax },
      payouts: [payoutOf(to, sample(), String(amount))],
      order: { number: null, inputIds: [] },
    });
  const tried = await collect(1n);
  if (tried.kind !== 'prepared') throw new Error('Expected a preparation.');
  const all = 500n * NICKS - BigInt(tried.transaction.fee);
  const final = await collect(all);
  if (final.kind !== 'prepared') throw new Error(`Expected a preparation, got ${JSON.stringify(final)}.`);
  const landed = await sendAndFinalize(harness, await harness.chain.sign(final.transaction, signer));
  expect(landed.paid).toEqual([true]);
  expect(await balance(harness, from, COIN)).toBe(500n * NICKS - all - BigInt(landed.fee));
  expect(await balance(harness, to, COIN)).toBe(all);
});

describe('payouts', () => {
  test('carry their memo on the output, not on the change', async () => {
    const { signer, from } = await fundedSigner(harness, sample());
    const to = newAddress();
    const signed = await prepareAndSign(harness, {
      signer,
      payouts: [{ ...payoutOf(to, sample()), tag: 'settlement 7' }],
    });
    await sendAndFinalize(harness, signed);
    expect(await memosAt(to)).toEqual(['settlement 7']);
    expect(await memosAt(from)).toEqual([]);
  });

  test('have one id, however often they are built and signed', async () => {
    const { signer } = await fundedSigner(harness, sample());
    const payouts = [payoutOf(newAddress(), sample())];
    const first = await prepareAndSign(harness, { signer, payouts });
    const again = await harness.chain.sign(first.prepared, signer);
    const rebuilt = await prepareAndSign(harness, { signer, payouts });
    expect([again.id, rebuilt.id]).toEqual([first.id, first.id]);
  });

  test('that reserve different notes go out together; of two that spend one note one dies', async () => {
    const { signer, from } = await fundedSigner(harness, sample());
    await harness.fund(from, COIN, sample().funds);
    const [one = '', other = ''] = (await allocate(harness, from)).inputIds;
    const to = newAddress();
    const sign = (input: string, tag: string | null) =>
      prepareAndSign(harness, {
        signer,
        payouts: [{ ...payoutOf(to, sample()), tag }],
        order: { number: null, inputIds: [input] },
      });
    const [first, second, rival] = [
      await sign(one, null),
      await sign(other, null),
      await sign(other, 'a dearer rival'),
    ];
    for (const signed of [first, second, rival])
      expect(await harness.chain.broadcast(signed)).toEqual({ kind: 'accepted' });
    await harness.mine();
    expect(await harness.chain.standingOf(second)).toEqual({ kind: 'unknown' });
    await harness.finalize();
    expect(await landedOf(harness, first)).toMatchObject({ paid: [true], isFinal: true });
    expect(await landedOf(harness, rival)).toMatchObject({ paid: [true] });
    expect((await harness.chain.standingOf(second)).kind).toBe('dead');
    expect(await balance(harness, to, COIN)).toBe(2n * BigInt(sample().sample));
  });

  test('that are acknowledged without a signature are never included, and never called dead', async () => {
    const { signer } = await fundedSigner(harness, sample());
    const signed = await prepareAndSign(harness, { signer, payouts: [payoutOf(newAddress(), sample())] });
    const { jam } = JSON.parse(signed.prepared.unsigned) as { jam: string };
    expect(await harness.chain.broadcast({ ...signed, bytes: jam })).toEqual({ kind: 'accepted' });
    await harness.finalize();
    expect(await harness.chain.standingOf(signed)).toEqual({ kind: 'unknown' });
    expect(await sendAndFinalize(harness, signed)).toMatchObject({ paid: [true] });
  });

  test('take as many notes as they need, and pay by the word', async () => {
    const signer = harness.newSigner();
    const from = await harness.chain.addressOf(signer);
    for (let made = 0; made < 3; made += 1) await harness.fund(from, COIN, String(60n * NICKS));
    const signed = await prepareAndSign(harness, {
      signer,
      payouts: [payoutOf(newAddress(), sample(), String(100n * NICKS))],
    });
    expect(signed.prepared.order.inputIds.length).toBe(3);
    expect(BigInt(signed.prepared.fee) % 16_384n).toBe(0n);
    const landed = await sendAndFinalize(harness, signed);
    expect(landed).toMatchObject({ paid: [true], fee: signed.prepared.fee });
    expect(await balance(harness, from, COIN)).toBe(80n * NICKS - BigInt(landed.fee));
  });

  test('to the sender itself, or of what is not reserved, are not built', async () => {
    const { signer, from } = await fundedSigner(harness, sample());
    const self = await prepare(harness, { signer, payouts: [payoutOf(from, sample())] });
    expect(self).toMatchObject({ kind: 'destination_refuses', payout: 0 });
    const payouts = [payoutOf(newAddress(), sample())];
    const nothing = await prepare(harness, { signer, payouts, order: { number: null, inputIds: [] } });
    expect(nothing).toMatchObject({ kind: 'insufficient_funds', held: '0' });
  });

  test('only the key of the sender signs', async () => {
    const { signer } = await fundedSigner(harness, sample());
    const { prepared } = await prepareAndSign(harness, { signer, payouts: [payoutOf(newAddress(), sample())] });
    await expect(harness.chain.sign(prepared, newSigner())).rejects.toMatchObject({ code: 'wrong_signer' });
  });
});

test('after a restart the double stands as it did, with what waits', async () => {
  const stateFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'nockchain-')), 'chain.jsonl');
  const first = await startNockchainDouble({ port: 0, stateFile });
  const payer = new Payer(first.address, randomBytes(32));
  const to = newAddress();
  await controlClient(first.controlUrl).order('fund', { to: payer.address, nicks: String(1_000n * NICKS) });
  await controlClient(first.controlUrl).order('mine');
  await payer.pay(to, NICKS);
  payer.close();
  const head = await createNockchain(connection(first.address)).head();
  await first.close();

  const second = await startNockchainDouble({ port: 0, stateFile });
  const chain = createNockchain(connection(second.address));
  expect(await chain.head()).toEqual(head);
  await controlClient(second.controlUrl).order('mine');
  expect(await chain.balanceOf(to, COIN)).toBe(NICKS.toString());
  await second.close();
});
