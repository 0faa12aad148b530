/** The audit log: who did what, and what it changed. */
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';

export interface AuditEntry {
  readonly id: string;
  readonly tenantId: string;
  readonly actor: string;
  readonly action: string;
  readonly subjectId: string;
  readonly commandId: string | null;
  readonly outcome: 'applied' | 'refused';
  readonly before: unknown;
  readonly after: unknown;
  readonly requestId: string | null;
  readonly occurredAt: number;
}

/** Which command the rules refused, and why. */
export interface AuditRefusal {
  readonly name?: string;
  readonly code: string;
  readonly message: string;
}

/** An entry as it is listed. */
export interface ListedAuditEntry extends AuditEntry {
  readonly refusal: AuditRefusal | null;
}

interface AuditRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  actor: string;
  action: string;
  subject_id: string;
  command_id: string | null;
  outcome: 'applied' | 'refused';
  before: unknown;
  after: unknown;
  request_id: string | null;
  occurred_at: Date;
  refusal: AuditRefusal | null;
}

const columns = `id, tenant_id, actor, action, subject_id, command_id, outcome, before, after, request_id, occurred_at,
  case when outcome = 'refused' then result end as refusal`;

const fromRow = (row: AuditRow): ListedAuditEntry => ({
  id: row.id,
  tenantId: row.tenant_id,
  actor: row.actor,
  action: row.action,
  subjectId: row.subject_id,
  commandId: row.command_id,
  outcome: row.outcome,
  before: row.before,
  after: row.after,
  requestId: row.request_id,
  occurredAt: row.occurred_at.getTime(),
  refusal: row.refusal,
});

const insert: Statement = {
  name: 'audit_log_insert',
  text: `insert into audit_log (id, tenant_id, actor, action, subject_id, command_id, outcome, before, after, request_id, occurred_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning id`,
};

const jsonOrNull = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

/** Writes an entry; false when it is there already: the command was carried out before. */
export async function insertAuditEntry(db: Queryable, entry: AuditEntry): Promise<boolean> {
  const { id, tenantId, actor, action, subjectId, commandId, outcome, before, after, requestId, occurredAt } = entry;
  const change = [outcome, jsonOrNull(before), jsonOrNull(after)];
  const rows = await db.query(insert, [
    id,
    tenantId,
    actor,
    action,
    subjectId,
    commandId,
    ...change,
    requestId,
    new Date(occurredAt),
  ]);
  return rows.length > 0;
}

export const listAuditEntries = pageReader<AuditRow, ListedAuditEntry>({
  name: 'audit_log_page',
  select: columns,
  from: 'audit_log',
  id: 'id',
  tenant: 'tenant_id',
  filters: { subjectId: 'subject_id', action: 'action', actor: 'actor' },
  fromRow,
});
