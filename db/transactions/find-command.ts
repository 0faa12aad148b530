import type { Refusal } from '../../domain/errors';
import type { SubscriptionEvent } from '../../domain/subscription/events';
import { invoiceNumber } from './billing-facts';
import type { Queryable, Statement } from '../pool';

const statement: Statement = {
  name: 'find_command',
  text: `
select a.outcome, a.result, i.series, i.sequence
from audit_log a left join invoices i on i.id = a.result->'invoice'->>'id'
where a.subject_id = $1 and a.command_id = $2`,
};

/** What a command answered when it was carried out before; null when it was not. */
export async function findCommand(
  db: Queryable,
  subjectId: string,
  commandId: string,
): Promise<{ kind: 'applied'; event: SubscriptionEvent } | { kind: 'refused'; refusal: Refusal } | null> {
  const [row] = await db.query(statement, [subjectId, commandId]);
  if (row === undefined) return null;
  if (row['outcome'] === 'refused') return { kind: 'refused', refusal: row['result'] as Refusal };
  const event = row['result'] as SubscriptionEvent & { invoice?: { number: string } | null };
  if (row['sequence'] === null || event.invoice == null) return { kind: 'applied', event };
  const invoice = { ...event.invoice, number: invoiceNumber(row['series'], row['sequence']) };
  return { kind: 'applied', event: { ...event, invoice } as SubscriptionEvent };
}
