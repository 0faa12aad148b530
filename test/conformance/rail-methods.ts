/** Customers and stored payment methods, on every rail. */
import { attach, newCustomer, uniqueKey, type RailHarness } from './rail-case';

export function describeMethods(harness: () => RailHarness): void {
  describe('customers and payment methods', () => {
    it('makes one customer for one key', async () => {
      const request = {
        tenantId: 'ten_conformance',
        customerId: uniqueKey('cus'),
        name: 'Grace Hopper',
        email: null,
        idempotencyKey: uniqueKey('customer'),
      };
      const first = await harness().rail.createCustomer(request);
      expect(await harness().rail.createCustomer(request)).toEqual(first);
    });

    it('tells the facts of an attached method, and no more of its number than four digits', async () => {
      const method = await attach(harness(), await newCustomer(harness()), 'succeeds');
      expect(method.providerRef).not.toBe('');
      expect(method.brand).not.toBe('');
      expect(method.last4).toMatch(/^\d{0,4}$/);
      if (method.kind === 'card') expect([method.expiresMonth, method.expiresYear]).not.toContain(null);
    });

    it('gives one instrument one fingerprint, whoever holds it', async () => {
      const first = await attach(harness(), await newCustomer(harness()), 'succeeds');
      const second = await attach(harness(), await newCustomer(harness()), 'succeeds');
      expect(second.providerRef).not.toBe(first.providerRef);
      expect(second.fingerprint).toBe(first.fingerprint);
    });

    it('answers a decline at attach time as a value', async () => {
      const token = harness().tokenDeclinedAtAttach;
      if (token === null) return;
      const customerRef = await newCustomer(harness());
      const outcome = await harness().rail.attachPaymentMethod({
        customerRef,
        token,
        idempotencyKey: uniqueKey('attach'),
      });
      expect(outcome).toMatchObject({ kind: 'declined', decline: { code: expect.stringMatching(/./) as string } });
    });

    it('detaches a method, and again without complaint', async () => {
      const method = await attach(harness(), await newCustomer(harness()), 'succeeds');
      await harness().rail.detachPaymentMethod(method);
      await expect(harness().rail.detachPaymentMethod(method)).resolves.toBeUndefined();
    });
  });
}
