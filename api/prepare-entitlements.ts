/** Checks what a body grants of features, and completes it with what the features say. */
import { knownFeatures } from '../db/queries/features';
import { type Entitlement, readEntitlement } from '../domain/entitlements/entitlement';
import type { FieldError } from '../domain/errors';
import type { ApiDependencies } from './dependencies';
import type { EntitlementBody } from './resources/feature';

/** The grant itself, without what zod leaves undefined. */
export const givenFields = (grant: object): object =>
  Object.fromEntries(Object.entries(grant).filter(([, value]) => value !== undefined));

export interface PreparedEntitlements {
  readonly entitlements: readonly Entitlement[];
  readonly errors: readonly FieldError[];
}

/** The entitlements of a plan version, and what is wrong with them by field. */
export async function prepareEntitlements(
  { database }: ApiDependencies,
  tenantId: string,
  bodies: readonly EntitlementBody[],
): Promise<PreparedEntitlements> {
  if (bodies.length === 0) return { entitlements: [], errors: [] };
  const keys = bodies.map(({ feature }) => feature);
  const features = await knownFeatures(database.as(tenantId), tenantId, keys);
  const errors: FieldError[] = [];
  const entitlements = bodies.flatMap(({ feature: key, ...grant }, index): Entitlement[] => {
    const path = `entitlements.${index}`;
    const feature = features.get(key);
    if (feature === undefined) errors.push({ path: `${path}.feature`, message: 'is not a feature of this tenant' });
    if (keys.indexOf(key) < index) errors.push({ path: `${path}.feature`, message: 'is granted twice' });
    if (feature === undefined) return [];
    const read = readEntitlement(feature, givenFields(grant), path);
    if ('errors' in read) errors.push(...read.errors);
    return 'errors' in read ? [] : [read.value];
  });
  return { entitlements, errors };
}
