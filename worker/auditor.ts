/**
 * A slow comparison of rows with workflows. A subscription whose due instant passed long ago should have acted: if its workflow is
 * gone (terminated by hand, lost with a namespace), it is started again from its row; if it is there, a person is told.
 */
import type { Database } from '../db/pool';
import { allTenants } from '../db/pool';
import { loadOverdue, type OverdueSubscription } from '../db/transactions/overdue';

export type WorkflowPresence = 'running' | 'absent';

export interface AuditorOptions {
  readonly database: Database;
  readonly presence: (overdue: OverdueSubscription) => Promise<WorkflowPresence>;
  /** Starts the workflow again from the row's state. */
  readonly revive: (overdue: OverdueSubscription) => Promise<void>;
  readonly log: { warn(facts: object, message: string): void };
  /** How late a due instant must be before anybody wonders, in seconds: longer than the jitter and one round of retries. */
  readonly lateSeconds: number;
  readonly everyMs: number;
}

export interface Auditor {
  stop(): Promise<void>;
}

/** Compares once. Answers how many subscriptions were late and how many of them were started again. */
export async function auditOnce(options: Omit<AuditorOptions, 'everyMs'>): Promise<{ late: number; revived: number }> {
  const { database, presence, revive, log, lateSeconds } = options;
  const overdue = await loadOverdue(database.as(allTenants), lateSeconds);
  let revived = 0;
  for (const subscription of overdue) {
    const facts = { subscription: subscription.state.subscriptionId, due: subscription.dueAt };
    if ((await presence(subscription)) === 'absent') {
      await revive(subscription);
      revived += 1;
      log.warn(facts, 'a subscription without a workflow was started again from its row');
    } else {
      log.warn(facts, 'a subscription is late: see its workflow');
    }
  }
  return { late: overdue.length, revived };
}

/** Starts the loop. It never ends by an error: the next round sees the same rows. */
export function startAuditor(options: AuditorOptions): Auditor {
  let round: Promise<unknown> = Promise.resolve();
  const audit = (): void => {
    round = auditOnce(options).catch((error: unknown) =>
      options.log.warn({ reason: String(error) }, 'the auditor rests'),
    );
  };
  const timer = setInterval(audit, options.everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
