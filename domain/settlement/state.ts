/**
 * The state of a settlement: what its workflow needs to decide what comes next. Small plain JSON; amounts are whole base units as strings,
 * instants epoch milliseconds. The row keeps the same state: both fold the same facts (apply.ts).
 */
import type { Units } from '../chain/units';
import type { Instant } from '../time';

/** Where a settlement stands in its own course; what an operator must look at lies over it as `attention`. */
export const settlementPhases = [
  'quoted',
  'awaiting_deposit',
  'confirming',
  'underpaid',
  'overpaid',
  'late',
  'expired',
  'paying_out',
  'refunding',
  'settled',
  'refunded',
  'failed',
] as const;
export type SettlementPhase = (typeof settlementPhases)[number];

/** What the outside sees: the phase, or that a person must look. */
export type SettlementStatus = SettlementPhase | 'needs_attention';

/** Phases that nothing follows. */
export const finalPhases: ReadonlySet<SettlementPhase> = new Set(['settled', 'refunded', 'failed']);

/** How the payment differed from what was asked for; it stays on a settlement that went through all the same. */
export type SettlementLabel = 'over' | 'under' | 'late';

/** What a payment that differs leads to. Part of the terms, so a later change of the policy changes nothing that is under way. */
export interface DepositPolicy {
  /** Missing at most so much, it counts as paid. */
  readonly underTolerance: Units;
  /** Missing more at the deadline; until then a top-up is waited for. */
  readonly under: 'refund' | 'credit' | 'ask';
  /** Too much by at most this is a credit whatever `over` says: a refund would cost more. */
  readonly overTolerance: Units;
  readonly over: 'refund' | 'credit' | 'ask';
  /** First seen after the deadline. `accept` takes it at the old rate. */
  readonly late: 'accept' | 'refund' | 'credit' | 'ask';
  /** So long after the deadline a late payment is still looked for, in milliseconds. */
  readonly lateForMs: number;
}

export const legKinds = ['treasury', 'partner', 'creator', 'operator', 'refund'] as const;
export type LegKind = (typeof legKinds)[number];

/**
 * `waiting`: its turn has not come. `sending`: bytes may have left us. `blocked`: it cannot be sent without a person. `canceled`: it will
 * never be sent.
 */
export type LegStatus = 'waiting' | 'sending' | 'paid' | 'blocked' | 'canceled';

export interface LegState {
  readonly id: string;
  readonly kind: LegKind;
  readonly status: LegStatus;
  /** Why it is blocked. */
  readonly reason: string | null;
}

export interface SettlementTerms {
  /** CAIP-2: where the deposit is made. */
  readonly chain: string;
  /** What is asked for. */
  readonly expected: Units;
  /** The payment must be seen by then. */
  readonly deadline: Instant;
  readonly policy: DepositPolicy;
  /** Payouts wait for an operator's approval. */
  readonly needsApproval: boolean;
  /** `parallel`: all at once. `sequence`: each after the one before it was paid. */
  readonly order: 'parallel' | 'sequence';
}

/** Why a person must look. `approval` waits for a yes; `choice` for accept or refund; `fault` for whatever helps. */
export interface Attention {
  readonly kind: 'approval' | 'choice' | 'fault';
  readonly reason: string;
}

export interface SettlementState {
  readonly v: 1;
  readonly tenantId: string;
  readonly settlementId: string;
  /** For people, such as "Bridge fee · 0xabc…". */
  readonly label: string;
  /** Counts the facts that were folded in. */
  readonly seq: number;
  readonly phase: SettlementPhase;
  readonly terms: SettlementTerms;
  /** Where the payer pays, once it is known. */
  readonly address: string | null;
  /** What is final of the payment. */
  readonly received: Units;
  readonly labels: readonly SettlementLabel[];
  readonly legs: readonly LegState[];
  readonly attention: Attention | null;
  /** Approved by an operator, or nothing to approve. */
  readonly approved: boolean;
}

/** What the outside sees. */
export function statusOf({ phase, attention }: Pick<SettlementState, 'phase' | 'attention'>): SettlementStatus {
  return attention !== null && !finalPhases.has(phase) ? 'needs_attention' : phase;
}

/** A settlement before its first step. */
export function initialSettlement(
  facts: Pick<SettlementState, 'tenantId' | 'settlementId' | 'label' | 'terms'> & {
    readonly legs: readonly Pick<LegState, 'id' | 'kind'>[];
  },
): SettlementState {
  return {
    v: 1,
    ...facts,
    seq: 0,
    phase: 'quoted',
    address: null,
    received: '0',
    labels: [],
    legs: facts.legs.map(({ id, kind }) => ({ id, kind, status: 'waiting', reason: null })),
    attention: null,
    approved: !facts.terms.needsApproval,
  };
}
