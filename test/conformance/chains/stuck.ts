import {
  allocate,
  assetAt,
  balance,
  fundedSigner,
  landedOf,
  payoutOf,
  prepareAndSign,
  sendAndFinalize,
  testIf,
  testWith,
} from './case';
import type { ChainHarness, ChainMachine } from './harness';

/** Transactions that do not get through, and what takes their place: exactly one may ever pay. */
export function describeStuck(machine: ChainMachine, harness: () => ChainHarness): void {
  const { expires, ordering, reorgs, replacement } = machine.capabilities;
  const hasNumbers = ordering === 'counter' || ordering === 'one_at_a_time';

  describe('what does not get through', () => {
    testIf(hasNumbers, 'bytes whose number is used are stale at first and dead at last', async () => {
      const { chain } = harness();
      const asset = assetAt(harness(), 0);
      const { signer, from } = await fundedSigner(harness(), asset);
      const order = await allocate(harness(), from);
      const [to, other] = [await harness().newDestination(), await harness().newDestination()];
      const before = await balance(harness(), other, asset.id);
      const first = await prepareAndSign(harness(), { signer, payouts: [payoutOf(to, asset)], order });
      const second = await prepareAndSign(harness(), { signer, payouts: [payoutOf(other, asset)], order });
      await sendAndFinalize(harness(), first);
      expect((await chain.broadcast(second)).kind).toBe('stale');
      expect((await chain.standingOf(second)).kind).toBe('dead');
      expect(await landedOf(harness(), first)).toMatchObject({ paid: [true] });
      expect(await balance(harness(), other, asset.id)).toBe(before);
    });

    testIf(replacement !== 'after_expiry', 'a stuck one is replaced, and exactly one of the two lands', async () => {
      const { chain } = harness();
      const asset = assetAt(harness(), 0);
      const { signer } = await fundedSigner(harness(), asset);
      const to = await harness().newDestination();
      const before = await balance(harness(), to, asset.id);
      const payouts = [payoutOf(to, asset)];
      const stuck = await prepareAndSign(harness(), { signer, payouts });
      expect(await chain.broadcast(stuck)).toEqual({ kind: 'accepted' });
      const { prepared } = stuck;
      const next = await prepareAndSign(harness(), { signer, payouts, order: prepared.order, replaces: prepared });
      expect(next.id).not.toBe(stuck.id);
      expect(BigInt(next.prepared.fee) > BigInt(prepared.fee)).toBe(true);
      expect(await chain.broadcast(next)).toEqual({ kind: 'accepted' });
      await harness().mine();
      // A reorg could still let the other one in.
      if (reorgs) expect((await chain.standingOf(stuck)).kind).not.toBe('dead');
      await harness().finalize();
      expect(await landedOf(harness(), next)).toMatchObject({ paid: [true], isFinal: true });
      expect((await chain.standingOf(stuck)).kind).toBe('dead');
      expect(await balance(harness(), to, asset.id)).toBe(before + BigInt(asset.sample));
    });

    testIf(expires, 'bytes that ran out are dead only then, and new ones pay in their place', async () => {
      const { chain } = harness();
      const asset = assetAt(harness(), 0);
      const { signer } = await fundedSigner(harness(), asset);
      const to = await harness().newDestination();
      const before = await balance(harness(), to, asset.id);
      const payouts = [payoutOf(to, asset)];
      const old = await prepareAndSign(harness(), { signer, payouts });
      expect(old.expires).not.toBeNull();
      expect((await chain.standingOf(old)).kind).toBe('unknown');
      await harness().expire();
      expect((await chain.broadcast(old)).kind).toBe('stale');
      expect((await chain.standingOf(old)).kind).toBe('dead');
      const next = await prepareAndSign(harness(), { signer, payouts, replaces: old.prepared });
      await sendAndFinalize(harness(), next);
      expect((await chain.standingOf(old)).kind).toBe('dead');
      expect(await balance(harness(), to, asset.id)).toBe(before + BigInt(asset.sample));
    });

    testIf(
      expires,
      'bytes that landed before they ran out are landed for ever, whatever a broadcast says',
      async () => {
        const asset = assetAt(harness(), 0);
        const { signer } = await fundedSigner(harness(), asset);
        const signed = await prepareAndSign(harness(), {
          signer,
          payouts: [payoutOf(await harness().newDestination(), asset)],
        });
        await sendAndFinalize(harness(), signed);
        await harness().expire();
        expect(['accepted', 'stale']).toContain((await harness().chain.broadcast(signed)).kind);
        expect(await landedOf(harness(), signed)).toMatchObject({ paid: [true], isFinal: true });
      },
    );

    testWith(machine, 'swallow', 'what the endpoint took and forgot is not dead, and the same bytes pay', async () => {
      const { chain } = harness();
      const asset = assetAt(harness(), 0);
      const { signer } = await fundedSigner(harness(), asset);
      const to = await harness().newDestination();
      const before = await balance(harness(), to, asset.id);
      const signed = await prepareAndSign(harness(), { signer, payouts: [payoutOf(to, asset)] });
      await harness().swallowNext();
      expect(await chain.broadcast(signed)).toEqual({ kind: 'accepted' });
      await harness().mine();
      expect(['unknown', 'waiting']).toContain((await chain.standingOf(signed)).kind);
      await sendAndFinalize(harness(), signed);
      expect(await balance(harness(), to, asset.id)).toBe(before + BigInt(asset.sample));
    });

    testIf(reorgs, 'a withdrawn payout is not landed, and the same bytes pay once', async () => {
      const { chain } = harness();
      const asset = assetAt(harness(), 0);
      const { signer } = await fundedSigner(harness(), asset);
      const to = await harness().newDestination();
      const before = await balance(harness(), to, asset.id);
      const signed = await prepareAndSign(harness(), { signer, payouts: [payoutOf(to, asset)] });
      await harness().finalize();
      expect(await chain.broadcast(signed)).toEqual({ kind: 'accepted' });
      await harness().mine();
      expect(await landedOf(harness(), signed)).toMatchObject({ isFinal: false });
      await harness().reorg(1);
      expect(['unknown', 'waiting']).toContain((await chain.standingOf(signed)).kind);
      await sendAndFinalize(harness(), signed);
      expect(await balance(harness(), to, asset.id)).toBe(before + BigInt(asset.sample));
    });
  });
}
