/** The changes of quantity in a stretch, where the plan bills them with the invoice that ends it. Other plans cost no query. */
import { fullPeriodOf, usageWindow } from '../../domain/invoice/arrears';
import type { InvoiceLine } from '../../domain/invoice/line';
import { lateSeatLines } from '../../domain/invoice/seat-lines';
import type { Terms } from '../../domain/subscription/state';
import { toIso } from '../../domain/time';
import type { Database, Statement } from '../pool';
import type { ArrearsRequest } from './arrears';

interface ChangeRow {
  [column: string]: unknown;
  data: { readonly before: Terms; readonly after: Terms };
  occurred_at: Date;
}

const statement: Statement = {
  name: 'seat_changes',
  text: `select data, occurred_at from events
    where tenant_id = $1 and subscription_id = $2 and type = 'subscription.changed' and occurred_at >= $3 and occurred_at < $4 order by fact_seq`,
};

const isQuantityOnly = ({ data: { before, after } }: ChangeRow): boolean =>
  before.planId === after.planId && before.planVersion === after.planVersion;

/** The lines of seats that were added or removed in the stretch and not billed then. */
export async function loadSeatLines(database: Database, request: ArrearsRequest): Promise<InvoiceLine[]> {
  const { state, plan, at, policy, withUsage = true } = request;
  const rules = plan.definition.seats;
  const window = usageWindow(state, at);
  if (rules?.added !== 'next_invoice' || window === null || !withUsage || state.status === 'trialing') return [];
  const { tenantId, subscriptionId, currency, timeZone } = state;
  const values = [tenantId, subscriptionId, toIso(window.from), toIso(window.to)];
  const rows = (await database.as(tenantId).query<ChangeRow>(statement, values)).filter(isQuantityOnly);
  const [first] = rows;
  if (first === undefined) return [];
  const full = fullPeriodOf(state, plan);
  return lateSeatLines({
    plan,
    rules,
    currency,
    full,
    to: Math.min(window.to, full.end),
    policy,
    timeZone,
    opening: String(first.data.before.quantity),
    changes: rows.map(({ data, occurred_at: changed }) => ({
      at: changed.getTime(),
      quantity: String(data.after.quantity),
    })),
  });
}
