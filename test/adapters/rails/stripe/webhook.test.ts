import Stripe from 'stripe';
import { verifyWebhook } from '../../../../adapters/rails/stripe/verify-webhook';
import type { ProviderEvent, WebhookVerification } from '../../../../adapters/rails/port';

const SECRET = 'whsec_current';
const NOW = Date.UTC(2026, 10, 2, 12);
const NOW_SECONDS = NOW / 1_000;

const sign = (payload: string, secret = SECRET): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: NOW_SECONDS });

function receive(rawBody: string, signature: string | null = sign(rawBody)): WebhookVerification {
  return verifyWebhook(SECRET, { rawBody, signature, now: NOW });
}

function eventAbout(object: unknown): ProviderEvent {
  const rawBody = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'some.event',
    created: 1_793_000_000,
    data: { object },
  });
  const outcome = receive(rawBody);
  if (outcome.kind !== 'verified') throw new Error(outcome.reason);
  return outcome.event;
}

describe('webhooks of Stripe', () => {
  it.each([
    [
      { id: 'pi_1', object: 'payment_intent' },
      { kind: 'payment', providerRef: 'pi_1' },
    ],
    [
      { id: 'ch_1', object: 'charge', payment_intent: 'pi_1' },
      { kind: 'payment', providerRef: 'pi_1' },
    ],
    [
      { id: 'ch_1', object: 'charge', payment_intent: { id: 'pi_1' } },
      { kind: 'payment', providerRef: 'pi_1' },
    ],
    [
      { id: 'ch_1', object: 'charge', payment_intent: null },
      { kind: 'other', providerRef: 'ch_1' },
    ],
    [
      { id: 're_1', object: 'refund', payment_intent: 'pi_1' },
      { kind: 'refund', providerRef: 're_1', paymentProviderRef: 'pi_1' },
    ],
    [
      { id: 're_1', object: 'refund' },
      { kind: 'refund', providerRef: 're_1', paymentProviderRef: null },
    ],
    [
      { id: 'du_1', object: 'dispute', payment_intent: 'pi_1' },
      { kind: 'dispute', providerRef: 'du_1', paymentProviderRef: 'pi_1' },
    ],
    [
      { id: 'pm_1', object: 'payment_method' },
      { kind: 'payment_method', providerRef: 'pm_1' },
    ],
    [
      { id: 'cus_1', object: 'customer' },
      { kind: 'other', providerRef: 'cus_1' },
    ],
    [{ object: 'balance' }, { kind: 'other', providerRef: null }],
    [
      { id: 'x', object: 'constructor' },
      { kind: 'other', providerRef: 'x' },
    ],
  ])('read %j as about %j', (object, subject) => {
    expect(eventAbout(object).subject).toEqual(subject);
  });

  it('tell id, type and time of the event, and the tenant in the metadata', () => {
    expect(eventAbout({ id: 'pi_1', object: 'payment_intent', metadata: { tenant_id: 'ten_1' } })).toMatchObject({
      id: 'evt_1',
      type: 'some.event',
      occurredAt: 1_793_000_000_000,
      tenantId: 'ten_1',
    });
    expect(eventAbout({ id: 'pi_1', object: 'payment_intent', metadata: {} }).tenantId).toBeNull();
  });

  it('are believed when one of several signatures fits, as while the secret is rolled over', () => {
    const rawBody = JSON.stringify({ id: 'evt_1', object: 'event', type: 't', created: 1, data: { object: {} } });
    const older = sign(rawBody, 'whsec_older').split(',')[1] ?? '';
    expect(receive(rawBody, `${sign(rawBody)},${older}`).kind).toBe('verified');
    expect(receive(rawBody, `t=${NOW_SECONDS},${older}`)).toEqual({ kind: 'refused', reason: 'signature_invalid' });
  });

  it('are judged by the stamp that was signed, not by another one put before it', () => {
    const rawBody = '{}';
    const old = Stripe.webhooks.generateTestHeaderString({ payload: rawBody, secret: SECRET, timestamp: 1 });
    expect(receive(rawBody, `t=${NOW_SECONDS},${old}`)).toEqual({ kind: 'refused', reason: 'too_old' });
    expect(receive(rawBody, `${old},t=${NOW_SECONDS}`)).toEqual({ kind: 'refused', reason: 'signature_invalid' });
  });

  it.each([
    [300, 'verified'],
    [301, 'in_the_future'],
    [-300, 'verified'],
    [-301, 'too_old'],
  ])('stamped %i seconds from now are %s', (seconds, expected) => {
    const payload = JSON.stringify({ id: 'evt_1', object: 'event', type: 't', created: 1, data: { object: {} } });
    const timestamp = NOW_SECONDS + seconds;
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp });
    const outcome = receive(payload, signature);
    expect(outcome.kind === 'refused' ? outcome.reason : outcome.kind).toBe(expected);
  });

  it.each([
    '',
    'no json',
    'null',
    '[]',
    '{}',
    '{"object":"v2.core.event"}',
    '{"id":"evt_1","object":"event","type":"t","created":1}',
    '{"id":"evt_1","object":"event","type":"t","created":1,"data":{"object":null}}',
    '{"id":"evt_1","object":"event","type":"t","created":"1","data":{"object":{}}}',
  ])('are refused, not thrown, when the body is %j', (rawBody) => {
    expect(receive(rawBody).kind).toBe('refused');
  });
});
