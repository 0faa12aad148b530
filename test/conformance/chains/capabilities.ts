import { askFor, assetAt } from './case';
import type { ChainHarness, ChainMachine } from './harness';

/** What a capability promises, so that none is only written down. */
export function describeCapabilities(machine: ChainMachine, harness: () => ChainHarness): void {
  const { capabilities, features } = machine;

  describe('capabilities', () => {
    test('the adapter declares what the machine was registered with', () => {
      expect(harness().chain.capabilities).toEqual(capabilities);
      expect(capabilities.family).toBe(machine.name);
    });

    test('what is declared can be tried out here', () => {
      if (capabilities.reorgs) expect(features).toContain('reorg');
      if (capabilities.expires) expect(features).toContain('expire');
      expect(capabilities.expires).toBe(capabilities.replacement === 'after_expiry');
      expect(capabilities.payoutsMax).toBeGreaterThanOrEqual(1);
    });

    test('the tie is what an instruction carries', async () => {
      const signer = harness().newSigner();
      const [one, other] = [
        await askFor(harness(), assetAt(harness(), 0), signer),
        await askFor(harness(), assetAt(harness(), 0), signer),
      ];
      const byAddress = capabilities.tie === 'address';
      expect(one.instruction.address === other.instruction.address).toBe(!byAddress);
      expect(one.instruction.tag === null).toBe(byAddress);
    });

    test('ordering is what the chain gives a sender', async () => {
      const signer = harness().newSigner();
      const coin = assetAt(harness(), 0);
      const from = await harness().chain.addressOf(signer);
      await harness().fund(from, coin.id, coin.funds);
      const facts = await harness().chain.readOrdering(from);
      expect(facts.next !== null).toBe(['counter', 'one_at_a_time'].includes(capabilities.ordering));
      expect(facts.inputs.length > 0).toBe(capabilities.ordering === 'inputs');
    });

    test('the head moves with the blocks, and what is final never lies above it', async () => {
      const before = await harness().chain.head();
      await harness().mine(2);
      const after = await harness().chain.head();
      expect(after.height).toBeGreaterThan(before.height);
      expect(after.finalHeight).toBeLessThanOrEqual(after.height);
      expect(after.finalHeight).toBeGreaterThanOrEqual(before.finalHeight);
      expect(after.time).toBeGreaterThanOrEqual(before.time);
    });
  });
}
