/** What the end of a stretch bills for what is over, by the plan that was in force in it. Bills and previews both come here. */
import type { PlanVersion } from '../../domain/plan';
import type { Database } from '../pool';
import { loadArrears, noArrears, type Arrears, type ArrearsRequest } from './arrears';
import { loadBillingFacts } from './billing-facts';

export interface EndedStretch extends Omit<ArrearsRequest, 'plan'> {
  /** The plan of the time after the end: most often that of the time before it, too. */
  readonly plan: PlanVersion;
}

/** The version that was in force; it is read only where another one follows. */
async function planBefore(database: Database, { state, plan }: EndedStretch): Promise<PlanVersion | null> {
  const { tenantId, subscriptionId, currency, terms } = state;
  if (plan.planId === terms.planId && plan.version === terms.planVersion) return plan;
  const request = { tenantId, subscriptionId, currency, ...terms };
  return (await loadBillingFacts(database.as(tenantId), request))?.plan ?? null;
}

/** Reads what is billed in arrears at an end; nothing, and no query, where the plan bills ahead alone. */
export async function endedArrears(database: Database, stretch: EndedStretch): Promise<Arrears> {
  const plan = stretch.state.period === null ? null : await planBefore(database, stretch);
  return plan === null ? noArrears : loadArrears(database, { ...stretch, plan });
}
