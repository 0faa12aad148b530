/**
 * Delivers what must not be lost: messages to workflows that were written with the rows they hand over (the outbox), and provider
 * events that were stored before they were answered (the inbox). Everything it does is safe to do twice.
 */
import type { Database } from '../db/pool';
import { allTenants } from '../db/pool';
import {
  claimInbox,
  claimOutbox,
  closeInbox,
  closeOutbox,
  type InboxRow,
  type OutboxRow,
} from '../db/transactions/relay';

/** How the relay reaches workflows. Each may throw; the message is then tried again later. */
export interface WorkflowMessenger {
  startSubscription(payload: unknown): Promise<void>;
  startRefund(payload: unknown): Promise<void>;
  startTopUp(payload: unknown): Promise<void>;
  startPlanMigration(payload: unknown): Promise<void>;
  startSettlement(payload: unknown): Promise<void>;
  /** Starts the refund's workflow again if it has ended: a refund that succeeded can still fail. */
  reopenRefund(target: { tenantId: string; refundId: string; eventId: string; type: string }): Promise<void>;
  /** Starts the workflow that follows a dispute, or wakes it. */
  followDispute(target: {
    tenantId: string;
    paymentId: string;
    providerRef: string;
    eventId: string;
    type: string;
  }): Promise<void>;
  signal(workflowId: string, name: string, args: readonly unknown[]): Promise<void>;
}

export interface RelayOptions {
  readonly database: Database;
  readonly messenger: WorkflowMessenger;
  readonly log: { warn(facts: object, message: string): void };
  /** How long to rest when nothing waits, in milliseconds. */
  readonly idleMs: number;
}

export interface Relay {
  stop(): Promise<void>;
}

async function deliver(messenger: WorkflowMessenger, row: OutboxRow): Promise<void> {
  if (row.kind === 'start_subscription') return messenger.startSubscription(row.payload);
  if (row.kind === 'start_refund') return messenger.startRefund(row.payload);
  if (row.kind === 'start_top_up') return messenger.startTopUp(row.payload);
  if (row.kind === 'start_plan_migration') return messenger.startPlanMigration(row.payload);
  if (row.kind === 'start_settlement') return messenger.startSettlement(row.payload);
  const { name, args } = row.payload as { name: string; args: readonly unknown[] };
  return messenger.signal(row.workflowId, name, args);
}

/** What a provider's event concerns, told to the workflow that owns it. */
async function tell(messenger: WorkflowMessenger, row: InboxRow): Promise<void> {
  const { tenantId, dispute, eventId, type } = row;
  if (dispute !== null && tenantId !== null) {
    await messenger.followDispute({ ...dispute, tenantId, eventId, type });
  } else if (row.refundId !== null && row.tenantId !== null) {
    await messenger.reopenRefund({
      tenantId: row.tenantId,
      refundId: row.refundId,
      eventId: row.eventId,
      type: row.type,
    });
  } else if (row.workflowId !== null) {
    await messenger.signal(row.workflowId, 'providerFact', [{ eventId: row.eventId, type: row.type }]);
  }
}

async function drainOutbox({ database, messenger, log }: RelayOptions): Promise<number> {
  const db = database.as(allTenants);
  const rows = await claimOutbox(db);
  for (const row of rows) {
    try {
      await deliver(messenger, row);
      await closeOutbox(db, row.id);
    } catch (error) {
      log.warn(
        { outbox: row.id, workflow: row.workflowId, attempts: row.attempts, reason: String(error) },
        'a message waits for its workflow',
      );
    }
  }
  return rows.length;
}

async function drainInbox({ database, messenger, log }: RelayOptions): Promise<number> {
  const db = database.as(allTenants);
  const { claimed, toTell } = await claimInbox(db);
  for (const row of toTell) {
    try {
      await tell(messenger, row);
      await closeInbox(db, row);
    } catch (error) {
      log.warn(
        { provider_event: row.eventId, type: row.type, reason: String(error) },
        'a provider event waits for its workflow',
      );
    }
  }
  return claimed;
}

/** Starts the loop. It never ends by an error: an outage of the database only makes it rest. */
export function startRelay(options: RelayOptions): Relay {
  let stopping = false;
  let wakeUp = (): void => undefined;
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, options.idleMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const round = async (): Promise<number> => (await drainOutbox(options)) + (await drainInbox(options));
  const finished = (async () => {
    while (!stopping) {
      const done = await round().catch((error: unknown) => {
        options.log.warn({ reason: String(error) }, 'the relay rests');
        return 0;
      });
      if (done === 0 && !stopping) await rest();
    }
  })();
  return {
    async stop() {
      stopping = true;
      wakeUp();
      await finished;
    },
  };
}
