/** Webhooks: only what the provider signed, lately, is believed; nothing that is sent to the endpoint makes it throw. */
import type { WebhookVerification } from '../../adapters/rails/port';
import { paidPayment, type RailCase, type RailHarness } from './rail-case';

const NOW = Date.UTC(2026, 10, 2, 12);
const MINUTE_MS = 60_000;

interface Told {
  readonly payment: RailCase;
  readonly rawBody: string;
  readonly signature: string;
}

async function tellAbout(harness: RailHarness, signedAt: number): Promise<Told> {
  const payment = await paidPayment(harness);
  return { payment, ...(await harness.webhookAbout(payment.providerRef, signedAt)) };
}

const refusedAs = (reason: string): object => ({ kind: 'refused', reason });

export function describeWebhooks(harness: () => RailHarness): void {
  const verify = (request: { rawBody: string; signature: string | null }): WebhookVerification =>
    harness().rail.verifyWebhook({ rawBody: request.rawBody, signature: request.signature, now: NOW });

  describe('webhooks', () => {
    it('believes a signed event and says which payment and tenant it is about', async () => {
      const told = await tellAbout(harness(), NOW);
      expect(verify(told)).toMatchObject({
        kind: 'verified',
        event: {
          id: expect.stringMatching(/./) as string,
          subject: { kind: 'payment', providerRef: told.payment.providerRef },
          tenantId: told.payment.tenantId,
        },
      });
    });

    it('refuses a body that was changed after it was signed', async () => {
      const told = await tellAbout(harness(), NOW);
      expect(verify({ ...told, rawBody: `${told.rawBody} ` })).toEqual(refusedAs('signature_invalid'));
    });

    it.each([null, '', 'nonsense', 't=,v1=', 't=1,v1=00', 'v1=00'])('refuses the signature %p', async (signature) => {
      const told = await tellAbout(harness(), NOW);
      expect(verify({ rawBody: told.rawBody, signature })).toEqual(refusedAs('signature_invalid'));
    });

    it('believes an event up to five minutes old, and none that is older', async () => {
      expect(verify(await tellAbout(harness(), NOW - 5 * MINUTE_MS)).kind).toBe('verified');
      expect(verify(await tellAbout(harness(), NOW - 5 * MINUTE_MS - 1_000))).toEqual(refusedAs('too_old'));
    });

    it('refuses an event from more than five minutes in the future', async () => {
      expect(verify(await tellAbout(harness(), NOW + 5 * MINUTE_MS)).kind).toBe('verified');
      expect(verify(await tellAbout(harness(), NOW + 5 * MINUTE_MS + 1_000))).toEqual(refusedAs('in_the_future'));
    });
  });
}
