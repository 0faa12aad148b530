import type { PlanDefinition } from '../../domain/plan';
import type { Queryable } from '../pool';
import { findPlanVersion } from '../queries/plan-versions';

/** Enough for the plans that are changed from in one process; the oldest makes place. */
const keptMax = 1_000;

const known = new WeakMap<Queryable, Map<string, PlanDefinition>>();

/** The definition of a plan version, from memory once it was read: a version never changes. Null when there is none such. */
export async function knownVersion(
  db: Queryable,
  asked: { readonly tenantId: string; readonly planId: string; readonly planVersion: number },
): Promise<PlanDefinition | null> {
  const { tenantId, planId, planVersion } = asked;
  const kept = known.get(db) ?? new Map<string, PlanDefinition>();
  known.set(db, kept);
  const key = `${planId}/${planVersion}`;
  const standing = kept.get(key);
  if (standing !== undefined) return standing;
  const found = await findPlanVersion(db, tenantId, planId, planVersion);
  if (found === null) return null;
  const [oldest] = kept.keys();
  if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest);
  kept.set(key, found.definition);
  return found.definition;
}
