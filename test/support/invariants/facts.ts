/**
 * The recorded facts, folded again from the beginning: they must give the row, and the periods that they bill must join.
 */
import { isDeepStrictEqual } from 'node:util';
import { apply } from '../../../domain/subscription/apply';
import type { SubscriptionEvent } from '../../../domain/subscription/events';
import type { SubscriptionState } from '../../../domain/subscription/state';
import { toIso } from '../../../domain/time';
import type { Scene } from '../scenario';

const statement = {
  name: 'test_facts',
  text: `
select s.id, s.state, o.payload->'state' as initial,
  (select json_agg(e.fact order by e.fact_seq) from events e where e.subscription_id = s.id and e.fact_seq is not null) as facts
from subscriptions s join outbox o on o.kind = 'start_subscription' and o.payload->'state'->>'subscriptionId' = s.id
where s.tenant_id = $1`,
};

/** What every fact carries; what notices change without a fact (a clock, what the provider said) is left out. */
const essence = (state: SubscriptionState) => ({
  seq: state.seq,
  status: state.status,
  terms: state.terms,
  pendingTerms: state.pendingTerms,
  period: state.period,
  anchor: state.anchor,
  trialEnd: state.trialEnd,
  incompleteUntil: state.incompleteUntil,
  cancelAt: state.cancelAt,
  owed: state.collection === null ? null : [state.collection.invoiceId, ...state.collection.queue],
  attempts: state.collection?.attempts ?? null,
  firstFailureAt: state.collection?.firstFailureAt ?? null,
  pausedBy: state.pause?.cause ?? null,
});

/** How the new period must join the old one; null when it does. */
function gap(before: SubscriptionState, event: SubscriptionEvent): string | null {
  const { period } = before;
  if (event.type === 'invoice_issued') {
    const due = { start: before.startAt, trial_end: before.trialEnd, renewal: period?.end, resume: null }[event.reason];
    if (event.period.start !== due)
      return `${event.reason} bills from ${toIso(event.period.start)}, not ${String(due)}`;
  }
  if (event.type === 'terms_changed' && event.calendar !== null && period !== null) {
    const { start } = event.calendar.period;
    if (start < period.start || start > period.end) return `a change bills from ${toIso(start)}, outside of the period`;
  }
  if (event.type === 'resumed' && event.calendar !== null && period !== null && before.pause?.cause !== 'trial_end') {
    const { start } = event.calendar.period;
    if (start !== period.start && start < period.end) return `a resume bills ${toIso(start)}, which was billed before`;
  }
  return null;
}

function brokenFactsOf(row: Record<string, unknown>): string[] {
  const broken: string[] = [];
  let state = row['initial'] as SubscriptionState;
  for (const event of (row['facts'] ?? []) as SubscriptionEvent[]) {
    const found = gap(state, event);
    if (found !== null) broken.push(`the periods of ${String(row['id'])} join: ${found}`);
    state = apply(state, event);
  }
  const folded = essence(state);
  const stored = essence(row['state'] as SubscriptionState);
  if (!isDeepStrictEqual(folded, stored)) {
    broken.push(
      `the facts of ${String(row['id'])} give its row: ${JSON.stringify(folded)}, not ${JSON.stringify(stored)}`,
    );
  }
  return broken;
}

/** What the facts and the rows disagree in. */
export async function brokenFacts({ engine, tenantId }: Pick<Scene, 'engine' | 'tenantId'>): Promise<string[]> {
  const rows = await engine.database.as(tenantId).query(statement, [tenantId]);
  return rows.flatMap(brokenFactsOf);
}
