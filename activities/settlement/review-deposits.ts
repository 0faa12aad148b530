/** Judges what came in for a settlement, and books it. */
import { loadSettlement } from '../../db/transactions/settlement-progress';
import { baseUnitsOf } from '../../domain/chain/asset';
import { fail } from '../../domain/errors';
import type { SettlementFact, SettlementOutcome } from '../../domain/settlement/facts';
import { judgeDeposits, type Verdict } from '../../domain/settlement/judge';
import type { SettlementState } from '../../domain/settlement/state';
import type { ActivityDependencies } from '../dependencies';
import { recordOnce } from './once';
import type { SettlementStepInput } from './open-settlement';
import { factOfVerdict } from './verdict-parts';

/** A verdict that says what the state says already is no fact. */
function isKnown({ phase, received }: SettlementState, verdict: Verdict): boolean {
  if (verdict.kind === 'expire') return phase === 'expired';
  if (verdict.kind !== 'wait' || verdict.received !== received) return false;
  if (verdict.short) return phase === 'underpaid';
  return phase === 'expired' || phase === (verdict.seen === '0' ? 'awaiting_deposit' : 'confirming');
}

/** @throws what Postgres says in an outage */
export function reviewDeposits(deps: ActivityDependencies) {
  return async function review({ state, now }: SettlementStepInput): Promise<SettlementOutcome> {
    const { tenantId, settlementId, terms } = state;
    const facts = (await loadSettlement(deps.database.as(tenantId), tenantId, settlementId)) ?? fail('internal');
    const shown = facts.deposits.filter(({ status }) => status !== 'withdrawn');
    const deposits = shown.map(({ amount, seenAt, status }) => ({
      units: baseUnitsOf(amount).toString(),
      seenAt,
      isFinal: status === 'final',
    }));
    const verdict = judgeDeposits(terms, deposits, now);
    if (isKnown(state, verdict)) return { kind: 'unchanged' };
    const made = factOfVerdict(facts, verdict);
    if (made !== null) return recordOnce(deps, state, made.fact, now, made.parts);
    const received = verdict.kind === 'accept' || verdict.kind === 'give_back' ? verdict.received : '0';
    const label = verdict.kind === 'give_back' ? verdict.label : 'over';
    const ask: SettlementFact = { kind: 'reviewed', verdict: { kind: 'ask', received, label }, addedLegs: [] };
    return recordOnce(deps, state, ask, now);
  };
}
