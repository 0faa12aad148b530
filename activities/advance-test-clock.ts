/**
 * Moves a test clock towards its target: to the earliest due instant of its subscriptions, tells each subscription that is due, waits
 * until they are quiet, and so on. The clock's row holds the progress, so a repetition goes on where it stopped.
 */
import { heartbeat } from '@temporalio/activity';
import { fail } from '../domain/errors';
import { lastMonthOver, monthEnd, monthOf } from '../domain/recognition/month';
import type { Instant } from '../domain/time';
import {
  arriveClock,
  departClock,
  loadClock,
  loadDue,
  moveClock,
  type DueOnClock,
} from '../db/transactions/clock-progress';
import { closeMonths } from '../db/transactions/close-months';
import type { ActivityDependencies } from './dependencies';
import { expireOnClock, topUpOnClock } from './keep-wallets';

export interface AdvanceTestClockInput {
  readonly tenantId: string;
  readonly clockId: string;
  readonly target: Instant;
}

/** So many subscriptions are told at once: within the limit of updates in flight, and enough to keep a small machine busy. */
const toldAtOnceMax = 8;

async function tell(deps: ActivityDependencies, tenantId: string, ids: readonly string[], to: Instant): Promise<void> {
  for (let index = 0; index < ids.length; index += toldAtOnceMax) {
    const group = ids.slice(index, index + toldAtOnceMax);
    await Promise.all(group.map((subscriptionId) => deps.advanceSubscription({ tenantId, subscriptionId, to })));
    heartbeat({ to });
  }
}

/** One due instant: the clock first, so that whoever reads it sees the same time as the subscriptions. */
async function oneInstant(deps: ActivityDependencies, input: AdvanceTestClockInput, due: DueOnClock): Promise<void> {
  const { tenantId, clockId } = input;
  await moveClock(deps.database.as(tenantId), tenantId, clockId, due.at);
  await expireOnClock(deps, input, due.at);
  await tell(deps, tenantId, due.subscriptionIds, due.at);
  await topUpOnClock(deps, input, due.at);
}

/**
 * Closes the revenue of the months that the clock leaves, before its row says so: whoever begins again after a crash finds the clock still
 * in the month, and closes it then.
 */
function monthCloser(deps: ActivityDependencies, books: { tenantId: string; clockId: string }, from: Instant) {
  let end = monthEnd(monthOf(from));
  return async function closeBefore(to: Instant): Promise<void> {
    if (to < end) return;
    await closeMonths(deps.database, books, lastMonthOver(to));
    end = monthEnd(monthOf(to));
    heartbeat({ to });
  };
}

/** A subscription that stays due after it was told needs a person: the clock must not turn for ever on it. */
const sameInstantRoundsMax = 3;

export function advanceTestClock(deps: ActivityDependencies) {
  return async function advance(input: AdvanceTestClockInput): Promise<{ now: Instant; settled: boolean }> {
    const { tenantId, clockId, target } = input;
    const db = deps.database.as(tenantId);
    const clock =
      (await loadClock(db, tenantId, clockId)) ?? fail('not_found', { resource: 'Test clock', id: clockId });
    await departClock(db, tenantId, clockId, target);
    await topUpOnClock(deps, input, clock.now);
    const closeBefore = monthCloser(deps, { tenantId, clockId }, clock.now);
    let last = { at: Number.NEGATIVE_INFINITY, rounds: 0 };
    for (;;) {
      const after = last.rounds >= sameInstantRoundsMax ? last.at : null;
      const due = await loadDue(db, tenantId, clockId, target, clock.now, after);
      if (due === null) break;
      last = due.at === last.at ? { at: due.at, rounds: last.rounds + 1 } : { at: due.at, rounds: 1 };
      await closeBefore(due.at);
      await oneInstant(deps, input, due);
      heartbeat({ at: due.at });
    }
    await closeBefore(target);
    await moveClock(db, tenantId, clockId, target);
    await expireOnClock(deps, input, target);
    await topUpOnClock(deps, input, target);
    await tell(deps, tenantId, clock.subscriptionIds, target);
    await arriveClock(db, tenantId, clockId, target);
    return { now: target, settled: true };
  };
}
