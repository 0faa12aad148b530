import { MsgMultiSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx';
import { createCosmosChain } from '../../../../adapters/chains/cosmos';
import type { Signer } from '../../../../adapters/signers/port';
import {
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
} from '../../../conformance/chains/case';
import { startCosmosDouble } from '../../../../sandbox/chains/cosmos/server';
import { type CosmosHarness, startCosmosHarness } from './harness';

let harness: CosmosHarness;
beforeAll(async () => {
  harness = await startCosmosHarness();
});
afterAll(() => harness.stop());
afterEach(() => harness.network.heal());

const coin = () => assetAt(harness, 0);

const signedAs = async (signer: Signer, number: number, amount = coin().sample) =>
  prepareAndSign(harness, {
    signer,
    payouts: [payoutOf(await harness.newDestination(), coin(), amount)],
    order: { number, inputIds: [] },
  });

describe('what a node answers to bytes', () => {
  test('a fee that the price of gas has overtaken cannot go in, and is not dead before its end', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const payouts = [payoutOf(await harness.newDestination(), coin())];
    const cheap = await prepareAndSign(harness, { signer, payouts });
    await harness.control.order('gas_price', { micro: '50000' });
    expect(await harness.chain.broadcast(cheap)).toEqual({
      kind: 'stale',
      reason: expect.stringContaining('insufficient fee'),
    });
    expect(await harness.chain.standingOf(cheap)).toEqual({ kind: 'unknown' });
    await harness.expire();
    expect(await harness.chain.standingOf(cheap)).toEqual({ kind: 'dead', reason: 'It ran out.' });
    const dear = await prepareAndSign(harness, { signer, payouts, replaces: cheap.prepared });
    expect(BigInt(dear.prepared.fee)).toBeGreaterThan(BigInt(cheap.prepared.fee));
    expect(await harness.chain.broadcast(dear)).toEqual({ kind: 'accepted' });
    await harness.control.order('gas_price', { micro: '5000' });
  });

  test('a sequence before which another one is missing waits for it, and is not stale', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const [first, second] = [await signedAs(signer, 0), await signedAs(signer, 1)];
    await expect(harness.chain.broadcast(second)).rejects.toMatchObject({ name: 'ChainUnavailable' });
    expect(await harness.chain.broadcast(first)).toEqual({ kind: 'accepted' });
    expect(await harness.chain.broadcast(second)).toEqual({ kind: 'accepted' });
    expect(await landedOf(harness, second)).toMatchObject({ paid: [true] });
  });

  test('a signature that was touched is refused for good', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const signed = await signedAs(signer, 0);
    const bytes = Buffer.from(signed.bytes, 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const touched = { ...signed, id: 'AB'.repeat(32), bytes: bytes.toString('base64') };
    expect((await harness.chain.broadcast(touched)).kind).toBe('refused');
  });

  test('a node of another chain is a wrong configuration', async () => {
    const other = await startCosmosDouble({ port: 0, chainId: 'cosmoshub-testnet' });
    const chain = createCosmosChain({ id: 'cosmos:cosmoshub-4', url: other.url, timeoutMs: 5_000, headers: {} });
    await expect(chain.head()).rejects.toMatchObject({ name: 'ChainRefusedRequest', code: 'wrong_chain' });
    await other.close();
  });
});

describe('included is not paid', () => {
  test('a transaction that fails in its block pays nobody, and takes fee and sequence all the same', async () => {
    const { signer, from } = await fundedSigner(harness, coin());
    const most = '150000000';
    const [first, second] = [await signedAs(signer, 0, most), await signedAs(signer, 1, most)];
    await harness.chain.broadcast(first);
    const before = await balance(harness, from, coin().id);
    await harness.chain.broadcast(second);
    const landed = await landedOf(harness, second);
    expect(landed).toMatchObject({
      paid: [false],
      isFinal: true,
      failure: expect.stringMatching(/code 5: .*insufficient funds/),
    });
    expect(await balance(harness, from, coin().id)).toBe(before - BigInt(landed.fee));
    expect(landed.fee).toBe(second.prepared.fee);
    expect((await harness.chain.readOrdering(from)).next).toBe(2);
  });

  test('as many payouts as are declared fit into one transaction', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const count = harness.chain.capabilities.payoutsMax;
    const payouts = await Promise.all(
      Array.from({ length: count }, async () => payoutOf(await harness.newDestination(), coin(), '7')),
    );
    const signed = await prepareAndSign(harness, { signer, payouts });
    expect(await harness.chain.broadcast(signed)).toEqual({ kind: 'accepted' });
    expect((await landedOf(harness, signed)).paid).toEqual(payouts.map(() => true));
  });

  test('payouts with tags of their own do not share a transaction, for it has one memo', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const to = await harness.newDestination();
    const payouts = ['7', '8'].map((tag) => ({ ...payoutOf(to, coin()), tag }));
    await expect(prepare(harness, { signer, payouts })).rejects.toMatchObject({ code: 'wrong_request' });
  });
});

