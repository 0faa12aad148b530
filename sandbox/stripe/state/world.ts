/** Everything that the sandbox knows, and the two ways in which it changes: objects and events. */
import type { TestMethodSecrets } from '../payments/secrets';
import type { Script } from '../payments/outcome';
import type { PendingOutcome } from '../payments/pending-outcome';
import type { Delivery } from '../webhooks/delivery';
import type { SavedAnswer } from '../http/idempotency';
import { Collection, type Change } from './collection';
import { newId } from './new-id';
import type {
  BalanceTransaction,
  Charge,
  Customer,
  Dispute,
  EarlyFraudWarning,
  EventType,
  Mandate,
  PaymentIntent,
  PaymentMethod,
  Payout,
  Refund,
  SetupAttempt,
  SetupIntent,
  StoredEvent,
  TaxCalculation,
  TaxTransaction,
  WebhookEndpoint,
} from './stored';

/** The API version that the sandbox speaks, which is the one of the official client that it is tested with. */
export const API_VERSION = '2026-10-28.endive';

/** Stripe keeps events for 30 days; a double keeps a number of them, so that a benchmark does not fill the memory. */
const EVENTS_COUNT_MAX = 50_000;
const DELIVERIES_COUNT_MAX = 50_000;
/** Stripe keeps keys for a day; at the 100 requests a second that it allows, this is more than the longest retry of a benchmark needs. */
const SAVED_ANSWERS_COUNT_MAX = 50_000;

/** Most calculations are asked for and never sold. */
const TAX_CALCULATIONS_COUNT_MAX = 50_000;

/** The request that is being executed: events name it. */
export interface Cause {
  readonly id: string | null;
  readonly idempotency_key: string | null;
}
export const noCause: Cause = { id: null, idempotency_key: null };

function makeCollections() {
  return {
    customers: new Collection<Customer>('customers'),
    deletedCustomers: new Collection<{ id: string; object: 'customer'; deleted: true }>('deletedCustomers'),
    paymentMethods: new Collection<PaymentMethod>('paymentMethods'),
    secrets: new Collection<TestMethodSecrets>('secrets'),
    setupIntents: new Collection<SetupIntent>('setupIntents'),
    setupAttempts: new Collection<SetupAttempt>('setupAttempts'),
    mandates: new Collection<Mandate>('mandates'),
    paymentIntents: new Collection<PaymentIntent>('paymentIntents'),
    charges: new Collection<Charge>('charges'),
    refunds: new Collection<Refund>('refunds'),
    disputes: new Collection<Dispute>('disputes'),
    earlyFraudWarnings: new Collection<EarlyFraudWarning>('earlyFraudWarnings'),
    balanceTransactions: new Collection<BalanceTransaction>('balanceTransactions'),
    payouts: new Collection<Payout>('payouts'),
    taxCalculations: new Collection<TaxCalculation>('taxCalculations', TAX_CALCULATIONS_COUNT_MAX),
    taxTransactions: new Collection<TaxTransaction>('taxTransactions'),
    events: new Collection<StoredEvent>('events', EVENTS_COUNT_MAX),
    webhookEndpoints: new Collection<WebhookEndpoint>('webhookEndpoints'),
    webhookSecrets: new Collection<{ id: string; secret: string }>('webhookSecrets'),
    deliveries: new Collection<Delivery>('deliveries', DELIVERIES_COUNT_MAX),
    savedAnswers: new Collection<SavedAnswer>('savedAnswers', SAVED_ANSWERS_COUNT_MAX),
    pendingOutcomes: new Collection<PendingOutcome>('pendingOutcomes'),
    scripts: new Collection<Script>('scripts'),
  };
}

type Collections = ReturnType<typeof makeCollections>;

export interface World extends Collections {
  /** Where the sandbox can be reached by a browser, for the pages that it shows; no slash at the end. */
  baseUrl: string;
  /** True: each payment method that is made is a card of its own, with its own fingerprint. */
  hasOwnCards: boolean;
  /** Set by the request pipeline around each execution. */
  cause: Cause;
  /** Epoch seconds. */
  now(): number;
  /** Records that something happened, with the object as it is now and what it was before. */
  emit(type: EventType, object: object, previousAttributes?: object): StoredEvent;
  /** Called for each event, once it is recorded. */
  onEvent(listener: (event: StoredEvent) => void): void;
  /** Forgets everything. */
  reset(): void;
  takeChanges(): Change[];
  allChanges(): Change[];
  restore(changes: readonly Change[]): void;
}

/** Makes an empty world. `now` answers epoch milliseconds. */
export function createWorld(options: { now: () => number; baseUrl: string }): World {
  const collections = makeCollections();
  const all: Collection<{ id: string }>[] = Object.values(collections) as unknown as Collection<{ id: string }>[];
  const byName = new Map(all.map((collection) => [collection.name, collection]));
  const listeners: ((event: StoredEvent) => void)[] = [];
  const world: World = {
    ...collections,
    baseUrl: options.baseUrl,
    hasOwnCards: false,
    cause: noCause,
    now: () => Math.floor(options.now() / 1_000),
    emit: (type, object, previousAttributes) => {
      const event = collections.events.add(makeEvent(world, type, object, previousAttributes));
      for (const listener of listeners) listener(event);
      return event;
    },
    onEvent: (listener) => listeners.push(listener),
    reset: () => all.forEach((collection) => collection.clear()),
    takeChanges: () => all.flatMap((collection) => collection.takeChanges()),
    allChanges: () => all.flatMap((collection) => collection.allChanges()),
    restore: (changes) => {
      for (const [name, id, object] of changes) byName.get(name)?.restore(id, object);
    },
  };
  return world;
}

function makeEvent(world: World, type: EventType, object: object, previousAttributes?: object): StoredEvent {
  const copy = (value: object): unknown => JSON.parse(JSON.stringify(value));
  return {
    id: newId('evt'),
    object: 'event',
    api_version: API_VERSION,
    created: world.now(),
    data: {
      object: copy(object),
      ...(previousAttributes === undefined ? {} : { previous_attributes: copy(previousAttributes) }),
    },
    livemode: false,
    pending_webhooks: 0,
    request: world.cause,
    type,
  };
}
