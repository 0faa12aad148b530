/**
 * Delivers events to the webhook endpoints: signed, after the answer that caused them, again when an endpoint does not answer 2xx. A test can pause,
 * delay, double and reorder them.
 */
import { newId } from '../state/new-id';
import type { StoredEvent, WebhookEndpoint } from '../state/stored';
import type { World } from '../state/world';
import type { Delivery } from './delivery';
import { signatureHeader } from './sign';

export interface DispatchSettings {
  isPaused: boolean;
  /** Milliseconds between an event and its first delivery. */
  delayMs: number;
  /** How many more times each delivery is sent. */
  duplicates: number;
  /** Deliveries are gathered until there are so many and then sent in reverse, one by one; 0 sends them as they come. */
  reorderBatch: number;
}

export interface Dispatcher {
  readonly settings: DispatchSettings;
  /** Changes the settings and sends on what they held back. */
  configure(change: Partial<DispatchSettings>): void;
  /** Sends an event once more to every endpoint that wants it, or to the one named. */
  redeliver(event: StoredEvent, endpointId: string | null): void;
  /** Resolves when nothing is under way any more, with false when that took longer than the bound. */
  idle(timeoutMs: number): Promise<boolean>;
  /** Sends what was pending when the sandbox stopped. */
  resume(): void;
  close(): void;
}

interface DispatcherOptions {
  readonly world: World;
  /** Milliseconds before each further attempt; after the last one the delivery has failed. */
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
  commit(): void;
}

/** More at once would only measure the endpoint. */
const CONCURRENCY_MAX = 8;
const IDLE_CHECK_MS = 5;

const settingsDefault: DispatchSettings = { isPaused: false, delayMs: 0, duplicates: 0, reorderBatch: 0 };

/** Whether an endpoint wants this type of event. */
export function wants(endpoint: WebhookEndpoint, type: string): boolean {
  return (
    endpoint.status === 'enabled' && (endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type))
  );
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { world } = options;
  const settings = { ...settingsDefault };
  const timers = new Set<NodeJS.Timeout>();
  let queue: Delivery[] = [];
  let gathered: Delivery[] = [];
  let underWay = 0;
  let isClosed = false;

  const later = (delayMs: number, action: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, delayMs);
    timers.add(timer);
  };

  const pump = (): void => {
    const concurrency = settings.reorderBatch > 0 ? 1 : CONCURRENCY_MAX;
    while (!isClosed && !settings.isPaused && underWay < concurrency) {
      const delivery = queue.shift();
      if (delivery === undefined) return;
      underWay += 1;
      void attemptDelivery(options, delivery).then(() => {
        underWay -= 1;
        if (!isClosed && delivery.status === 'pending') retryLater(delivery);
        pump();
      });
    }
  };

  const retryLater = (delivery: Delivery): void => {
    const delayMs = options.retryDelaysMs[delivery.attempts.length - 1] ?? 0;
    later(delayMs, () => {
      queue.push(delivery);
      pump();
    });
  };

  const release = (): void => {
    queue.push(...gathered.reverse());
    gathered = [];
  };

  const accept = (delivery: Delivery): void => {
    const copies = Array.from({ length: settings.duplicates + 1 }, () => delivery);
    if (settings.reorderBatch === 0) queue.push(...copies);
    else {
      gathered.push(...copies);
      if (gathered.length >= settings.reorderBatch) release();
    }
    pump();
  };

  const enqueue = (delivery: Delivery): void => {
    later(settings.delayMs, () => accept(delivery));
  };

  const deliver = (event: StoredEvent, endpoint: WebhookEndpoint): void => {
    const delivery: Delivery = {
      id: newId('whd'),
      event: event.id,
      eventType: event.type,
      endpoint: endpoint.id,
      status: 'pending',
      attempts: [],
    };
    event.pending_webhooks += 1;
    enqueue(world.deliveries.add(delivery));
  };

  world.onEvent((event) => {
    for (const endpoint of world.webhookEndpoints.values()) if (wants(endpoint, event.type)) deliver(event, endpoint);
  });

  return {
    settings,
    configure: (change) => {
      Object.assign(settings, change);
      if (gathered.length > 0 && gathered.length >= settings.reorderBatch) release();
      pump();
    },
    redeliver: (event, endpointId) => {
      for (const endpoint of world.webhookEndpoints.values()) {
        const isMeant = endpointId === null ? wants(endpoint, event.type) : endpoint.id === endpointId;
        if (isMeant) deliver(event, endpoint);
      }
    },
    idle: async (timeoutMs) => {
      const deadline = Date.now() + timeoutMs;
      const isIdle = (): boolean => timers.size === 0 && queue.length === 0 && gathered.length === 0 && underWay === 0;
      while (!isIdle() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, IDLE_CHECK_MS));
      return isIdle();
    },
    resume: () => {
      for (const delivery of world.deliveries.values()) if (delivery.status === 'pending') enqueue(delivery);
    },
    close: () => {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      queue = [];
      gathered = [];
    },
  };
}

/** Sends a delivery once and notes what the endpoint said. */
async function attemptDelivery(options: DispatcherOptions, delivery: Delivery): Promise<void> {
  const { world } = options;
  const event = world.events.get(delivery.event);
  const endpoint = world.webhookEndpoints.get(delivery.endpoint);
  const secret = world.webhookSecrets.get(delivery.endpoint)?.secret;
  if (event === undefined || endpoint === undefined || secret === undefined) {
    world.deliveries.update(delivery, { status: 'failed' });
    return;
  }
  const status = await post(endpoint.url, eventBody(event), [secret], options);
  const isAccepted = status !== null && status >= 200 && status < 300;
  const attempts = [...delivery.attempts, { at: Date.now(), status }];
  const isLast = attempts.length > options.retryDelaysMs.length;
  const wasDelivered = delivery.status === 'delivered';
  const next = isAccepted || wasDelivered ? 'delivered' : isLast ? 'failed' : 'pending';
  if (isAccepted && !wasDelivered) {
    world.events.update(event, { pending_webhooks: Math.max(0, event.pending_webhooks - 1) });
  }
  world.deliveries.update(delivery, { attempts, status: next });
  options.commit();
}

/** An event as it is sent: indented, as Stripe does, which shows up receivers that verify anything but the raw body. */
export const eventBody = (event: StoredEvent): string => JSON.stringify(event, null, 2);

async function post(
  url: string,
  body: string,
  secrets: readonly string[],
  options: DispatcherOptions,
): Promise<number | null> {
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Stripe-Signature': signatureHeader(body, secrets, options.world.now()),
    'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  };
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}
