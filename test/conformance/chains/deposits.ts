import { askFor, assetAt, cursorNow, distinct, findAll, identityOf, testWith } from './case';
import type { ChainHarness, ChainMachine } from './harness';

export function describeDeposits(machine: ChainMachine, harness: () => ChainHarness): void {
  describe('deposits', () => {
    test('the same request gives the same instruction, another one nothing that could be taken for it', async () => {
      const signer = harness().newSigner();
      const { request, instruction } = await askFor(harness(), assetAt(harness(), 0), signer);
      expect(await harness().chain.depositInstruction(request, signer)).toEqual(instruction);
      const other = await askFor(harness(), assetAt(harness(), 0), signer);
      expect(other.instruction.watch).not.toBe(instruction.watch);
      expect(JSON.parse(JSON.stringify(instruction))).toEqual(instruction);
    });

    test.each([
      ['coin', 0],
      ['token, where there is one', 1],
    ])(
      'a payment of the %s is found with what was credited, and becomes final by the rule of the chain',
      async (_, at) => {
        const { chain } = harness();
        const asset = assetAt(harness(), at);
        const asked = await askFor(harness(), asset, harness().newSigner());
        const cursor = await cursorNow(harness());
        const payment = await harness().pay(asked.instruction);
        await harness().mine();
        const [seen, ...more] = distinct((await findAll(harness(), [asked], cursor)).deposits);
        expect(more).toEqual([]);
        expect(seen).toMatchObject({
          watch: asked.instruction.watch,
          asset: asset.id,
          amount: asset.sample,
          transactionId: payment.id,
        });
        if (seen === undefined) throw new Error('No deposit was found.');
        await harness().finalize();
        expect(await chain.readDeposit(seen)).toEqual({ ...seen, isFinal: true });
      },
    );

    test('less or more than asked is found as what it is', async () => {
      const asset = assetAt(harness(), 0);
      const signer = harness().newSigner();
      const less = await askFor(harness(), asset, signer);
      const more = await askFor(harness(), asset, signer);
      const cursor = await cursorNow(harness());
      const amounts = [BigInt(asset.sample) - 1n, BigInt(asset.sample) + 1n].map(String);
      await harness().pay(less.instruction, amounts[0]);
      await harness().pay(more.instruction, amounts[1]);
      await harness().mine();
      const found = distinct((await findAll(harness(), [less, more], cursor)).deposits);
      expect(new Map(found.map(({ watch, amount }) => [watch, amount]))).toEqual(
        new Map([
          [less.instruction.watch, amounts[0]],
          [more.instruction.watch, amounts[1]],
        ]),
      );
    });

    test('two payments of one instruction are two deposits', async () => {
      const asked = await askFor(harness(), assetAt(harness(), 1), harness().newSigner());
      const cursor = await cursorNow(harness());
      await harness().pay(asked.instruction);
      await harness().mine();
      await harness().pay(asked.instruction);
      await harness().mine();
      const found = distinct((await findAll(harness(), [asked], cursor)).deposits);
      expect(found.map(({ watch }) => watch)).toEqual([asked.instruction.watch, asked.instruction.watch]);
      expect(new Set(found.map(identityOf)).size).toBe(2);
    });

    test('what nobody watches is not found', async () => {
      const signer = harness().newSigner();
      const watched = await askFor(harness(), assetAt(harness(), 0), signer);
      const other = await askFor(harness(), assetAt(harness(), 0), signer);
      const cursor = await cursorNow(harness());
      await harness().pay(other.instruction);
      await harness().mine();
      expect((await findAll(harness(), [watched], cursor)).deposits).toEqual([]);
    });

    test('the amount without what ties it is not found', async () => {
      const asked = await askFor(harness(), assetAt(harness(), 0), harness().newSigner());
      const cursor = await cursorNow(harness());
      await harness().payUntied(asked.instruction, asked.request, asked.signer);
      await harness().mine();
      expect((await findAll(harness(), [asked], cursor)).deposits).toEqual([]);
    });

    testWith(machine, 'look_alike', 'an asset of the same symbol is not taken for the one asked for', async () => {
      const asked = await askFor(harness(), assetAt(harness(), 1), harness().newSigner());
      const cursor = await cursorNow(harness());
      await harness().payLookAlike(asked.instruction);
      await harness().mine();
      expect((await findAll(harness(), [asked], cursor)).deposits).toEqual([]);
    });

    test('a search without a cursor begins at what is final, and misses nothing that comes after', async () => {
      const asked = await askFor(harness(), assetAt(harness(), 0), harness().newSigner());
      await harness().finalize();
      const cursor = await cursorNow(harness());
      await harness().pay(asked.instruction);
      await harness().mine(3);
      await harness().finalize();
      const found = distinct((await findAll(harness(), [asked], cursor)).deposits);
      expect(found).toEqual([expect.objectContaining({ watch: asked.instruction.watch, isFinal: true })]);
    });
  });
}
