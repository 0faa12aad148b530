/**
 * What one try to collect works with.
 */
import type { PaymentState } from '../adapters/rails/port';
import type { CollectionFacts } from '../db/transactions/collection-facts';
import type { Collection, SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import type { ActivityDependencies } from './dependencies';

export interface CollectPaymentInput {
  readonly state: SubscriptionState;
  readonly invoiceId: string;
  readonly action: 'attempt' | 'reconcile';
  readonly now: Instant;
}

/** What one call works with. */
export interface Try {
  readonly deps: ActivityDependencies;
  readonly input: CollectPaymentInput;
  readonly facts: CollectionFacts;
  readonly collection: Collection;
}

/** The payment status that a provider's answer stands for. */
export function statusOf(known: PaymentState): string {
  if (known.kind === 'declined') return 'failed';
  return known.kind === 'unconfirmed' ? 'created' : known.kind;
}
