/** What a settlement does next: a pure function of its state, the time, and whether its watcher had news. Only this file knows. */
import type { Instant } from '../time';
import { finalPhases, type LegState, type SettlementState } from './state';

export type SettlementStep =
  /** Tell the payer where to pay. */
  | { readonly kind: 'open' }
  /** Judge what came in. */
  | { readonly kind: 'review' }
  /** Bring these payouts forward: send, look up, replace. */
  | { readonly kind: 'pay'; readonly legIds: readonly string[] }
  | { readonly kind: 'close' }
  /** `until` null: only a message ends it. */
  | { readonly kind: 'wait'; readonly until: Instant | null; readonly why: string }
  | { readonly kind: 'end' };

const isDone = ({ status }: LegState): boolean => status === 'paid' || status === 'canceled';

/** Legs that may be sent now. In sequence, one whose forerunners are all paid. */
function due({ legs, terms }: SettlementState): readonly LegState[] {
  const waiting = legs.filter(({ status }) => status === 'waiting');
  if (terms.order === 'parallel') return waiting;
  const next = legs.find((leg) => !isDone(leg));
  return next?.status === 'waiting' ? [next] : [];
}

function decidePayouts(state: SettlementState, hasNews: boolean): SettlementStep {
  if (!state.approved && state.phase === 'paying_out')
    return { kind: 'wait', until: null, why: 'waits for an approval' };
  // What was blocked may have gone on by itself: a price that fell, money that came.
  const underWay = hasNews ? state.legs.filter(({ status }) => status === 'sending' || status === 'blocked') : [];
  const legIds = [...underWay, ...due(state)].map(({ id }) => id);
  if (legIds.length > 0) return { kind: 'pay', legIds };
  if (state.legs.every(isDone)) return { kind: 'close' };
  const blocked = state.legs.some(({ status }) => status === 'blocked');
  return { kind: 'wait', until: null, why: blocked ? 'a payout waits for an operator' : 'payouts become final' };
}

function decideDeposit(state: SettlementState, now: Instant, hasNews: boolean): SettlementStep {
  const { terms, phase, attention } = state;
  if (attention?.kind === 'choice') return { kind: 'wait', until: null, why: 'waits for an operator’s choice' };
  const isExpired = phase === 'expired';
  const until = isExpired ? terms.deadline + terms.policy.lateForMs : terms.deadline;
  if (hasNews) return { kind: 'review' };
  if (now >= until) {
    if (isExpired) return { kind: 'end' };
    // After the deadline only what the chain has not made final yet is waited for; the watcher tells.
    return phase === 'confirming'
      ? { kind: 'wait', until: null, why: 'the deposit becomes final' }
      : { kind: 'review' };
  }
  return { kind: 'wait', until, why: isExpired ? 'looks for a late payment' : 'waits for the payment' };
}

/** The next step. */
export function decideSettlement(state: SettlementState, now: Instant, hasNews: boolean): SettlementStep {
  const { phase } = state;
  if (finalPhases.has(phase)) return { kind: 'end' };
  if (phase === 'quoted') return { kind: 'open' };
  if (phase === 'paying_out' || phase === 'refunding') return decidePayouts(state, hasNews);
  return decideDeposit(state, now, hasNews);
}
