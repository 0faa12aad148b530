/** What must hold of a subscription after every fact. */
import { apply } from '../../../domain/subscription/apply';
import type { SubscriptionEvent } from '../../../domain/subscription/events';
import {
  finalStatuses,
  openInvoicesMaxOf,
  type Period,
  type SubscriptionState,
} from '../../../domain/subscription/state';
import { canTransition, transitions } from '../../../domain/subscription/transitions';
import { openIds, type World } from './world';

const owedIds = ({ collection }: SubscriptionState): string[] =>
  collection === null ? [] : [collection.invoiceId, ...collection.queue];

function checkShape(state: SubscriptionState): void {
  const { status, pause, trialEnd, incompleteUntil, period, collection } = state;
  expect([status, pause !== null]).toEqual([status, status === 'paused']);
  expect([status, trialEnd !== null]).toEqual([status, status === 'trialing']);
  expect([status, incompleteUntil !== null]).toEqual([status, status === 'incomplete']);
  if (status === 'pending') expect(period).toBeNull();
  if (finalStatuses.has(status)) expect([state.cancelAt, state.pendingTerms]).toEqual([null, null]);
  expect(owedIds(state).length).toBeLessThanOrEqual(openInvoicesMaxOf(state));
  expect(new Set(owedIds(state)).size).toBe(owedIds(state).length);
  if (collection?.waitingFor === 'nothing') expect(collection.nextAt).not.toBeNull();
}

/** 2 KB in ordinary cases: up to a quarter of a year of open invoices; the fullest backlog stays near it. */
function checkJson(state: SubscriptionState): void {
  const json = JSON.stringify(state);
  expect(JSON.parse(json)).toStrictEqual(state);
  expect(json.length).toBeLessThan(owedIds(state).length <= 3 ? 2048 : 2048 + 33 * openInvoicesMaxOf(state));
}

const reachable = (from: SubscriptionState['status'], to: SubscriptionState['status']): boolean => {
  const direct = Object.values(transitions[from]);
  // A resume of who owes is two moves at once.
  return from === to || direct.includes(to) || (canTransition(from, 'resume') && to === 'past_due');
};

/** A collection that nothing wakes by itself is one whose dunning has ended, or that gates a start. */
function checkNoEndlessWait({ collection, status, incompleteUntil }: SubscriptionState, dunningEnded: boolean): void {
  if (collection === null || collection.nextAt !== null || collection.checkAt !== null) return;
  if (collection.noticedAt !== null || (status === 'incomplete' && incompleteUntil !== null)) return;
  expect([status, dunningEnded]).toEqual([status, true]);
}

type Billing = { readonly period: Period; readonly shifted: boolean };

function billingOf(event: SubscriptionEvent): Billing | null {
  if (event.type === 'invoice_issued') return { period: event.period, shifted: false };
  if (event.type === 'terms_changed' && event.calendar !== null)
    return { period: event.calendar.period, shifted: false };
  if (event.type === 'resumed' && event.calendar !== null)
    return { period: event.calendar.period, shifted: event.invoice === null };
  return null;
}

/** Periods follow one another: none twice, none left out but for pauses, none after the end. */
function checkCoverage(world: World, before: SubscriptionState, event: SubscriptionEvent): void {
  const billing = billingOf(event);
  if (billing === null) return;
  const { period, shifted } = billing;
  expect(finalStatuses.has(before.status)).toBe(false);
  expect(period.end).toBeGreaterThan(period.start);
  const last = world.stretches.at(-1);
  if (shifted && last !== undefined) {
    expect(period.end - last.end).toBe(event.at - (before.pause?.since ?? event.at));
    world.stretches.pop();
  } else if (event.type === 'resumed') expect(period.start).toBeGreaterThanOrEqual(last?.end ?? 0);
  else if (event.type === 'terms_changed') expect(period.start).toBeLessThanOrEqual(last?.end ?? 0);
  else if (event.type === 'invoice_issued' && event.reason === 'trial_end') expect(period.start).toBe(before.trialEnd);
  else expect(period.start).toBe(last?.end ?? before.startAt);
  world.stretches.push(period);
}

export interface Watch {
  dunningEnded: boolean;
}

/** Folds a fact in and checks all that must hold. */
export function foldChecked(world: World, event: SubscriptionEvent, watch: Watch): void {
  const before = world.state;
  const after = apply(before, event);
  expect(after.seq).toBe(before.seq + 1);
  expect([before.status, after.status, reachable(before.status, after.status)]).toEqual([
    before.status,
    after.status,
    true,
  ]);
  if (event.type === 'dunning_ended') watch.dunningEnded = true;
  if (after.collection === null || after.collection.nextAt !== null) watch.dunningEnded = false;
  checkShape(after);
  checkJson(after);
  checkNoEndlessWait(after, watch.dunningEnded);
  checkCoverage(world, before, event);
  expect(owedIds(after).sort()).toEqual(openIds(world).sort());
  world.state = after;
}
