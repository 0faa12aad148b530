import {
  Address,
  beginCell,
  Cell,
  comment,
  external,
  internal,
  loadMessage,
  type Message,
  storeMessage,
} from '@ton/core';
import { jettonTransferBody } from '../../../../adapters/chains/ton/bodies';
import type { Signer } from '../../../../adapters/signers/port';
import { jettonTransferOf } from './jettons';
import { readUri } from './payer';
import { type TonHarness, startTonHarness } from './harness';
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
  prepareAndSign,
} from '../../../conformance/chains/case';

let harness: TonHarness;
beforeAll(async () => {
  harness = await startTonHarness();
});
afterAll(() => harness.stop());

const TON = 1_000_000_000n;
const coin = () => assetAt(harness, 0);
const jetton = () => assetAt(harness, 1);
const tons = (count: bigint): string => (count * TON).toString();

/** Bytes with this number, prepared while the wallet holds all of its 100. */
const signedAs = async (signer: Signer, number: number, amounts: readonly bigint[]) => {
  const destinations = await Promise.all(amounts.map(() => harness.newDestination()));
  const payouts = amounts.map((amount, index) => payoutOf(destinations[index] ?? '', coin(), tons(amount)));
  return prepareAndSign(harness, { signer, payouts, order: { number, inputIds: [] } });
};

const deliver = (message: ReturnType<typeof internal>, from: Address, flags: { readonly bounced?: boolean } = {}) => {
  const { info } = message;
  if (info.type !== 'internal') throw new Error('Only internal messages are delivered.');
  const sent = { ...message, info: { ...info, ...flags, src: from } } as Message;
  const boc = beginCell().store(storeMessage(sent)).endCell().toBoc().toString('base64');
  return harness.control.order('deliver', { boc, from: from.toString() });
};

const stranger = new Address(0, Buffer.alloc(32, 0x55));

describe('sent is not paid', () => {
  test('a wallet that holds too little by then sends nothing, and its transaction succeeds all the same', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const [first, second] = [await signedAs(signer, 0, [60n]), await signedAs(signer, 1, [60n])];
    for (const signed of [first, second]) expect(await harness.chain.broadcast(signed)).toEqual({ kind: 'accepted' });
    expect(await landedOf(harness, first)).toMatchObject({ paid: [true], failure: null, isFinal: true });
    expect(await landedOf(harness, second)).toMatchObject({
      paid: [false],
      failure: 'The wallet had too little to send it.',
      isFinal: true,
    });
    expect((await harness.chain.readOrdering(second.prepared.from)).next).toBe(2);
  });

  test('of a batch, those are paid that were sent, wherever one was left out', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const [first, second] = [await signedAs(signer, 0, [60n]), await signedAs(signer, 1, [10n, 80n, 9n])];
    await harness.chain.broadcast(first);
    const before = await balance(harness, second.prepared.from, coin().id);
    await harness.chain.broadcast(second);
    const landed = await landedOf(harness, second);
    expect(landed.paid).toEqual([true, false, true]);
    expect(await balance(harness, second.prepared.from, coin().id)).toBe(before - 19n * TON - BigInt(landed.fee));
  });

  test('a message that is still on its way has not paid, and the payout is not final', async () => {
    const { signer } = await fundedSigner(harness, jetton());
    const signed = await prepareAndSign(harness, {
      signer,
      payouts: [payoutOf(await harness.newDestination(), jetton())],
    });
    await harness.control.order('delivery', { mode: 'next_block' });
    await harness.chain.broadcast(signed);
    const seen: { readonly isFinal: boolean; readonly paid: readonly boolean[] }[] = [];
    for (let block = 0; block < 4; block += 1) {
      const { isFinal, paid } = await landedOf(harness, signed);
      seen.push({ isFinal, paid });
      await harness.mine();
    }
    await harness.control.order('delivery', { mode: 'at_once' });
    expect(seen).toEqual([
      { isFinal: false, paid: [false] },
      { isFinal: false, paid: [false] },
      // Credited, while the rest of the gas is on its way home: the fee is not known yet.
      { isFinal: false, paid: [true] },
      { isFinal: true, paid: [true] },
    ]);
  });

  test('a jetton that its sender spent meanwhile is not paid, and the gas comes back', async () => {
    const { signer, from } = await fundedSigner(harness, jetton());
    const all = [payoutOf(await harness.newDestination(), jetton(), jetton().funds)];
    const order = (number: number) => ({ number, inputIds: [] });
    const [first, second] = [
      await prepareAndSign(harness, { signer, payouts: all, order: order(0) }),
      await prepareAndSign(harness, { signer, payouts: all, order: order(1) }),
    ];
    await harness.chain.broadcast(first);
    const before = await balance(harness, from, coin().id);
    await harness.chain.broadcast(second);
    const landed = await landedOf(harness, second);
    expect(landed).toMatchObject({ paid: [false], failure: 'Our jetton wallet refused the transfer.', isFinal: true });
    expect(await balance(harness, from, coin().id)).toBe(before - BigInt(landed.fee));
  });
});

