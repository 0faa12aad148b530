/** What came over to a window from the one before it: read once per window, and fixed. */
import { rolledOver } from '../../domain/entitlements/allowance';
import type { MeteredEntitlement, Rollover } from '../../domain/entitlements/entitlement';
import { windowAt } from '../../domain/entitlements/window';
import type { Meter } from '../../domain/metering/meter';
import type { Window } from '../../domain/metering/window';
import type { Instant } from '../../domain/time';
import type { Queryable } from '../pool';
import { fixRollover, type Grant, loadPastTerms, overrideSource, type PastTerms } from './entitlement-facts';
import { readUsageNow } from './usage-now';

export interface RolloverQuestion {
  readonly tenantId: string;
  readonly customerId: string;
  readonly grant: Grant;
  readonly entitlement: MeteredEntitlement;
  readonly rollover: Rollover;
  readonly meter: Meter;
  readonly window: Window;
}

/** A window that has ended, with the limit that it had at its end. */
interface EndedWindow {
  readonly window: Window;
  readonly limit: string;
}

/** Windows that nobody looked at: nothing comes over from further back. */
const windowsMax = 100;

const limitOf = (
  past: readonly PastTerms[],
  feature: string,
  at: Instant,
  current: MeteredEntitlement,
): string | null => {
  const terms = past.find((fact) => fact.at < at && fact.terms !== null);
  // Nothing is known of that time: what is granted now counts.
  if (terms === undefined) return current.limit;
  const granted = terms.entitlement;
  return granted !== null && granted.type === 'metered' && granted.feature === feature ? granted.limit : null;
};

/** The periods of a subscription right before a window, newest first, up to the first that is no neighbour. A trial leaves nothing. */
function periodsBefore(past: readonly PastTerms[], window: Window): Window[] {
  const periods = past.flatMap(({ period }) => (period === null || period.index < 0 ? [] : [period]));
  const found: Window[] = [];
  let end = window.from;
  while (found.length < windowsMax) {
    const before = periods.find((period) => period.end === end && period.start < end);
    if (before === undefined) break;
    found.push({ from: before.start, to: before.end });
    end = before.start;
  }
  return found;
}

/** The windows of the calendar before a window, newest first, up to the beginning of the grant. */
function windowsBefore({ entitlement, grant: { calendar } }: RolloverQuestion, window: Window): Window[] {
  const found: Window[] = [];
  let end = window.from;
  while (found.length < windowsMax && end > calendar.startAt) {
    const before = windowAt(entitlement.reset, calendar, end - 1);
    found.push({ from: before.from, to: end });
    end = before.from;
  }
  return found;
}

async function endedWindows(db: Queryable, question: RolloverQuestion): Promise<EndedWindow[]> {
  const { tenantId, grant, entitlement, window } = question;
  const { feature } = entitlement;
  const ofPlan = grant.source !== overrideSource;
  const past = ofPlan ? await loadPastTerms(db, tenantId, grant.source, feature) : [];
  const byPeriod = ofPlan && entitlement.reset === 'billing_period';
  const windows = byPeriod ? periodsBefore(past, window) : windowsBefore(question, window);
  const since = grant.rollover?.windowStart ?? null;
  const ended: EndedWindow[] = [];
  for (const before of windows) {
    const limit = limitOf(past, feature, before.to, entitlement);
    // Nothing comes over from a window without a limit, nor from before it.
    if (limit === null) break;
    ended.push({ window: before, limit });
    if (since !== null && before.from <= since) break;
  }
  return ended.reverse();
}

async function compute(db: Queryable, question: RolloverQuestion): Promise<string> {
  const { tenantId, customerId, grant, meter, rollover } = question;
  const ended = await endedWindows(db, question);
  const asked = ended.map(({ window }) => ({ meter, customerId, window, now: window.to }));
  const { usages } = await readUsageNow({ db, tenantId, database: null }, asked, []);
  const known = grant.rollover;
  let rolled = known !== null && ended[0]?.window.from === known.windowStart ? known.quantity : '0';
  ended.forEach(({ limit }, index) => {
    rolled = rolledOver({ limit, rolled, usage: usages[index] ?? '0' }, rollover);
  });
  return rolled;
}

/** What came over to the window, fixed with the first question once the window is in the books: three statements then, none afterwards. */
export async function rolloverTo(db: Queryable, question: RolloverQuestion): Promise<string> {
  const { tenantId, customerId, grant, entitlement, window } = question;
  if (grant.rollover !== null && grant.rollover.windowStart === window.from) return grant.rollover.quantity;
  if (grant.inTrial) return '0';
  const quantity = await compute(db, question);
  // The period is not in the books yet, and what comes with it may be another plan.
  if (grant.calendar.billing !== null && window.from >= grant.calendar.billing.period.to) return quantity;
  const { feature } = entitlement;
  return fixRollover(db, { tenantId, customerId, feature, source: grant.source, windowStart: window.from, quantity });
}
