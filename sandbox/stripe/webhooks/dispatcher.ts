/**
 * Delivers events to the webhook endpoints: signed, after the answer that caused them, again when an endpoint does not answer 2xx. A test can pause,
 * delay, double and reorder them.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '../state/new-id';
import type { StoredEvent, WebhookEndpoint } from '../state/stored';
import type { Delivery } from './delivery';
import { attemptDelivery, type PostOptions } from './attempt-delivery';

export interface DispatchSettings {
  isPaused: boolean;
  /** Milliseconds between an event and its first delivery. */
  delayMs: number;
  /** How many more times each delivery is sent. */
  duplicates: number;
  /** Deliveries are gathered until there are so many and then sent in reverse, one by one; 0 sends them as they come. */
  reorderBatch: number;
}

interface DispatcherOptions extends PostOptions {
  /** Milliseconds before each further attempt; after the last one the delivery has failed. */
  readonly retryDelaysMs: readonly number[];
}

/** More at once would only measure the endpoint. */
const CONCURRENCY_MAX = 8;
const IDLE_CHECK_MS = 5;

/** Whether an endpoint wants this type of event. */
export function wants(endpoint: WebhookEndpoint, type: string): boolean {
  return (
    endpoint.status === 'enabled' && (endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type))
  );
}

/** Takes every event of the world from its making on. */
export class Dispatcher {
  readonly settings: DispatchSettings = { isPaused: false, delayMs: 0, duplicates: 0, reorderBatch: 0 };
  readonly #timers = new Set<NodeJS.Timeout>();
  #queue: Delivery[] = [];
  #gathered: Delivery[] = [];
  #underWay = 0;
  #isClosed = false;

  constructor(private readonly options: DispatcherOptions) {
    options.world.onEvent((event) => this.redeliver(event, null));
  }

  /** Changes the settings and sends on what they held back. */
  configure(change: Partial<DispatchSettings>): void {
    Object.assign(this.settings, change);
    if (this.#gathered.length >= this.settings.reorderBatch) this.#release();
    this.#pump();
  }

  /** Sends an event, once more or for the first time, to every endpoint that wants it, or to the one named. */
  redeliver(event: StoredEvent, endpointId: string | null): void {
    for (const endpoint of this.options.world.webhookEndpoints.values()) {
      const isMeant = endpointId === null ? wants(endpoint, event.type) : endpoint.id === endpointId;
      if (isMeant) this.#deliver(event, endpoint);
    }
  }

  /** Waits until nothing is under way any more; false when that took longer than the bound. What is paused is under way. */
  async idle(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (!this.#isIdle() && Date.now() < deadline) await wait(IDLE_CHECK_MS);
    return this.#isIdle();
  }

  /** Sends what was pending when the sandbox stopped. */
  resume(): void {
    for (const delivery of this.options.world.deliveries.values()) {
      if (delivery.status === 'pending') this.#later(0, () => this.#accept(delivery));
    }
  }

  /** Forgets what is held back, for a reset. */
  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#queue = [];
    this.#gathered = [];
  }

  close(): void {
    this.#isClosed = true;
    this.clear();
  }

  #deliver(event: StoredEvent, endpoint: WebhookEndpoint): void {
    const delivery: Delivery = {
      id: newId('whd'),
      event: event.id,
      eventType: event.type,
      endpoint: endpoint.id,
      status: 'pending',
      attempts: [],
    };
    const { world } = this.options;
    world.events.update(event, { pending_webhooks: event.pending_webhooks + 1 });
    world.deliveries.add(delivery);
    this.#later(this.settings.delayMs, () => this.#accept(delivery));
  }

  /** Also without a delay after the present request: its answer goes first. */
  #later(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }

  #accept(delivery: Delivery): void {
    const copies = Array.from({ length: this.settings.duplicates + 1 }, () => delivery);
    if (this.settings.reorderBatch === 0) this.#queue.push(...copies);
    else {
      this.#gathered.push(...copies);
      if (this.#gathered.length >= this.settings.reorderBatch) this.#release();
    }
    this.#pump();
  }

  #release(): void {
    this.#queue.push(...this.#gathered.reverse());
    this.#gathered = [];
  }

  #pump(): void {
    const concurrency = this.settings.reorderBatch > 0 ? 1 : CONCURRENCY_MAX;
    while (!this.#isClosed && !this.settings.isPaused && this.#underWay < concurrency) {
      const delivery = this.#queue.shift();
      if (delivery === undefined) return;
      this.#underWay += 1;
      void this.#attempt(delivery).finally(() => {
        this.#underWay -= 1;
        this.#pump();
      });
    }
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { retryDelaysMs } = this.options;
    const isLast = delivery.attempts.length >= retryDelaysMs.length;
    const isDelivered = await attemptDelivery(this.options, delivery, isLast, () => this.#isClosed);
    if (isDelivered || this.#isClosed || delivery.status !== 'pending') return;
    this.#later(retryDelaysMs[delivery.attempts.length - 1] ?? 0, () => {
      this.#queue.push(delivery);
      this.#pump();
    });
  }

  #isIdle(): boolean {
    return this.#timers.size === 0 && this.#queue.length === 0 && this.#gathered.length === 0 && this.#underWay === 0;
  }
}
