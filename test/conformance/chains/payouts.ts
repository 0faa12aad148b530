import {
  allocate,
  assetAt,
  balance,
  fundedSigner,
  landedOf,
  payoutOf,
  prepare,
  prepareAndSign,
  sendAndFinalize,
  testIf,
  testWith,
} from './case';
import type { ChainHarness, ChainMachine } from './harness';

export function describePayouts(machine: ChainMachine, harness: () => ChainHarness): void {
  const { payoutsMax, ordering } = machine.capabilities;

  describe('payouts', () => {
    test.each([
      ['coin', 0],
      ['token, where there is one', 1],
    ])('a payout of the %s arrives, and nothing is lost but the fee', async (_, at) => {
      const asset = assetAt(harness(), at);
      const coin = assetAt(harness(), 0);
      const { signer, from } = await fundedSigner(harness(), asset);
      const to = await harness().newDestination();
      const before = {
        coin: await balance(harness(), from, coin.id),
        asset: await balance(harness(), from, asset.id),
        to: await balance(harness(), to, asset.id),
      };
      const signed = await prepareAndSign(harness(), { signer, payouts: [payoutOf(to, asset)] });
      const landed = await sendAndFinalize(harness(), signed);
      expect(landed).toMatchObject({ isFinal: true, paid: [true], failure: null });
      const paid = BigInt(asset.sample);
      const fee = BigInt(landed.fee);
      expect(await balance(harness(), to, asset.id)).toBe(before.to + paid);
      expect(await balance(harness(), from, coin.id)).toBe(before.coin - fee - (asset.id === coin.id ? paid : 0n));
      if (asset.id !== coin.id) expect(await balance(harness(), from, asset.id)).toBe(before.asset - paid);
      expect(fee <= BigInt(signed.prepared.fee)).toBe(true);
      expect(BigInt(signed.prepared.fee) <= BigInt(harness().feeMax)).toBe(true);
    });

    test('the id is known before the broadcast, and all survives as JSON', async () => {
      const asset = assetAt(harness(), 0);
      const { signer } = await fundedSigner(harness(), asset);
      const preparation = await prepare(harness(), {
        signer,
        payouts: [payoutOf(await harness().newDestination(), asset)],
      });
      if (preparation.kind !== 'prepared') throw new Error('Expected a preparation.');
      const prepared = JSON.parse(JSON.stringify(preparation.transaction)) as typeof preparation.transaction;
      const signed = await harness().chain.sign(prepared, signer);
      expect(await harness().chain.standingOf(signed)).toEqual({ kind: 'unknown' });
      const copy = JSON.parse(JSON.stringify(signed)) as typeof signed;
      expect(await sendAndFinalize(harness(), copy)).toMatchObject({ paid: [true] });
    });

    test('bytes that are sent again are accepted, or stale once they have landed, and paid once', async () => {
      const { chain } = harness();
      const asset = assetAt(harness(), 0);
      const { signer } = await fundedSigner(harness(), asset);
      const to = await harness().newDestination();
      const before = await balance(harness(), to, asset.id);
      const signed = await prepareAndSign(harness(), { signer, payouts: [payoutOf(to, asset)] });
      expect(await chain.broadcast(signed)).toEqual({ kind: 'accepted' });
      expect(['accepted', 'stale']).toContain((await chain.broadcast(signed)).kind);
      await harness().mine();
      expect(['accepted', 'stale']).toContain((await chain.broadcast(signed)).kind);
      await harness().finalize();
      expect(['accepted', 'stale']).toContain((await chain.broadcast(signed)).kind);
      await harness().mine();
      expect(await landedOf(harness(), signed)).toMatchObject({ paid: [true], isFinal: true });
      expect(await balance(harness(), to, asset.id)).toBe(before + BigInt(asset.sample));
    });

    test('a fee above the cap is said, and nothing is prepared', async () => {
      const asset = assetAt(harness(), 0);
      const { signer } = await fundedSigner(harness(), asset);
      const payouts = [payoutOf(await harness().newDestination(), asset)];
      const preparation = await prepare(harness(), { signer, payouts, feeMax: '1' });
      expect(preparation).toEqual({ kind: 'fee_above_cap', fee: expect.stringMatching(/^[1-9]\d+$/) });
    });

    test.each([
      ['coin', 0],
      ['token, where there is one', 1],
    ])('more %s than the sender holds is said with what it holds', async (_, at) => {
      const asset = assetAt(harness(), at);
      const { signer, from } = await fundedSigner(harness(), asset);
      const held = await balance(harness(), from, asset.id);
      const payouts = [payoutOf(await harness().newDestination(), asset, String(held + 1n))];
      const preparation = await prepare(harness(), { signer, payouts });
      expect(preparation).toMatchObject({ kind: 'insufficient_funds', asset: asset.id, held: String(held) });
    });

    testWith(machine, 'refuse', 'a destination that cannot take it is said before anything is sent', async () => {
      const { to, asset: id } = await harness().refusingDestination();
      const asset = harness().assets.find((one) => one.id === id) ?? assetAt(harness(), 0);
      const { signer } = await fundedSigner(harness(), asset);
      const preparation = await prepare(harness(), { signer, payouts: [payoutOf(to, asset)] });
      expect(preparation).toEqual({ kind: 'destination_refuses', payout: 0, reason: expect.stringMatching(/./) });
    });

    const batch = Math.min(payoutsMax, 3);
    testIf(batch > 1, 'a batch pays each of its destinations', async () => {
      const asset = assetAt(harness(), 0);
      const { signer } = await fundedSigner(harness(), asset);
      const destinations = await Promise.all(Array.from({ length: batch }, () => harness().newDestination()));
      const before = await Promise.all(destinations.map((to) => balance(harness(), to, asset.id)));
      const amounts = destinations.map((_, index) => String(BigInt(asset.sample) + BigInt(index)));
      const payouts = destinations.map((to, index) => payoutOf(to, asset, amounts[index]));
      const landed = await sendAndFinalize(harness(), await prepareAndSign(harness(), { signer, payouts }));
      expect(landed.paid).toEqual(destinations.map(() => true));
      for (const [index, to] of destinations.entries()) {
        const paid = (await balance(harness(), to, asset.id)) - (before[index] ?? 0n);
        expect(String(paid)).toBe(amounts[index]);
      }
    });

    testIf(ordering === 'counter', 'many numbers of one sender are on their way at once, in any order', async () => {
      const asset = assetAt(harness(), 0);
      const { signer, from } = await fundedSigner(harness(), asset);
      const { number } = await allocate(harness(), from);
      const to = await harness().newDestination();
      const before = await balance(harness(), to, asset.id);
      const signed = await Promise.all(
        [0, 1, 2, 3].map((step) =>
          prepareAndSign(harness(), {
            signer,
            payouts: [payoutOf(to, asset)],
            order: { number: (number ?? 0) + step, inputIds: [] },
          }),
        ),
      );
      for (const one of [...signed].reverse()) {
        expect(await harness().chain.broadcast(one)).toEqual({ kind: 'accepted' });
      }
      await harness().mine(2);
      await harness().finalize();
      for (const one of signed) expect(await landedOf(harness(), one)).toMatchObject({ paid: [true] });
      expect(await balance(harness(), to, asset.id)).toBe(before + 4n * BigInt(asset.sample));
    });
  });
}
