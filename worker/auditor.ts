/**
 * Compares rows with workflows, because the books say who is served and a workflow can be lost: terminated by hand, or gone with a
 * namespace. Quickly, by what Temporal says has closed; slowly, by what should have acted and has not.
 */
import type { Database } from '../db/pool';
import { allTenants } from '../db/pool';
import { loadOverdue } from '../db/transactions/overdue';
import { loadStates } from '../db/transactions/subscription-states';
import { isLive, type SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { every, type Repeated } from './every';

export interface AuditorOptions {
  readonly database: Database;
  /** Ids of the subscriptions of which a run closed since then in another way than by its own end, in no order. */
  readonly closedSince: (since: Instant) => AsyncIterable<string>;
  /** Starts the workflow again from the row's state; false when it runs. */
  readonly revive: (state: SubscriptionState) => Promise<boolean>;
  readonly log: { warn(facts: object, message: string): void };
  /** How late a due instant must be before anybody wonders, in seconds: longer than the jitter and one round of retries. */
  readonly lateSeconds: number;
  /** How often to ask what has closed, in milliseconds: one query of Temporal's visibility each time. */
  readonly closedEveryMs: number;
  /** How often to look for what is late, in milliseconds. */
  readonly lateEveryMs: number;
}

/** So many rows are read at once. */
const batchSizeMax = 200;
/** Visibility lags behind by seconds at worst; what is seen twice is found running the second time. */
const overlapMs = 60_000;

async function* inBatches(ids: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const id of ids) {
    batch.push(id);
    if (batch.length < batchSizeMax) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Starts again what was closed since then while the books say that it lives. Answers how many. */
export async function reviveClosed(
  { database, closedSince, revive, log }: Pick<AuditorOptions, 'database' | 'closedSince' | 'revive' | 'log'>,
  since: Instant,
): Promise<number> {
  let revived = 0;
  for await (const ids of inBatches(closedSince(since))) {
    for (const state of await loadStates(database.as(allTenants), ids)) {
      if (!isLive(state) || !(await revive(state))) continue;
      revived += 1;
      log.warn({ subscription: state.subscriptionId }, 'a workflow that was ended from outside was started again');
    }
  }
  return revived;
}

/** Looks for subscriptions that are late, once. Answers how many there were and how many of them were started again. */
export async function reviveLate({
  database,
  revive,
  log,
  lateSeconds,
}: Pick<AuditorOptions, 'database' | 'revive' | 'log' | 'lateSeconds'>): Promise<{ late: number; revived: number }> {
  const overdue = await loadOverdue(database.as(allTenants), lateSeconds);
  let revived = 0;
  for (const { state, dueAt } of overdue) {
    const facts = { subscription: state.subscriptionId, due: dueAt };
    if (await revive(state)) {
      revived += 1;
      log.warn(facts, 'a subscription without a workflow was started again from its row');
    } else {
      log.warn(facts, 'a subscription is late: see its workflow');
    }
  }
  return { late: overdue.length, revived };
}

/** Starts both comparisons. The first question goes back as far as Temporal remembers: no worker may have run meanwhile. */
export function startAuditor(options: AuditorOptions): Repeated {
  let since: Instant = 0;
  const closed = async (): Promise<void> => {
    const begun = Date.now();
    await reviveClosed(options, since);
    since = begun - overlapMs;
  };
  const onRest = 'the auditor rests';
  const loops = [
    every(options.closedEveryMs, closed, options.log, onRest),
    every(options.lateEveryMs, () => reviveLate(options), options.log, onRest),
  ];
  return {
    async stop() {
      for (const loop of loops) await loop.stop();
    },
  };
}
