/** One attempt to deliver an event, and what the endpoint said. */
import type { StoredEvent } from '../state/stored';
import type { World } from '../state/world';
import type { Delivery } from './delivery';
import { signatureHeader } from './sign';

export interface PostOptions {
  readonly world: World;
  /** How long an endpoint may take, in milliseconds. */
  readonly timeoutMs: number;
  commit(): void;
}

/** Answers whether the endpoint took it. After the last attempt the delivery has failed. Nothing is noted once the sandbox is closed. */
export async function attemptDelivery(
  options: PostOptions,
  delivery: Delivery,
  isLast: boolean,
  isClosed: () => boolean,
): Promise<boolean> {
  const { world } = options;
  const event = world.events.get(delivery.event);
  const endpoint = world.webhookEndpoints.get(delivery.endpoint);
  const secret = world.webhookSecrets.get(delivery.endpoint)?.secret;
  if (event === undefined || endpoint === undefined || secret === undefined) {
    world.deliveries.update(delivery, { status: 'failed' });
    return false;
  }
  const status = await post(endpoint.url, eventBody(event), secret, options);
  const isAccepted = status !== null && status >= 200 && status < 300;
  if (isClosed()) return isAccepted;
  const wasDelivered = delivery.status === 'delivered';
  const failed = isLast ? 'failed' : 'pending';
  if (isAccepted && !wasDelivered) {
    world.events.update(event, { pending_webhooks: Math.max(0, event.pending_webhooks - 1) });
  }
  world.deliveries.update(delivery, {
    attempts: [...delivery.attempts, { at: Date.now(), status }],
    status: isAccepted || wasDelivered ? 'delivered' : failed,
  });
  options.commit();
  return isAccepted;
}

/** An event as it is sent: indented, as Stripe does, which shows up receivers that verify anything but the raw body. */
export const eventBody = (event: StoredEvent): string => JSON.stringify(event, null, 2);

/** The endpoint's status; null when it did not answer. */
async function post(url: string, body: string, secret: string, options: PostOptions): Promise<number | null> {
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Stripe-Signature': signatureHeader(body, [secret], options.world.now()),
    'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  };
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}
