/**
 * Reads what a change of plan or quantity is computed from, and says why it is refused. The change and its preview both come here.
 */
import { fail, isPerennialError, refusal, type Refusal } from '../../domain/errors';
import { usageFrom } from '../../domain/invoice/arrears';
import type { BilledLine } from '../../domain/invoice/line';
import type { PlanVersion, VersionTerms } from '../../domain/plan';
import { momentOf, planInForce } from '../../domain/plan/in-force';
import { isMetered } from '../../domain/plan/timing';
import { currenciesOf, priceOf } from '../../domain/pricing';
import { isProrationPolicy, type ProrationPolicy } from '../../domain/proration';
import type { SubscriptionState, Terms } from '../../domain/subscription/state';
import { fromIso, type Instant } from '../../domain/time';
import type { Queryable } from '../pool';
import { loadBilledLines, loadBillingFacts, type BillingFacts } from './billing-facts';
import { knownVersion } from './known-version';

export interface ChangeRequest {
  readonly planId: string;
  /** Null: the newest version. */
  readonly planVersion: number | null;
  readonly quantity: number;
  readonly atPeriodEnd: boolean;
  readonly proration: string | undefined;
  readonly at: string | undefined;
}

export interface ChangeFacts {
  readonly facts: BillingFacts;
  readonly current: VersionTerms;
  readonly target: PlanVersion;
  readonly billed: readonly BilledLine[];
  readonly terms: Terms;
  readonly policy: ProrationPolicy;
  readonly at: Instant;
}

/** Everything a change is computed from, or why it is refused. Reads only. */
export async function loadChange(
  db: Queryable,
  state: SubscriptionState,
  request: ChangeRequest,
  now: Instant,
): Promise<ChangeFacts | Refusal> {
  const { tenantId, subscriptionId, currency, terms } = state;
  const base = { tenantId, subscriptionId, currency };
  const at = request.at === undefined ? now : fromIso(request.at);
  const before = momentOf(state, terms.planId, usageFrom(state));
  // One round trip: what is asked for together is read together.
  const [facts, definition, billed] = await Promise.all([
    loadBillingFacts(db, {
      ...base,
      planId: request.planId,
      planVersion: request.planVersion,
      collectedAt: now,
      inForce: momentOf(state, request.planId, at),
    }),
    knownVersion(db, { tenantId, ...terms }),
    loadBilledLines(db, state, at),
  ]);
  if (facts === null) return fail('not_found', { resource: 'Subscription', id: subscriptionId });
  const target = facts.plan;
  if (target === null) return missingPlan(request);
  const { planId, planVersion: version } = terms;
  if (definition === null) return fail('plan_version_not_found', { planId, version });
  const current = planInForce({ planId, version, definition }, facts.items, before);
  const next: Terms = { planId: target.planId, planVersion: target.version, quantity: request.quantity };
  const refused = refuseChange(state, target, next, request);
  if (refused !== null) return refused;
  const policy = isProrationPolicy(request.proration) ? request.proration : facts.proration;
  return { facts, current, target, billed, terms: next, policy, at };
}

const missingPlan = ({ planId, planVersion }: ChangeRequest): Refusal =>
  planVersion === null
    ? refusal('plan_not_found', { planId })
    : refusal('plan_version_not_found', { planId, version: planVersion });

/** True when nothing would change. */
export const sameTerms = (a: Terms, b: Terms): boolean =>
  a.planId === b.planId && a.planVersion === b.planVersion && a.quantity === b.quantity;

function refuseChange(
  state: SubscriptionState,
  target: PlanVersion,
  next: Terms,
  request: ChangeRequest,
): Refusal | null {
  const undoesSchedule = request.atPeriodEnd && state.pendingTerms !== null;
  const before = request.atPeriodEnd ? (state.pendingTerms ?? state.terms) : state.terms;
  if (sameTerms(before, next) && !(undoesSchedule && sameTerms(state.terms, next)))
    return refusal('change_without_effect');
  return refuseUnpriced(target, next.quantity, state.currency);
}

/** A currency that a price lacks is refused before anything is written; so is a quantity that cannot be priced. */
function refuseUnpriced(target: PlanVersion, quantity: number, currency: string): Refusal | null {
  try {
    for (const price of target.definition.prices) {
      if (!currenciesOf(price.model, price.parameters).includes(currency))
        return refusal('currency_not_priced', { currency });
      if (!isMetered(price)) priceOf(price.model, price.parameters, String(quantity), currency);
    }
    return null;
  } catch (error) {
    if (isPerennialError(error) && error.code === 'currency_not_priced')
      return refusal('currency_not_priced', { currency });
    throw error;
  }
}
