/**
 * Bills the usage of a stretch whose grace is over, by the terms that were in force in it, on an invoice of its own. What came meanwhile is
 * on it; what comes later is late. Running it again answers the same fact.
 */
import { fail } from '../domain/errors';
import { newId } from '../domain/ids';
import { momentOf } from '../domain/plan/in-force';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import { stateOfStretch } from '../domain/subscription/unbilled-usage';
import { toIso, type Instant } from '../domain/time';
import { loadArrears } from '../db/transactions/arrears';
import { loadBillingFacts } from '../db/transactions/billing-facts';
import { isWorthAnInvoice } from '../db/transactions/final-lines';
import type { ActivityDependencies } from './dependencies';
import { recordFact, recordInvoice } from './record-fact';
import { usagePart } from './usage-part';

export interface BillUsageInput {
  readonly state: SubscriptionState;
  readonly now: Instant;
}

export function billUsage(deps: ActivityDependencies) {
  return async function bill({ state, now }: BillUsageInput): Promise<SubscriptionEvent> {
    const { tenantId, subscriptionId, currency } = state;
    const stretch = state.unbilledUsage?.[0] ?? fail('internal');
    const { from, to, isLast = false } = stretch;
    const then = stateOfStretch(state, stretch);
    const { planId, planVersion } = stretch.terms;
    const inForce = momentOf(then, planId, from);
    const request = { tenantId, subscriptionId, currency, planId, planVersion, collectedAt: now, inForce };
    const facts =
      (await loadBillingFacts(deps.database.as(tenantId), request)) ??
      fail('not_found', { resource: 'Subscription', id: subscriptionId });
    const plan = facts.plan ?? fail('plan_version_not_found', { planId, version: planVersion });
    const ended = { state: then, plan, at: to, policy: facts.proration, usageAlone: true, lateUsage: facts.lateUsage };
    const moment = isLast ? ('termination' as const) : ('change' as const);
    const arrears = await loadArrears(deps.database, { ...ended, moment });
    const partsOf = () => usagePart(arrears);
    const late = arrears.late === undefined ? {} : { late: arrears.late };
    if (!isWorthAnInvoice(arrears, currency))
      return recordFact(deps, {
        state,
        now,
        partsOf,
        event: { type: 'usage_billed', at: now, from, to, invoice: null, ...late },
      });
    return recordInvoice(deps, {
      state,
      now,
      facts,
      partsOf,
      invoice: {
        id: newId('inv'),
        businessKey: `usage:${toIso(from)}`,
        lines: arrears.lines,
        limits: arrears.limits,
        span: { start: from, end: to },
        // As without a grace, where the usage is on an invoice of the period that runs.
        couponPeriod: state.period?.start ?? from,
      },
      eventOf: (invoice) => ({ type: 'usage_billed', at: now, from, to, invoice, ...late }),
    });
  };
}
