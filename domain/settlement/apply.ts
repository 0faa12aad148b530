/** Folds a recorded fact into the state. Pure and total: workflow and row come to the same state by it. */
import type { SettlementCommand, SettlementFact } from './facts';
import type { Verdict } from './judge';
import { movePhase } from './transitions';
import type { Attention, LegState, SettlementPhase, SettlementState } from './state';

const legsBlocked = (legs: readonly LegState[]): Attention | null => {
  const blocked = legs.find(({ status }) => status === 'blocked');
  return blocked === undefined ? null : { kind: 'fault', reason: blocked.reason ?? 'a payout is blocked' };
};

/** Where somebody must decide, by how the payment differs. */
const triggerOfLabel = { under: 'fall_short', over: 'exceed', late: 'come_late' } as const;

/** Phases in which a verdict of waiting is only told again. */
function phaseWhileWaiting(phase: SettlementPhase, verdict: Extract<Verdict, { kind: 'wait' }>): SettlementPhase {
  if (verdict.short) return phase === 'underpaid' ? phase : movePhase(phase, 'fall_short');
  if (phase === 'expired') return phase;
  if (verdict.seen === '0') return phase === 'awaiting_deposit' ? phase : movePhase(phase, 'lose');
  return phase === 'confirming' ? phase : movePhase(phase, 'see');
}

const waitingLegs = (added: readonly Pick<LegState, 'id' | 'kind'>[]): LegState[] =>
  added.map(({ id, kind }) => ({ id, kind, status: 'waiting', reason: null }));

const canceled = (legs: readonly LegState[]): LegState[] =>
  legs.map((leg) => (leg.status === 'paid' ? leg : { ...leg, status: 'canceled', reason: null }));

function applyVerdict(
  state: SettlementState,
  { verdict, addedLegs }: Extract<SettlementFact, { kind: 'reviewed' }>,
): SettlementState {
  const { phase } = state;
  switch (verdict.kind) {
    case 'wait':
      return { ...state, phase: phaseWhileWaiting(phase, verdict), received: verdict.received };
    case 'expire':
      return { ...state, phase: movePhase(phase, 'expire') };
    case 'ask': {
      const { label, received } = verdict;
      const reason = `The payment is ${label === 'late' ? 'late' : `${label} the amount`}: accept or refund it.`;
      const labels = [...new Set([...state.labels, label])];
      const asked = movePhase(phase, triggerOfLabel[label]);
      return { ...state, phase: asked, received, labels, attention: { kind: 'choice', reason } };
    }
    case 'give_back': {
      const { label, received } = verdict;
      const legs = [...canceled(state.legs), ...waitingLegs(addedLegs)];
      const labels = [...new Set([...state.labels, label])];
      return { ...state, phase: movePhase(phase, 'give_back'), received, labels, legs, attention: null };
    }
    case 'accept': {
      const { received, labels } = verdict;
      const attention: Attention | null = state.approved
        ? null
        : { kind: 'approval', reason: 'The amount is above the limit: payouts wait for an approval.' };
      const legs = [...state.legs, ...waitingLegs(addedLegs)];
      const all = [...new Set([...state.labels, ...labels])];
      return { ...state, phase: movePhase(phase, 'accept'), received, labels: all, legs, attention };
    }
  }
}

function applyCommand(state: SettlementState, { name, legId }: SettlementCommand): SettlementState {
  if (name === 'approve' && state.attention?.kind === 'choice') return { ...state, attention: null };
  if (name === 'approve') return { ...state, approved: true, attention: legsBlocked(state.legs) };
  if (name === 'retryLeg') {
    const isMeant = (leg: LegState) => leg.status === 'blocked' && (legId === null || leg.id === legId);
    const legs = state.legs.map((leg) => (isMeant(leg) ? { ...leg, status: 'waiting' as const, reason: null } : leg));
    const attention = state.attention?.kind === 'fault' ? legsBlocked(legs) : state.attention;
    return { ...state, legs, attention };
  }
  if (name === 'abandon') {
    return { ...state, phase: movePhase(state.phase, 'abandon'), legs: canceled(state.legs), attention: null };
  }
  return state;
}

function applyLegs(state: SettlementState, { legs }: Extract<SettlementFact, { kind: 'legs' }>): SettlementState {
  const standings = new Map(legs.map((leg) => [leg.id, leg]));
  const after = state.legs.map((leg) => ({ ...leg, ...standings.get(leg.id) }));
  const keeps = state.attention !== null && state.attention.kind !== 'fault';
  return { ...state, legs: after, attention: keeps ? state.attention : legsBlocked(after) };
}

function fold(state: SettlementState, fact: SettlementFact): SettlementState {
  switch (fact.kind) {
    case 'opened':
      return { ...state, phase: movePhase(state.phase, 'open'), address: fact.address, attention: null };
    case 'reviewed':
      return applyVerdict(state, fact);
    case 'legs':
      return applyLegs(state, fact);
    case 'attention':
      return { ...state, attention: fact.attention };
    case 'closed':
      return { ...state, phase: movePhase(state.phase, state.phase === 'refunding' ? 'refund' : 'settle') };
    case 'commanded': {
      const after = applyCommand(state, fact.command);
      return fact.then === null ? after : fold(after, fact.then);
    }
  }
}

/** The state after a fact: the next in order. */
export function applyFact(state: SettlementState, fact: SettlementFact): SettlementState {
  return { ...fold(state, fact), seq: state.seq + 1 };
}
