/**
 * A plan version: what a subscription to it is billed, and when. A version is never edited; a change is a new version.
 */
import type { PlanLimits } from './plan/limits';
import type { Phase } from './plan/phases';
import type { SeatRules } from './plan/seats';
import type { Entitlement } from './entitlements/entitlement';
import type { ProrationPolicy } from './proration';
import type { Instant, Interval } from './time';
import type { PricingModelKind } from './pricing';

/** A price as a plan version carries it: a snapshot, so that reading the version alone prices a period. */
export interface PlanPrice {
  readonly id: string;
  /** Absent in versions that were made before lines named their product. */
  readonly productId?: string;
  readonly kind: 'recurring' | 'one_off';
  readonly model: PricingModelKind;
  /** The model's own parameters, checked by the model when the price is made. */
  readonly parameters: unknown;
  readonly description: string;
  /** The revenue stream that the income belongs to, such as `subscriptions`. */
  readonly stream: string;
  /** The meter whose usage it is put on; absent: the subscription's own quantity is priced. */
  readonly meterId?: string;
  /** When a recurring price is billed; absent: usage in arrears, all else in advance. */
  readonly timing?: PriceTiming;
  /** True: a stretch without usage costs nothing, a flat fee of the first tier included. */
  readonly skipZeroUsage?: boolean;
  /** Since when, and until when (exclusive), an add-on of what a meter counts is booked; no version holds it (`planInForce` sets it). */
  readonly booked?: { readonly from: Instant; readonly to: Instant | null };
}

export type PriceTiming = 'in_advance' | 'in_arrears';

export type TrialEndBehavior = 'charge' | 'pause' | 'cancel';

export interface Trial {
  readonly days: number;
  /** False: a customer may start the trial without a payment method. */
  readonly paymentMethodRequired: boolean;
  /** What happens at the end of the trial when there is no payment method; with one, it is charged. */
  readonly endBehavior: TrialEndBehavior;
  /** Whether what is used in the trial is billed at its end; absent: it is free. */
  readonly usage?: 'billed' | 'free';
}

export interface PlanDefinition {
  /** What customers of the plan may use; absent in versions of the first releases. */
  readonly entitlements?: readonly Entitlement[];
  readonly interval: Interval;
  readonly prices: readonly PlanPrice[];
  readonly trial: Trial | null;
  /** Least and most that a period costs; absent: neither. */
  readonly limits?: PlanLimits;
  /** Terms that change at known instants, counted from when the subscription came to the plan; absent: none. */
  readonly phases?: readonly Phase[];
  /** How a change of the quantity within a period is billed; absent: at once, with a credit of what is removed. */
  readonly seats?: SeatRules;
  /** What a phase in force bills in place of the subscription's own quantity; no version holds it (`planInForce` sets it). */
  readonly quantity?: number;
  /** Overrides the customer's and the tenant's policy; null leaves it to them. */
  readonly proration: ProrationPolicy | null;
}

export interface PlanVersion {
  readonly planId: string;
  readonly version: number;
  readonly name: string;
  readonly definition: PlanDefinition;
}

/** What a version bills, whatever the plan is called by now. */
export type VersionTerms = Omit<PlanVersion, 'name'>;

/** True when two versions are billed on the same calendar, so that a change keeps the period. */
export function sameInterval(a: PlanDefinition, b: PlanDefinition): boolean {
  return a.interval.unit === b.interval.unit && a.interval.count === b.interval.count;
}
