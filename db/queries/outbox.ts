/**
 * Messages to workflows. The row is written with what it hands over; whoever sends it first, the API at once or the relay later, marks it.
 *
 * Payloads: `start_subscription` carries a SubscriptionInput `{ state }`, `start_refund` a RefundInput, `start_top_up` a TopUpInput, `start_plan_migration` a
 * PlanMigrationInput, `start_settlement` a SettlementInput, `signal` `{ name, args }`.
 */
import type { Queryable, Statement } from '../pool';
import { firstOf } from './row-values';

export type OutboxKind =
  'start_subscription' | 'start_refund' | 'start_top_up' | 'start_plan_migration' | 'start_settlement' | 'signal';

// The API sends at once, so the relay looks only after a while; a crash in between costs that delay and nothing else.
const insert: Statement = {
  name: 'outbox_insert',
  text: `insert into outbox (tenant_id, kind, workflow_id, payload, retry_at)
    values ($1, $2, $3, $4, now() + make_interval(secs => $5)) returning id`,
};
const insertNow: Statement = {
  name: 'outbox_insert_now',
  text: `insert into outbox (tenant_id, kind, workflow_id, payload) values ($1, 'signal', $2, $3)`,
};
const waitingFor: Statement = {
  name: 'outbox_waiting_for_workflow',
  text: `select id from outbox where tenant_id = $1 and workflow_id = $2 and kind = $3 and delivered_at is null order by id`,
};
const delivered: Statement = {
  name: 'outbox_delivered',
  text: `update outbox set delivered_at = coalesce(delivered_at, now()) where tenant_id = $1 and id = any($2::bigint[])`,
};

/** How long the relay leaves a message to the API that wrote it. */
const headStartSeconds = 5;

/** Writes a message; its id. */
export async function insertOutboxMessage(
  db: Queryable,
  message: { tenantId: string; kind: OutboxKind; workflowId: string; payload: unknown },
): Promise<string> {
  const { tenantId, kind, workflowId, payload } = message;
  const rows = await db.query<{ id: string }>(insert, [
    tenantId,
    kind,
    workflowId,
    JSON.stringify(payload),
    headStartSeconds,
  ]);
  return firstOf(rows)?.id ?? '';
}

/** Writes a signal that the relay sends at its next look: nobody else will. */
export async function insertImmediateSignal(
  db: Queryable,
  signal: { tenantId: string; workflowId: string; name: string; args: readonly unknown[] },
): Promise<void> {
  const { tenantId, workflowId, name, args } = signal;
  await db.query(insertNow, [tenantId, workflowId, JSON.stringify({ name, args })]);
}

/** Ids of the messages of a kind that wait for a workflow. */
export async function waitingOutboxMessages(
  db: Queryable,
  search: { tenantId: string; workflowId: string; kind: OutboxKind },
): Promise<string[]> {
  return (await db.query<{ id: string }>(waitingFor, [search.tenantId, search.workflowId, search.kind])).map(
    (row) => row.id,
  );
}

/** Marks messages as delivered; again changes nothing. */
export async function markOutboxDelivered(db: Queryable, tenantId: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.query(delivered, [tenantId, ids]);
}