test('as many payouts as are declared fit into one transaction, coins and jettons, and all are paid', async () => {
  const { signer, from } = await fundedSigner(harness, jetton());
  const { payoutsMax } = harness.chain.capabilities;
  const destinations = await Promise.all(Array.from({ length: payoutsMax }, () => harness.newDestination()));
  const payouts = destinations.map((to, index) => payoutOf(to, index % 8 === 0 ? jetton() : coin(), '1000'));
  const before = await balance(harness, from, coin().id);
  const signed = await prepareAndSign(harness, { signer, payouts, feeMax: tons(10n) });
  // A network takes a message at once, and carries it out later.
  await harness.control.order('mining', { mode: 'manual' });
  await harness.chain.broadcast(signed);
  await harness.mine();
  await harness.control.order('mining', { mode: 'auto' });
  const landed = await landedOf(harness, signed);
  expect(landed.paid).toEqual(destinations.map(() => true));
  const coins = 1000n * BigInt(payouts.filter(({ asset }) => asset === coin().id).length);
  expect(await balance(harness, from, coin().id)).toBe(before - coins - BigInt(landed.fee));
});

describe('what an endpoint says', () => {
  test('bytes that the index does not show yet are not dead, however used their number is', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const signed = await signedAs(signer, 0, [1n]);
    await harness.chain.broadcast(signed);
    await harness.control.fault({
      method: 'v3/transactionsByMessage',
      kind: 'answer',
      result: { transactions: [], address_book: {} },
      count: null,
    });
    expect(await harness.chain.standingOf(signed)).toEqual({ kind: 'waiting' });
    await harness.expire();
    expect(await harness.chain.standingOf(signed)).toEqual({ kind: 'waiting' });
    await harness.control.clearFaults();
    expect(await landedOf(harness, signed)).toMatchObject({ paid: [true] });
  });

  test('a node that does not say which number comes next is an outage, not number 0', async () => {
    const { from } = await fundedSigner(harness, coin());
    await harness.control.fault({ method: 'getAddressInformation', kind: 'answer', result: {}, count: 1 });
    await expect(harness.chain.readOrdering(from)).rejects.toMatchObject({ name: 'ChainUnavailable' });
  });

  test('bytes whose signature was touched are refused for good', async () => {
    const { signer } = await fundedSigner(harness, coin());
    const signed = await signedAs(signer, 0, [1n]);
    const bytes = Buffer.from(signed.bytes, 'base64');
    const message = loadMessage(Cell.fromBoc(bytes)[0]?.beginParse() ?? beginCell().endCell().beginParse());
    const bits = message.body.beginParse();
    const kept = bits.loadBits(message.body.bits.length - 512);
    const body = beginCell().storeBits(kept).storeBuffer(Buffer.alloc(64, 1));
    for (const ref of message.body.refs) body.storeRef(ref);
    const forged = external({
      to: (message.info as { readonly dest: Address }).dest,
      body: body.endCell(),
      init: message.init ?? null,
    });
    const boc = beginCell().store(storeMessage(forged)).endCell().toBoc();
    const outcome = await harness.chain.broadcast({ ...signed, id: 'ab'.repeat(32), bytes: boc.toString('base64') });
    expect(outcome).toEqual({ kind: 'refused', reason: expect.stringContaining('135') });
  });
});

describe('what is no deposit', () => {
  const found = async (pay: (address: Address, tag: string) => Promise<unknown>, at = 0) => {
    const asked = await askFor(harness, assetAt(harness, at), harness.newSigner());
    const cursor = await cursorNow(harness);
    await pay(Address.parse(asked.instruction.address), asked.instruction.tag ?? '');
    return (await findAll(harness, [asked], cursor)).deposits;
  };

  test('a message that came back', async () => {
    const bounced = await found((to, tag) =>
      deliver(internal({ to, value: TON, bounce: false, body: comment(tag) }), stranger, { bounced: true }),
    );
    expect(bounced).toEqual([]);
  });

  test('a payment that bounced off a wallet that does not exist yet', async () => {
    const returned = await found((to, tag) =>
      deliver(internal({ to, value: TON, bounce: true, body: comment(tag) }), stranger),
    );
    expect(returned).toEqual([]);
  });

  test('a comment that only looks like the tag', async () => {
    const like = await found(async (to, tag) => {
      for (const text of [tag.toUpperCase(), `${tag}0`, tag.slice(0, -1), `x ${tag}`]) {
        await harness.payer.payCoin({ to, amount: TON, text, jetton: null });
      }
    });
    expect(like).toEqual([]);
  });

  test('a notification of a jetton that does not come from our jetton wallet', async () => {
    const forged = await found((to, tag) => {
      const body = beginCell()
        .storeUint(0x7362d09c, 32)
        .storeUint(0, 64)
        .storeCoins(2_500_000)
        .storeAddress(stranger)
        .storeMaybeRef(comment(tag))
        .endCell();
      return deliver(internal({ to, value: TON, bounce: false, body }), stranger);
    }, 1);
    expect(forged).toEqual([]);
  });

  test('a credit that a stranger claims to our jetton wallet, which refuses it', async () => {
    const forged = await found(async (to, tag) => {
      await harness.fund(to.toString(), jetton().id, '1');
      const wallet = await harness.payer.jettonWallet(harness.jetton, to);
      const body = beginCell()
        .storeUint(0x178d4519, 32)
        .storeUint(0, 64)
        .storeCoins(2_500_000)
        .storeAddress(stranger)
        .storeAddress(stranger)
        .storeCoins(1)
        .storeMaybeRef(comment(tag))
        .endCell();
      await deliver(internal({ to: wallet, value: TON, bounce: false, body }), stranger);
    }, 1);
    expect(forged).toEqual([]);
  });
});

