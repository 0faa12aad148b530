import type { ChainHarness } from './harness';

export function describeAddresses(harness: () => ChainHarness): void {
  describe('addresses', () => {
    test('of all spellings one is kept, and it is valid itself', () => {
      const { chain, addresses } = harness();
      for (const { written, kept } of addresses.valid) {
        expect(chain.checkAddress(written)).toEqual({ kind: 'valid', address: kept });
        expect(chain.checkAddress(kept)).toEqual({ kind: 'valid', address: kept });
      }
      expect(addresses.valid.length).toBeGreaterThan(0);
    });

    test('a wrong one is refused with a reason', () => {
      const { chain, addresses } = harness();
      for (const written of addresses.invalid) {
        expect(chain.checkAddress(written)).toEqual({ kind: 'invalid', reason: expect.stringMatching(/./) });
      }
      expect(addresses.invalid.length).toBeGreaterThan(2);
    });

    test('a signer has one, in the kept spelling, and no other signer has it', async () => {
      const { chain, newSigner } = harness();
      const signer = newSigner();
      const address = await chain.addressOf(signer);
      expect(chain.checkAddress(address)).toEqual({ kind: 'valid', address });
      expect(await chain.addressOf(signer)).toBe(address);
      expect(await chain.addressOf(newSigner())).not.toBe(address);
    });
  });
}
