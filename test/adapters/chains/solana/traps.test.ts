/** What bites on Solana in particular: each of these was met with the real client or machine. */
import { AccountRole, type Address, generateKeyPairSigner, type Instruction } from '@solana/kit';
import { getCreateAccountInstruction, getTransferSolInstruction } from '@solana-program/system';
import {
  getInitializeAccount3Instruction,
  getTokenSize,
  getTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { createSolanaChain } from '../../../../adapters/chains/solana';
import { ChainRefusedRequest } from '../../../../adapters/chains/port';
import {
  askFor,
  assetAt,
  balance,
  cursorNow,
  findAll,
  fundedSigner,
  landedOf,
  payoutOf,
  prepare,
  prepareAndSign,
  sendAndFinalize,
} from '../../../conformance/chains/case';
import { newAddress, type SolanaHarness, startSolanaHarness, TIMEOUT_MS } from './harness';
import { readUri, TOKEN_DECIMALS } from './payer';

let harness: SolanaHarness;
beforeAll(async () => {
  harness = await startSolanaHarness();
});
afterAll(() => harness.stop());
afterEach(() => harness.network.heal());

const lamports = (address: string): Promise<bigint> => balance(harness, address, harness.coin);

describe('sending', () => {
  test('bytes that landed are accepted even when their blockhash is too old to be found', async () => {
    const { signer } = await fundedSigner(harness, assetAt(harness, 0));
    const signed = await prepareAndSign(harness, { signer, payouts: [payoutOf(newAddress(), assetAt(harness, 0))] });
    await sendAndFinalize(harness, signed);
    await harness.expire();
    const { rpc } = harness.payer;
    const again = rpc.sendTransaction(signed.bytes as never, { encoding: 'base64' }).send();
    await expect(again).rejects.toMatchObject({ cause: { message: expect.stringMatching(/lockhash/) } });
    expect(await harness.chain.broadcast(signed)).toEqual({ kind: 'accepted' });
  });

  test('two payments that are alike in everything are two transactions', async () => {
    const { signer } = await fundedSigner(harness, assetAt(harness, 0));
    const payouts = [payoutOf(newAddress(), assetAt(harness, 0))];
    const one = await prepareAndSign(harness, { signer, payouts });
    const other = await prepareAndSign(harness, { signer, payouts });
    expect(other.id).not.toBe(one.id);
    await harness.chain.broadcast(one);
    await sendAndFinalize(harness, other);
    expect(await lamports(payouts[0]?.to ?? '')).toBe(2n * BigInt(assetAt(harness, 0).sample));
  });

  test('a payment that lands and fails pays nobody and costs its fee', async () => {
    const { signer, from } = await fundedSigner(harness, assetAt(harness, 0));
    const payouts = [payoutOf(newAddress(), assetAt(harness, 0), '600000000')];
    const first = await prepareAndSign(harness, { signer, payouts });
    const second = await prepareAndSign(harness, {
      signer,
      payouts: [payoutOf(newAddress(), assetAt(harness, 0), '600000000')],
    });
    for (const signed of [first, second]) expect(await harness.chain.broadcast(signed)).toEqual({ kind: 'accepted' });
    await harness.finalize();
    expect(await landedOf(harness, first)).toMatchObject({ paid: [true], failure: null });
    expect(await landedOf(harness, second)).toMatchObject({
      paid: [false],
      fee: '5000',
      failure: expect.stringMatching(/Custom/),
    });
    expect(await lamports(from)).toBe(1_000_000_000n - 600_000_000n - 10_000n);
  });

  test('a payment that the preflight refuses costs nothing and may be sent again', async () => {
    const { signer, from } = await fundedSigner(harness, assetAt(harness, 0));
    const payouts = [payoutOf(newAddress(), assetAt(harness, 0), '600000000')];
    const late = await prepareAndSign(harness, { signer, payouts });
    await sendAndFinalize(harness, await prepareAndSign(harness, { signer, payouts }));
    expect((await harness.chain.broadcast(late)).kind).toBe('refused');
    await harness.mine();
    expect(await lamports(from)).toBe(1_000_000_000n - 600_000_000n - 5_000n);
    await harness.fund(from, harness.coin, '1000000000');
    expect(await sendAndFinalize(harness, late)).toMatchObject({ paid: [true] });
  });

  test('as many token payouts as declared fit into one transaction, with the accounts that they make', async () => {
    const asset = assetAt(harness, 1);
    const { signer, from } = await fundedSigner(harness, asset);
    const before = await lamports(from);
    const payouts = Array.from({ length: harness.chain.capabilities.payoutsMax }, () => payoutOf(newAddress(), asset));
    const signed = await prepareAndSign(harness, { signer, payouts, feeMax: '50000000' });
    const landed = await sendAndFinalize(harness, signed);
    expect(landed.paid).toEqual(payouts.map(() => true));
    expect(landed.fee).toBe((8n * 2_039_280n + 5_000n).toString());
    expect(before - (await lamports(from))).toBe(BigInt(landed.fee));
  });

  test('the fee follows what others pay, up to the cap', async () => {
    const { signer } = await fundedSigner(harness, assetAt(harness, 0));
    const payouts = [payoutOf(newAddress(), assetAt(harness, 0))];
    await harness.control.order('priority_fee', { micro_lamports: 50_000_000 });
    const dear = await prepare(harness, { signer, payouts });
    const spike = await prepare(harness, { signer, payouts, feeMax: '20000' });
    await harness.control.order('priority_fee', { micro_lamports: 0 });
    expect(dear).toMatchObject({ kind: 'prepared', transaction: { fee: expect.stringMatching(/^\d{5,}$/) } });
    expect(spike).toMatchObject({ kind: 'fee_above_cap' });
    if (dear.kind !== 'prepared') return;
    const landed = await sendAndFinalize(harness, await harness.chain.sign(dear.transaction, signer));
    expect(landed.fee).toBe(dear.transaction.fee);
  });

  test('an amount below what a new account must hold is refused before anything is sent', async () => {
    const { signer } = await fundedSigner(harness, assetAt(harness, 0));
    const payouts = [payoutOf(newAddress(), assetAt(harness, 0), '890879')];
    expect(await prepare(harness, { signer, payouts })).toMatchObject({ kind: 'destination_refuses', payout: 0 });
    const enough = [payoutOf(newAddress(), assetAt(harness, 0), '890880')];
    expect(await prepare(harness, { signer, payouts: enough })).toMatchObject({ kind: 'prepared' });
  });

  test('a sender keeps nothing, or the least that an account holds', async () => {
    const { signer, from } = await fundedSigner(harness, assetAt(harness, 0));
    const all = (await lamports(from)) - 5_000n;
    const nearlyAll = [payoutOf(newAddress(), assetAt(harness, 0), String(all - 1n))];
    expect(await prepare(harness, { signer, payouts: nearlyAll })).toMatchObject({ kind: 'insufficient_funds' });
    const exactly = await prepareAndSign(harness, {
      signer,
      payouts: [payoutOf(newAddress(), assetAt(harness, 0), String(all))],
    });
    expect(await sendAndFinalize(harness, exactly)).toMatchObject({ paid: [true] });
    expect(await lamports(from)).toBe(0n);
  });
});

describe('what is dead', () => {
  const nothing = (slot: number): object => ({ context: { slot }, value: [null] });

  test('is not told by a node that lags behind the height that another one told', async () => {
    const { signer } = await fundedSigner(harness, assetAt(harness, 0));
    const signed = await prepareAndSign(harness, { signer, payouts: [payoutOf(newAddress(), assetAt(harness, 0))] });
    await sendAndFinalize(harness, signed);
    await harness.expire();
    await harness.control.fault({ method: 'getSignatureStatuses', kind: 'answer', result: nothing(1_001), count: 2 });
    expect(await harness.chain.standingOf(signed)).toEqual({ kind: 'unknown' });
    expect(await landedOf(harness, signed)).toMatchObject({ paid: [true] });
  });

  test('is not told by one endpoint while another one knows better', async () => {
    const { signer } = await fundedSigner(harness, assetAt(harness, 0));
    const signed = await prepareAndSign(harness, { signer, payouts: [payoutOf(newAddress(), assetAt(harness, 0))] });
    await sendAndFinalize(harness, signed);
    await harness.expire();
    const lie = { method: 'getSignatureStatuses', kind: 'answer', result: nothing(9_000_000), count: 2 } as const;
    const { chainId: id, url } = harness.sandbox;
    await harness.control.fault(lie);
    const alone = createSolanaChain({ id, url, timeoutMs: TIMEOUT_MS, headers: {} });
    expect((await alone.standingOf(signed)).kind).toBe('dead');
    await harness.control.fault(lie);
    const both = createSolanaChain({ id, url, witnessUrl: url, timeoutMs: TIMEOUT_MS, headers: {} });
    expect((await both.standingOf(signed)).kind).toBe('unknown');
  });

  test('a transaction is not replaced while it can still land', async () => {
    const { signer } = await fundedSigner(harness, assetAt(harness, 0));
    const payouts = [payoutOf(newAddress(), assetAt(harness, 0))];
    const { prepared } = await prepareAndSign(harness, { signer, payouts });
    await expect(prepare(harness, { signer, payouts, replaces: prepared })).rejects.toMatchObject({
      code: 'replaced_lives',
    });
  });
});

describe('deposits', () => {
  test('a memo ties a payment whose sender dropped the reference key', async () => {
    const asked = await askFor(harness, assetAt(harness, 1), harness.newSigner());
    const cursor = await cursorNow(harness);
    await harness.payer.pay({ ...readUri(asked.instruction.uri ?? ''), references: [] });
    await harness.mine();
    const { deposits } = await findAll(harness, [asked], cursor);
    expect(deposits[0]).toMatchObject({ watch: asked.instruction.watch, amount: asked.request.amount });
  });

  test('one payment that names two settlements is counted once', async () => {
    const signer = harness.newSigner();
    const [one, other] = [
      await askFor(harness, assetAt(harness, 0), signer),
      await askFor(harness, assetAt(harness, 0), signer),
    ];
    const cursor = await cursorNow(harness);
    const [first, second] = [readUri(one.instruction.uri ?? ''), readUri(other.instruction.uri ?? '')];
    await harness.payer.pay({ ...first, references: [...first.references, ...second.references] });
    await harness.mine();
    const found = await findAll(harness, [one, other], cursor);
    const alone = await findAll(harness, [other], cursor);
    const identities = [...found.deposits, ...alone.deposits].map(
      ({ transactionId, index }) => `${transactionId}:${index}`,
    );
    expect(new Set(found.deposits.map(({ watch }) => watch)).size).toBe(1);
    expect(new Set(identities).size).toBe(1);
  });

  test('a token deposit at another account of the receiver is found', async () => {
    const asked = await askFor(harness, assetAt(harness, 1), harness.newSigner());
    const cursor = await cursorNow(harness);
    await harness.payer.send(await intoSecondAccount(readUri(asked.instruction.uri ?? '')));
    await harness.mine();
    const { deposits } = await findAll(harness, [asked], cursor);
    expect(deposits[0]).toMatchObject({ amount: asked.request.amount, asset: harness.token });
    await harness.finalize();
    expect(await balance(harness, asked.instruction.address, harness.token)).toBe(BigInt(asked.request.amount));
  });

  test('a transfer that is taken back in the same transaction is no deposit', async () => {
    const receiver = await generateKeyPairSigner();
    const request = {
      ...readUri((await askFor(harness, assetAt(harness, 0), harness.newSigner())).instruction.uri ?? ''),
      recipient: receiver.address,
    };
    const watch = `${receiver.address}:${request.references[0]}`;
    const cursor = await cursorNow(harness);
    const there = await harness.payer.instructionsFor(request);
    const back = getTransferSolInstruction({
      source: receiver,
      destination: harness.payer.key.address,
      amount: request.amount,
    });
    await harness.payer.send([...there, back]);
    await harness.mine();
    const found = await harness.chain.findDeposits({ watched: [{ watch, asset: harness.coin }], cursor });
    expect(found.deposits).toEqual([]);
  });

  test('the request is written as Solana Pay wants it', async () => {
    const signer = harness.newSigner();
    const base = { reference: 'set_1', index: 1, label: 'Fee & more' };
    const write = (asset: string, amount: string) =>
      harness.chain.depositInstruction({ ...base, asset, amount }, signer);
    const recipient = await harness.chain.addressOf(signer);
    const coin = await write(harness.coin, '1500000');
    expect(coin.uri).toBe(
      `solana:${recipient}?amount=0.0015&reference=${coin.tag}&label=Fee%20%26%20more&memo=${coin.tag}`,
    );
    expect((await write(harness.token, '20000000')).uri).toContain(`?amount=20&spl-token=${harness.mint}&`);
  });
});

test('an endpoint of another chain is refused by its genesis', async () => {
  const { url } = harness.sandbox;
  const id = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp';
  const chain = createSolanaChain({ id, url, timeoutMs: TIMEOUT_MS, headers: {} });
  await expect(chain.head()).rejects.toThrow(ChainRefusedRequest);
});

test('only the key of the sender signs', async () => {
  const { signer } = await fundedSigner(harness, assetAt(harness, 0));
  const preparation = await prepare(harness, { signer, payouts: [payoutOf(newAddress(), assetAt(harness, 0))] });
  if (preparation.kind !== 'prepared') throw new Error('Expected a preparation.');
  const signed = harness.chain.sign(preparation.transaction, harness.newSigner());
  await expect(signed).rejects.toMatchObject({ code: 'wrong_signer' });
});

/** A payment into a fresh token account of the receiver that is not the associated one. */
async function intoSecondAccount(request: ReturnType<typeof readUri>): Promise<Instruction[]> {
  const { payer, mint } = harness;
  const account = await generateKeyPairSigner();
  const space = getTokenSize();
  const [source] = (await payer.rpc.getTokenAccountsByOwner(payer.key.address, { mint }, { encoding: 'base64' }).send())
    .value;
  const transfer = getTransferCheckedInstruction({
    source: source?.pubkey as Address,
    mint,
    destination: account.address,
    authority: payer.key,
    amount: request.amount,
    decimals: TOKEN_DECIMALS,
  });
  const keys = request.references.map((address) => ({ address, role: AccountRole.READONLY as const }));
  return [
    getCreateAccountInstruction({
      payer: payer.key,
      newAccount: account,
      lamports: 2_039_280n,
      space,
      programAddress: TOKEN_PROGRAM_ADDRESS,
    }),
    getInitializeAccount3Instruction({ account: account.address, mint, owner: request.recipient }),
    { ...transfer, accounts: [...transfer.accounts, ...keys] },
  ];
}
