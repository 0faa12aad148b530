/**
 * Moving chosen subscriptions to another version or plan: what is asked of each, and what stands in the way before anything is asked. The
 * run and its preview both come here.
 */
import { refusal, type Refusal } from './errors';
import type { ChangePlan } from './subscription/commands';
import { finalStatuses, type SubscriptionState, type Terms } from './subscription/state';

export type MigrationTiming = 'now' | 'at_period_end';

/** What a migration does with each of its subscriptions. */
export interface MigrationOrder {
  /** The plan that the subscriptions are moved from. */
  readonly planId: string;
  /** Null: any of its versions. */
  readonly fromVersions: readonly number[] | null;
  readonly toPlanId: string;
  readonly toVersion: number;
  readonly timing: MigrationTiming;
  /** Null: the policy of the customer or the tenant. */
  readonly proration: string | null;
}

/**
 * `migrated`: the change is carried out, or planned for the end of the period. `unchanged`: it was there, or planned, already. `refused`: the
 * rules forbid it. `gone`: it ended, or left what was chosen, before its turn.
 */
export const migrationOutcomes = ['migrated', 'unchanged', 'refused', 'gone'] as const;
export type MigrationOutcome = (typeof migrationOutcomes)[number];

/** What became of one subscription; the reason is null where none is needed. */
export interface MigrationResult {
  readonly outcome: MigrationOutcome;
  readonly reason: Pick<Refusal, 'code' | 'message'> | null;
}

export const migrated: MigrationResult = { outcome: 'migrated', reason: null };
const unchanged: MigrationResult = { outcome: 'unchanged', reason: null };

/** The result of one that the rules forbid. */
export const refusedBecause = ({ code, message }: Pick<Refusal, 'code' | 'message'>): MigrationResult => ({
  outcome: 'refused',
  reason: { code, message },
});

const gone = ({ code, message }: Refusal): MigrationResult => ({ outcome: 'gone', reason: { code, message } });

/** The change of plan that each subscription is asked for. The quantity is left out: it stays. */
export function migrationCommand(order: MigrationOrder): ChangePlan {
  const { toPlanId, toVersion, timing, proration } = order;
  return {
    planId: toPlanId,
    planVersion: toVersion,
    ...(timing === 'at_period_end' ? { atPeriodEnd: true } : {}),
    ...(proration === null ? {} : { proration }),
  };
}

const isTarget = ({ planId, planVersion }: Terms, { toPlanId, toVersion }: MigrationOrder): boolean =>
  planId === toPlanId && planVersion === toVersion;

const wasChosen = ({ planId, planVersion }: Terms, { planId: from, fromVersions }: MigrationOrder): boolean =>
  planId === from && (fromVersions === null || fromVersions.includes(planVersion));

/**
 * What becomes of a subscription without asking it; null when it is to be asked. A change that is planned already was somebody's decision
 * about this subscription: it stays, and the subscription is refused.
 */
export function resultWithoutAsking(state: SubscriptionState, order: MigrationOrder): MigrationResult | null {
  const { subscriptionId, status, terms, pendingTerms } = state;
  if (finalStatuses.has(status)) return gone(refusal('subscription_ended', { subscriptionId }));
  if (isTarget(terms, order)) return unchanged;
  if (!wasChosen(terms, order)) return gone(refusal('subscription_not_chosen', { subscriptionId }));
  if (pendingTerms === null) return null;
  if (!isTarget(pendingTerms, order)) return refusedBecause(refusal('change_planned', { subscriptionId }));
  return order.timing === 'at_period_end' ? unchanged : null;
}
