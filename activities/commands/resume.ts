import { fail } from '../../domain/errors';
import { momentOf } from '../../domain/plan/in-force';
import { termsAt } from '../../domain/invoice/period-bill';
import { loadBillingFacts } from '../../db/transactions/billing-facts';
import { resumePeriod } from '../resume-period';
import type { CommandContext, CommandOutcome } from './context';

/** Ends a pause. */
export async function resume({ deps, state, now, audit }: CommandContext<'resume'>): Promise<CommandOutcome> {
  const { tenantId, subscriptionId, currency } = state;
  const terms = termsAt(state, 'resume', now);
  const inForce = momentOf(state, terms.planId, now);
  const request = { tenantId, subscriptionId, currency, ...terms, inForce };
  const facts = await loadBillingFacts(deps.database.as(tenantId), request);
  if (facts === null || facts.plan === null)
    return fail('plan_version_not_found', { planId: terms.planId, version: terms.planVersion });
  return resumePeriod(deps, { state, at: now, now, facts, plan: facts.plan, partsOf: audit });
}