describe('what is a deposit all the same', () => {
  test('a comment with blanks around it', async () => {
    const asked = await askFor(harness, coin(), harness.newSigner());
    const cursor = await cursorNow(harness);
    const parts = readUri(asked.instruction.uri ?? '');
    await harness.payer.pay({ ...parts, text: ` ${asked.instruction.tag}\n` });
    expect(distinct((await findAll(harness, [asked], cursor)).deposits)).toHaveLength(1);
  });

  test('a jetton whose sender forwards nothing, so that no notification comes', async () => {
    const asked = await askFor(harness, jetton(), harness.newSigner());
    const cursor = await cursorNow(harness);
    const { jetton: master, ...parts } = readUri(asked.instruction.uri ?? '');
    if (master === null) throw new Error('The instruction names no jetton.');
    await harness.payer.payJetton(master, { ...parts, jetton: master }, 0n);
    const [deposit] = (await findAll(harness, [asked], cursor)).deposits;
    expect(deposit).toMatchObject({ amount: jetton().sample, receiptCost: '0' });
  });

  test('two payments by one signature are two deposits', async () => {
    const asked = await askFor(harness, coin(), harness.newSigner());
    const cursor = await cursorNow(harness);
    const { to, amount, text } = readUri(asked.instruction.uri ?? '');
    const message = internal({ to, value: amount, bounce: false, body: comment(text ?? '') });
    await harness.payer.send([message, message]);
    const { deposits } = await findAll(harness, [asked], cursor);
    expect(new Set(deposits.map(({ transactionId }) => transactionId)).size).toBe(2);
  });
});

test('what came in less its costs, less what went out with its fees, is what the wallet holds: to the nano', async () => {
  const signer = harness.newSigner();
  const cases = [
    await askFor(harness, coin(), signer),
    await askFor(harness, jetton(), signer),
    await askFor(harness, coin(), signer),
  ];
  const cursor = await cursorNow(harness);
  const seen = new Map<string, { readonly asset: string; readonly amount: string; readonly receiptCost?: string }>();
  const look = async (): Promise<void> => {
    for (const one of (await findAll(harness, cases, cursor)).deposits) seen.set(one.transactionId, one);
  };
  for (const { instruction } of [...cases, ...cases]) {
    await harness.pay(instruction);
    await harness.mine(3600);
    await look();
  }
  let spent = 0n;
  for (const asset of [jetton(), coin()]) {
    const signed = await prepareAndSign(harness, {
      signer,
      payouts: [payoutOf(await harness.newDestination(), asset, '1000')],
    });
    await harness.chain.broadcast(signed);
    spent += BigInt((await landedOf(harness, signed)).fee) + (asset === coin() ? 1000n : 0n);
  }
  const own = await harness.chain.addressOf(signer);
  const received = [...seen.values()].map(
    ({ asset, amount, receiptCost }) => (asset === coin().id ? BigInt(amount) : 0n) - BigInt(receiptCost ?? 0),
  );
  expect(received).toHaveLength(6);
  expect(await balance(harness, own, coin().id)).toBe(received.reduce((total, one) => total + one, 0n) - spent);
});

test('a transfer of a jetton is written as TEP-74 has it', async () => {
  const order = { amount: 5n, to: stranger, change: stranger, forwarded: 1n };
  const ours = jettonTransferBody({ ...order, tag: 'fee 7' }).beginParse();
  const theirs = jettonTransferOf({ ...order, text: 'fee 7' }).beginParse();
  // They number their queries, we do not.
  for (const slice of [ours, theirs]) slice.skip(96);
  expect(ours.asCell().equals(theirs.asCell())).toBe(true);
});
