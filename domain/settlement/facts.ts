/** What happened to a settlement, as it is recorded and folded into the state. */
import type { Verdict } from './judge';
import type { Attention, LegKind, LegStatus } from './state';

export const settlementCommandNames = ['approve', 'retryLeg', 'refund', 'abandon'] as const;
export type SettlementCommandName = (typeof settlementCommandNames)[number];

export interface SettlementCommand {
  readonly name: SettlementCommandName;
  /** Of `retryLeg`; null: every leg that is blocked. */
  readonly legId: string | null;
}

/** How a leg stands after it was looked at. */
export interface LegStanding {
  readonly id: string;
  readonly status: LegStatus;
  readonly reason: string | null;
}

/** A leg that a verdict adds: money that goes back. */
export interface AddedLeg {
  readonly id: string;
  readonly kind: LegKind;
}

export type SettlementFact =
  /** The payer can be told where to pay. */
  | { readonly kind: 'opened'; readonly address: string }
  | { readonly kind: 'reviewed'; readonly verdict: Verdict; readonly addedLegs: readonly AddedLeg[] }
  | { readonly kind: 'legs'; readonly legs: readonly LegStanding[] }
  | { readonly kind: 'commanded'; readonly command: SettlementCommand; readonly then: SettlementFact | null }
  /** A person must look, or need not any more. */
  | { readonly kind: 'attention'; readonly attention: Attention | null }
  | { readonly kind: 'closed' };

/** What an activity answers: a fact that was recorded, or that there was nothing to record. */
export type SettlementOutcome = SettlementFact | { readonly kind: 'unchanged' };
