/** What can be granted to a customer: on or off, a value, or an amount of something metered. */

export const featureTypes = ['boolean', 'static', 'metered'] as const;
export type FeatureType = (typeof featureTypes)[number];

export interface Feature {
  /** The tenant's own name for it, by which plans and checks name it. */
  readonly key: string;
  readonly type: FeatureType;
  /** What measures its use; null unless it is metered. */
  readonly meterId: string | null;
}
