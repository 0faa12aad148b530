/**
 * A fact of a subscription that collects consolidated invoices may concern the others on them: their facts are written in the same
 * transaction, from their rows. Should one of them record something at the same moment, its place in the order is taken; whoever comes
 * second reads again.
 */
import { loadFollowers } from '../db/transactions/followers';
import type { OtherFact } from '../db/transactions/record';
import { apply } from '../domain/subscription/apply';
import type { SubscriptionEvent } from '../domain/subscription/events';
import { ledOutcomes, reportTo } from '../domain/subscription/lead-report';
import { finalStatuses, type SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import type { ActivityDependencies } from './dependencies';
import { outsideEvents } from './outside-events';

/** A fact of another subscription as it is written, with what the outside hears of it. */
export function otherFact(before: SubscriptionState, event: SubscriptionEvent, now: Instant): OtherFact {
  const after = apply(before, event);
  const hasEnded = finalStatuses.has(after.status) && !finalStatuses.has(before.status);
  return {
    subscription: { state: after, ...(hasEnded ? { canceledAt: now } : {}) },
    fact: event,
    events: outsideEvents(before, after, event, null, null),
  };
}

/** The facts of others that go with a fact of a subscription; none, and no query, for one that collects for itself alone. */
export async function reportsOf(
  deps: ActivityDependencies,
  before: SubscriptionState,
  event: SubscriptionEvent,
  now: Instant,
): Promise<OtherFact[]> {
  const outcomes = ledOutcomes(before, event);
  if (outcomes.length === 0) return [];
  const { tenantId, subscriptionId } = before;
  const ids = outcomes.map(({ invoiceId }) => invoiceId);
  const followers = await loadFollowers(deps.database.as(tenantId), tenantId, ids, subscriptionId);
  const states = new Map(followers.map(({ state }) => [state.subscriptionId, state]));
  return [...states].flatMap(([id, state]) => {
    const theirs = followers.filter((follower) => follower.state.subscriptionId === id);
    const isOn = (invoiceId: string): boolean => theirs.some((follower) => follower.invoiceId === invoiceId);
    const own = outcomes.filter(({ invoiceId }) => isOn(invoiceId));
    const report = reportTo(state, subscriptionId, own, now);
    return report === null ? [] : [otherFact(state, report, now)];
  });
}

/** Names those whose facts are written with this one, so that the workflow can wake them. */
export function naming<Event extends SubscriptionEvent>(event: Event, others: readonly OtherFact[]): Event {
  if (others.length === 0) return event;
  return { ...event, told: others.map(({ subscription }) => subscription.state.subscriptionId) };
}
