import { ChainUnavailable } from '../../../adapters/chains/port';
import {
  askFor,
  assetAt,
  balance,
  cursorNow,
  distinct,
  findAll,
  fundedSigner,
  payoutOf,
  prepareAndSign,
  sendAndFinalize,
  testWith,
} from './case';
import type { ChainHarness, ChainMachine } from './harness';

/** Endpoints that lose answers, fail and lag. */
export function describeNetwork(machine: ChainMachine, harness: () => ChainHarness): void {
  describe('the network', () => {
    afterEach(async () => {
      if (machine.features.includes('network')) await harness().network.heal();
    });

    testWith(machine, 'network', 'after a lost answer the same bytes are sent again and pay once', async () => {
      const { chain, network } = harness();
      const asset = assetAt(harness(), 1);
      const { signer } = await fundedSigner(harness(), asset);
      const to = await harness().newDestination();
      const before = await balance(harness(), to, asset.id);
      const signed = await prepareAndSign(harness(), { signer, payouts: [payoutOf(to, asset)] });
      await network.loseNextAnswer();
      await expect(chain.broadcast(signed)).rejects.toThrow(ChainUnavailable);
      expect(['accepted', 'stale']).toContain((await chain.broadcast(signed)).kind);
      await harness().mine();
      await harness().finalize();
      expect(await chain.standingOf(signed)).toMatchObject({ kind: 'landed', paid: [true] });
      expect(await balance(harness(), to, asset.id)).toBe(before + BigInt(asset.sample));
    });

    for (const status of [429, 500, 503] as const) {
      testWith(machine, 'network', `an answer ${status} is an outage, and the next request works`, async () => {
        const { chain, network } = harness();
        // More than any client tries on its own.
        await network.failNext(50, status);
        await expect(chain.head()).rejects.toThrow(ChainUnavailable);
        await network.heal();
        expect((await chain.head()).height).toBeGreaterThanOrEqual(0);
      });
    }

    testWith(
      machine,
      'network',
      'a broadcast that never reached the chain is not dead, and goes out again',
      async () => {
        const { chain, network } = harness();
        const asset = assetAt(harness(), 0);
        const { signer } = await fundedSigner(harness(), asset);
        const signed = await prepareAndSign(harness(), {
          signer,
          payouts: [payoutOf(await harness().newDestination(), asset)],
        });
        await network.failNext(50, 503);
        await expect(chain.broadcast(signed)).rejects.toThrow(ChainUnavailable);
        await network.heal();
        expect(await chain.standingOf(signed)).toEqual({ kind: 'unknown' });
        expect(await sendAndFinalize(harness(), signed)).toMatchObject({ paid: [true] });
      },
    );

    testWith(machine, 'network', 'an endpoint that falls behind hides a deposit but loses none', async () => {
      const { network } = harness();
      const asked = await askFor(harness(), assetAt(harness(), 0), harness().newSigner());
      await harness().finalize();
      const cursor = await cursorNow(harness());
      await harness().pay(asked.instruction);
      await harness().mine(2);
      await network.fallBehind(3);
      const behind = await findAll(harness(), [asked], cursor).catch((error: unknown) => {
        expect(error).toBeInstanceOf(ChainUnavailable);
        return { deposits: [], cursor };
      });
      expect(behind.deposits).toEqual([]);
      await network.heal();
      const found = distinct((await findAll(harness(), [asked], behind.cursor)).deposits);
      expect(found).toEqual([expect.objectContaining({ watch: asked.instruction.watch })]);
    });
  });
}
