import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import type { ActivityDependencies } from './dependencies';
import { recordFact } from './record-fact';

export interface RecordAttentionInput {
  readonly state: SubscriptionState;
  /** Null clears it. */
  readonly reason: string | null;
  readonly now: Instant;
}

/** Notes that a person must look, or that they need not any more. */
export function recordAttention(deps: ActivityDependencies) {
  return ({ state, reason, now }: RecordAttentionInput): Promise<SubscriptionEvent> => {
    const event: SubscriptionEvent =
      reason === null ? { type: 'attention_cleared', at: now } : { type: 'attention_needed', at: now, reason };
    return recordFact(deps, { state, now, event });
  };
}
