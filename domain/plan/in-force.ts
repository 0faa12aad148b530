/** The terms of a plan that hold at an instant for one subscription: its own prices first, then the phase of the plan. */
import { fail } from '../errors';
import type { PlanDefinition, PlanVersion, VersionTerms } from '../plan';
import type { SubscriptionState } from '../subscription/state';
import type { Instant } from '../time';
import { overridesAt, type SubscriptionItem } from './items';
import { applyOverrides } from './override';
import { termsInForce } from './phases';
import { isMetered } from './timing';

export interface TermsMoment {
  readonly at: Instant;
  /** When the subscription came to the plan: its phases count from there. */
  readonly since: Instant;
  readonly timeZone: string;
}

/** True while nothing of the plan was billed yet: its phases begin with the first paid period. */
const isUnserved = ({ status, pause }: SubscriptionState): boolean =>
  status === 'pending' || status === 'trialing' || pause?.cause === 'trial_end';

/** The moment of a subscription at an instant, for a plan: its own, or one that it changes to there. */
export function momentOf(state: SubscriptionState, planId: string, at: Instant): TermsMoment {
  const { planSince, startAt, terms, timeZone } = state;
  const goesOn = terms.planId === planId && !isUnserved(state);
  return { at, since: goesOn ? (planSince ?? startAt) : at, timeZone };
}

/** What a fact says when a subscription comes to a plan with phases; nothing for the others. */
export function planSinceOf(
  state: SubscriptionState,
  { planId, definition }: PlanVersion,
  at: Instant,
): { planSince?: Instant } {
  const comes = state.terms.planId !== planId || (isUnserved(state) && state.startAt !== at);
  return definition.phases !== undefined && comes ? { planSince: at } : {};
}

/** Add-ons of what a meter counts are priced beside the plan's own, each for the time in which it is booked. */
function withMeteredAddOns(definition: PlanDefinition, items: readonly SubscriptionItem[]): PlanDefinition {
  const booked = items.flatMap((item) =>
    item.kind === 'add_on' && isMetered(item.price) ? { ...item.price, booked: { from: item.from, to: item.to } } : [],
  );
  return booked.length === 0 ? definition : { ...definition, prices: [...definition.prices, ...booked] };
}

function withOwnPrices(definition: PlanDefinition, items: readonly SubscriptionItem[], at: Instant): PlanDefinition {
  const known = new Set(definition.prices.map(({ id }) => id));
  const overrides = overridesAt(items, at).filter(({ priceId }) => known.has(priceId));
  const made = applyOverrides(definition, overrides);
  return Array.isArray(made) ? fail('validation_failed', {}, { fields: made }) : made;
}

/**
 * A plan version as it holds at a moment. The version itself, unchanged, where there is nothing to lay over it.
 * @throws PerennialError `validation_failed` when an override does not fit the version any more.
 */
export function planInForce<Version extends VersionTerms>(
  plan: Version,
  items: readonly SubscriptionItem[],
  { at, since, timeZone }: TermsMoment,
): Version {
  const own = withOwnPrices(withMeteredAddOns(plan.definition, items), items, at);
  const { phases = [] } = own;
  const terms = phases.length === 0 ? null : termsInForce(own, { startAt: since, timeZone, phases }, at);
  if (terms === null) return own === plan.definition ? plan : { ...plan, definition: own };
  const { definition, quantity, limits } = terms;
  return {
    ...plan,
    definition: { ...definition, ...(quantity === null ? {} : { quantity }), ...(limits === null ? {} : { limits }) },
  };
}
