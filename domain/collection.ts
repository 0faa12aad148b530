/**
 * What follows from the outcome of a try to collect: the next step of dunning, or its end.
 */
import type { DeclineClass } from './decline';
import { nextDunningInstant, type DunningPolicy } from './dunning';
import type { SubscriptionEvent } from './subscription/events';
import type { Collection } from './subscription/state';
import type { Instant } from './time';

type Declined = Extract<SubscriptionEvent, { type: 'payment_declined' }>;

export interface DeclinedTry {
  readonly invoiceId: string;
  /** Attempts begun so far, this one included. */
  readonly attempts: number;
  readonly code: string;
  readonly class: DeclineClass;
  /** The least wait that the network asks for; null: none. */
  readonly waitMs: number | null;
}

const waitingFor: Readonly<Record<DeclineClass, Declined['waitingFor']>> = {
  never: 'payment_method',
  customer: 'customer',
  later: 'retry',
};

/** The first step of the policy that lies in the future and after the wait that the network asks for. */
function nextStep(
  policy: DunningPolicy,
  firstFailureAt: Instant,
  earliest: Instant,
): { step: number; at: Instant | null } {
  for (let step = 0; step < policy.stepsDays.length; step++) {
    const at = nextDunningInstant(policy, firstFailureAt, step);
    if (at !== null && at >= earliest) return { step: step + 1, at };
  }
  return { step: policy.stepsDays.length, at: null };
}

/**
 * The fact of a declined try. Dunning steps count from the first failure; steps that passed while nothing could be tried are
 * skipped. A card that must never be tried again keeps its steps: each is a reminder, and the end comes at its time.
 */
export function declinedFact(
  collection: Collection,
  policy: DunningPolicy,
  declined: DeclinedTry,
  now: Instant,
): Declined {
  const firstFailureAt = collection.firstFailureAt ?? now;
  const earliest = now + Math.max(1, declined.waitMs ?? 0);
  const planned = nextStep(policy, firstFailureAt, earliest);
  const { step, at } = lastChance(policy, firstFailureAt, planned, earliest, now);
  return {
    type: 'payment_declined',
    at: now,
    invoiceId: declined.invoiceId,
    attempts: declined.attempts,
    code: declined.code,
    step,
    firstFailureAt,
    nextAt: at,
    waitingFor: waitingFor[declined.class],
  };
}

/**
 * A wait that passes over the last step does not end dunning early: the last try comes when the network allows it, which is later than
 * planned (at most 10 days, Mastercard's longest), because networks charge for a try before it.
 */
function lastChance(
  policy: DunningPolicy,
  firstFailureAt: Instant,
  planned: { step: number; at: Instant | null },
  earliest: Instant,
  now: Instant,
): { step: number; at: Instant | null } {
  const last = nextDunningInstant(policy, firstFailureAt, policy.stepsDays.length - 1);
  if (planned.at !== null || last === null || last <= now || last >= earliest) return planned;
  return { step: policy.stepsDays.length, at: earliest };
}

/** The dunning step that stays planned while the customer is asked; null before a first failure and after the last step. */
export function plannedStep(policy: DunningPolicy, collection: Collection, now: Instant): Instant | null {
  return collection.firstFailureAt === null ? null : nextStep(policy, collection.firstFailureAt, now + 1).at;
}

/** A processing debit is read again once a day, in case the provider's message is lost. */
export const processingCheckMs = 24 * 3_600_000;
/** A customer who was asked to confirm (3-D Secure) has so long; then it counts as declined. */
export const customerActionMs = 24 * 3_600_000;
