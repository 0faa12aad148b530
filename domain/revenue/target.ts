/** What income is to come to in each interval. */

/** How often a target begins anew. */
export const targetIntervals = ['day', 'week', 'month', 'year'] as const;
export type TargetInterval = (typeof targetIntervals)[number];

export interface RevenueTarget {
  /** Major units, at the currency's own scale. */
  readonly amount: string;
  /** What must come in at the least, never above the amount; null: no such figure. */
  readonly minimum: string | null;
  readonly currency: string;
  readonly interval: TargetInterval;
}

/** What one cycle of a stream brings, from the least to the most. */
export interface CycleRange {
  readonly least: string;
  readonly most: string;
  readonly currency: string;
}
