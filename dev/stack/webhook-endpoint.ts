/**
 * Tells the Stripe sandbox where our api receives webhooks, through Stripe's own API.
 */
import { webhookEvents } from '../../adapters/rails/stripe/webhook-events';
import type { StackSecrets } from './secrets';

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly secret?: string;
}

async function call<T>(
  stripeUrl: string,
  key: string,
  method: 'GET' | 'POST',
  route: string,
  form?: Record<string, string>,
): Promise<T> {
  const response = await fetch(`${stripeUrl}${route}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-www-form-urlencoded' },
    ...(form ? { body: new URLSearchParams(form) } : {}),
  });
  if (!response.ok)
    throw new Error(`The Stripe sandbox answered ${method} ${route} with ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/**
 * Makes the endpoint, or moves the one made before to the api's present address.
 * @returns the endpoint with the secret that signs its webhooks
 */
export async function ensureWebhookEndpoint(options: {
  stripeUrl: string;
  stripeKey: string;
  receiverUrl: string;
  known: StackSecrets['webhookEndpoint'];
}): Promise<NonNullable<StackSecrets['webhookEndpoint']>> {
  const { stripeUrl, stripeKey, receiverUrl, known } = options;
  if (known) {
    const { data } = await call<{ data: Endpoint[] }>(stripeUrl, stripeKey, 'GET', '/v1/webhook_endpoints?limit=100');
    const there = data.find((endpoint) => endpoint.id === known.id);
    if (there && there.url !== receiverUrl) {
      await call(stripeUrl, stripeKey, 'POST', `/v1/webhook_endpoints/${known.id}`, { url: receiverUrl });
    }
    if (there) return known;
  }
  const events = webhookEvents.map((event, index) => [`enabled_events[${index}]`, event]);
  const form = { url: receiverUrl, ...Object.fromEntries(events) } as Record<string, string>;
  const made = await call<Endpoint>(stripeUrl, stripeKey, 'POST', '/v1/webhook_endpoints', form);
  if (made.secret === undefined) throw new Error('The Stripe sandbox made a webhook endpoint without a secret.');
  return { id: made.id, secret: made.secret };
}
