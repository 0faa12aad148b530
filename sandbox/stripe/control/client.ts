/** A typed client of the control surface, for tests, demos and benchmarks in other processes. */
import type { Delivery } from '../webhooks/delivery';
import type { Fault, FaultKind } from './faults';
import type { SeenRequest } from './request-log';

interface DeclineOutcome {
  readonly kind: 'decline';
  readonly decline_code?: string;
  readonly code?: string;
  readonly message?: string;
  readonly advice_code?: string | null;
  readonly network_advice_code?: string | null;
  readonly network_decline_code?: string | null;
}

/** What a payment does; what waits takes what comes `then`. */
export type ScriptOutcome =
  | { readonly kind: 'succeed' }
  | DeclineOutcome
  | { readonly kind: 'requires_action' | 'processing'; readonly then?: { readonly kind: 'succeed' } | DeclineOutcome };

export interface ScriptOrder {
  /** `pm_…`, `cus_…` or a card's fingerprint. */
  readonly target: string;
  readonly next?: readonly ScriptOutcome[];
  readonly always?: ScriptOutcome | null;
}

export interface FaultOrder {
  readonly method?: 'GET' | 'POST' | 'DELETE' | '*';
  /** `*` stands for one segment, a last `**` for any rest. */
  readonly path: string;
  readonly kind: FaultKind;
  readonly moment?: 'before' | 'after';
  /** Null for every request until the faults are cleared; 1 without it. */
  readonly count?: number | null;
  readonly delay_ms?: number;
}

export interface WebhookSettings {
  readonly paused?: boolean;
  readonly delay_ms?: number;
  readonly duplicates?: number;
  readonly reorder_batch?: number;
}

export interface ChargeFacts {
  readonly id: string;
  /** Wire units. */
  readonly amount: number;
  readonly amount_refunded: number;
  readonly currency: string;
  readonly payment_intent: string | null;
  readonly created: number;
}

export interface StripeControl {
  reset(): Promise<void>;
  script(order: ScriptOrder): Promise<void>;
  fault(order: FaultOrder): Promise<void>;
  clearFaults(): Promise<void>;
  faults(): Promise<readonly Fault[]>;
  /** Milliseconds added to every request. */
  latency(ms: number): Promise<void>;
  requests(): Promise<readonly SeenRequest[]>;
  /** Plays an outage longer than the day for which keys are kept. */
  forgetIdempotencyKeys(): Promise<void>;
  /** Settles a processing payment intent, a refund or a payout. */
  settle(id: string, outcome?: 'succeed' | 'fail' | ScriptOutcome): Promise<void>;
  dispute(order: { charge: string; reason?: string; is_inquiry?: boolean }): Promise<{ id: string }>;
  /** The bank decides an open dispute. */
  decideDispute(id: string, outcome: 'won' | 'lost'): Promise<void>;
  /** From now on each payment method is a card of its own (true), or one per test card as at Stripe (false). */
  ownCards(own: boolean): Promise<void>;
  /** The network renews a stored card. */
  renewCard(paymentMethod: string): Promise<void>;
  /** The charges that took money, by `metadata.invoice_id`. */
  charges(invoiceId?: string): Promise<Readonly<Record<string, readonly ChargeFacts[]>>>;
  /** Answers the question of an intent that requires action, at the address that it names. */
  authenticate(url: string, outcome: 'complete' | 'fail'): Promise<{ status: string; return_url: string | null }>;
  webhooks(settings: WebhookSettings): Promise<void>;
  addWebhookEndpoint(endpoint: {
    url: string;
    secret?: string;
    enabled_events?: readonly string[];
  }): Promise<{ id: string; secret: string }>;
  deliveries(): Promise<readonly Delivery[]>;
  /** False when webhooks were still under way after the bound. */
  idle(timeoutMs?: number): Promise<boolean>;
  redeliver(event: string, endpoint?: string): Promise<void>;
  /** An event, or the newest one about an object, as it would be sent, signed with any secret at any time. */
  sign(order: { about: string; secret: string; at_ms?: number }): Promise<{ body: string; signature: string }>;
}

const IDLE_TIMEOUT_MS = 5_000;

/** The control of the sandbox at this address. Each call rejects with the sandbox's message when it refuses the order. */
export function createStripeControl(url: string): StripeControl {
  const post = <T>(path: string, body: object = {}): Promise<T> => send<T>(`${url}/_sandbox${path}`, 'POST', body);
  const list = async <T>(path: string): Promise<T> => (await send<{ data: T }>(`${url}/_sandbox${path}`, 'GET')).data;
  return {
    reset: () => post('/reset'),
    script: (order) => post('/outcomes', order),
    fault: (order) => post('/faults', order),
    clearFaults: () => send(`${url}/_sandbox/faults`, 'DELETE'),
    faults: () => list('/faults'),
    latency: (ms) => post('/latency', { ms }),
    requests: () => list('/requests'),
    forgetIdempotencyKeys: () => post('/idempotency_keys/forget'),
    settle: (id, outcome) => post('/settle', { id, ...(outcome === undefined ? {} : { outcome }) }),
    dispute: (order) => post('/disputes', order),
    decideDispute: (id, outcome) => post(`/disputes/${id}/decide`, { outcome }),
    ownCards: (own) => post('/cards', { own }),
    renewCard: (paymentMethod) => post(`/payment_methods/${paymentMethod}/renew`),
    charges: (invoiceId) =>
      list(`/charges${invoiceId === undefined ? '' : `?invoice_id=${encodeURIComponent(invoiceId)}`}`),
    authenticate: (page, outcome) => send(page, 'POST', { outcome }),
    webhooks: (settings) => post('/webhooks/settings', settings),
    addWebhookEndpoint: (endpoint) => post('/webhooks/endpoints', endpoint),
    deliveries: () => list('/webhooks/deliveries'),
    idle: async (timeoutMs = IDLE_TIMEOUT_MS) => {
      const answer = await fetch(`${url}/_sandbox/webhooks/idle?timeout_ms=${timeoutMs}`);
      return ((await answer.json()) as { idle: boolean }).idle;
    },
    redeliver: (event, endpoint) =>
      post('/webhooks/redeliver', { event, ...(endpoint === undefined ? {} : { endpoint }) }),
    sign: (order) => post('/webhooks/sign', order),
  };
}

async function send<T>(address: string, method: string, body?: object): Promise<T> {
  const answer = await fetch(address, {
    method,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`The sandbox refused ${method} ${address}: ${said}`);
  return JSON.parse(said) as T;
}
