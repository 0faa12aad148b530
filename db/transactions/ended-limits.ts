/** The limits of a plan for a stretch that ends, with what was billed of it. A plan without limits costs no query. */
import { fullPeriodOf, usageWindow } from '../../domain/invoice/arrears';
import type { PeriodLimits } from '../../domain/invoice/limited-lines';
import type { Database } from '../pool';
import { billedOfStretch } from '../queries/billed-stretch';
import type { ArrearsRequest } from './arrears';

/** Limits are about a stretch that is served: neither a trial nor a change of quantity ends one. */
export async function loadEndedLimits(database: Database, request: ArrearsRequest): Promise<PeriodLimits | null> {
  const { state, plan, at, policy, moment, withUsage = true } = request;
  const { limits, prices } = plan.definition;
  const window = usageWindow(state, at);
  const isServed = state.status !== 'trialing' && state.pause?.cause !== 'trial_end';
  if (limits === undefined || window === null || !withUsage || !isServed) return null;
  const { timeZone } = state;
  const first = prices.find(({ kind }) => kind === 'recurring') ?? prices[0];
  return {
    limits,
    stretch: {
      full: fullPeriodOf(state, plan),
      ...window,
      policy,
      timeZone,
      ...(moment === undefined ? {} : { moment }),
    },
    origin: { planId: plan.planId, productId: first?.productId ?? null, stream: first?.stream ?? 'subscriptions' },
    billed: await billedOfStretch(database.as(state.tenantId), state, window),
  };
}