describe('an index that is late', () => {
  test('proves nothing: bytes are not dead because it does not show them', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const signed = await signedAs(signer, 0);
    await harness.chain.broadcast(signed);
    const nothing = {
      method: 'tx_search',
      kind: 'answer',
      result: { txs: [], total_count: '0' },
      count: null,
    } as const;
    await harness.control.fault(nothing);
    expect(await harness.chain.standingOf(signed)).toEqual({ kind: 'unknown' });
    await harness.expire();
    expect(await harness.chain.standingOf(signed)).toEqual({ kind: 'unknown' });
    await harness.control.clearFaults();
    expect(await landedOf(harness, signed)).toMatchObject({ paid: [true] });
  });

  test('and neither does a node that is behind, after the end of bytes that never came', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const signed = await signedAs(signer, 0);
    await harness.expire();
    await harness.network.fallBehind(55);
    expect(await harness.chain.standingOf(signed)).toEqual({ kind: 'unknown' });
    await harness.network.heal();
    expect((await harness.chain.standingOf(signed)).kind).toBe('dead');
  });
});

describe('deposits', () => {
  const multiSend = (to: string, amounts: readonly string[]) => {
    const coinsOf = (amount: string) => [{ denom: 'uatom', amount }];
    const total = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n).toString();
    return {
      typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend',
      value: MsgMultiSend.fromPartial({
        inputs: [{ address: harness.payer.address, coins: coinsOf(total) }],
        outputs: amounts.map((amount) => ({ address: to, coins: coinsOf(amount) })),
      }),
    };
  };

  test('of one transaction are told apart, whatever message made them', async () => {
    const asked = await askFor(harness, coin(), harness.newSigner());
    const cursor = await cursorNow(harness);
    const { address, tag } = asked.instruction;
    await harness.payer.send([multiSend(address, ['5', '5']), multiSend(address, ['7'])], tag ?? '');
    const found = distinct((await findAll(harness, [asked], cursor)).deposits);
    expect(found.map(({ amount }) => amount)).toEqual(['5', '5', '7']);
    expect(new Set(found.map(({ transactionId }) => transactionId)).size).toBe(1);
    for (const deposit of found) expect(await harness.chain.readDeposit(deposit)).toEqual(deposit);
  });

  test('of a transaction that failed are none', async () => {
    const asked = await askFor(harness, coin(), harness.newSigner());
    const cursor = await cursorNow(harness);
    const { address, tag } = asked.instruction;
    await harness.payer.send([multiSend(address, ['5']), multiSend(address, ['9000000000000000'])], tag ?? '');
    expect((await findAll(harness, [asked], cursor)).deposits).toEqual([]);
  });

  test('are tied by a memo with blanks around it, and by none that only looks like the tag', async () => {
    const asked = await askFor(harness, coin(), harness.newSigner());
    const cursor = await cursorNow(harness);
    const { address, tag } = asked.instruction;
    for (const memo of [` ${tag} `, `${tag}0`, (tag ?? '').toUpperCase(), `for ${tag}`]) {
      await harness.payer.send([multiSend(address, ['5'])], memo);
    }
    expect(distinct((await findAll(harness, [asked], cursor)).deposits)).toHaveLength(1);
  });

  test('are found on every page of a long answer', async () => {
    const asked = await askFor(harness, coin(), harness.newSigner());
    const cursor = await cursorNow(harness);
    for (let payment = 0; payment < 35; payment += 1) await harness.pay(asked.instruction);
    expect(distinct((await findAll(harness, [asked], cursor)).deposits)).toHaveLength(35);
  });
});
