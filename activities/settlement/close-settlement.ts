/** Ends a settlement of which everything is paid, and notes what a person must look at. */
import type { SettlementOutcome } from '../../domain/settlement/facts';
import type { Attention } from '../../domain/settlement/state';
import type { ActivityDependencies } from '../dependencies';
import { recordOnce } from './once';
import type { SettlementStepInput } from './open-settlement';

export interface SettlementAttentionInput extends SettlementStepInput {
  readonly attention: Attention | null;
}

export function closeSettlement(deps: ActivityDependencies) {
  return ({ state, now }: SettlementStepInput): Promise<SettlementOutcome> =>
    recordOnce(deps, state, { kind: 'closed' }, now);
}

export function noteSettlementAttention(deps: ActivityDependencies) {
  return ({ state, now, attention }: SettlementAttentionInput): Promise<SettlementOutcome> =>
    recordOnce(deps, state, { kind: 'attention', attention }, now);
}
