/** What operators may do to a settlement, and when. Asked when the command comes and again when its turn comes. */
import { refusal, type Refusal } from '../errors';
import type { SettlementCommand } from './facts';
import { finalPhases, statusOf, type SettlementState } from './state';

type Rule = (state: SettlementState, command: SettlementCommand) => string | null;

const isUnderWay = (state: SettlementState): boolean =>
  state.legs.some(({ status }) => status === 'sending' || status === 'paid');

const rules: Readonly<Record<SettlementCommand['name'], Rule>> = {
  approve: ({ attention, approved, phase }) => {
    if (attention?.kind === 'choice') return null;
    return approved || phase === 'refunding' ? 'nothing waits for an approval' : null;
  },
  retryLeg: ({ legs }, { legId }) => {
    const blocked = legs.filter(({ status }) => status === 'blocked');
    return blocked.some(({ id }) => legId === null || id === legId) ? null : 'no such payout is blocked';
  },
  refund: (state) => {
    if (state.received === '0') return 'nothing was received';
    if (state.phase === 'refunding') return 'it is being refunded already';
    return isUnderWay(state) ? 'a payout is under way or made' : null;
  },
  abandon: ({ legs }) => (legs.some(({ status }) => status === 'sending') ? 'a payout is under way' : null),
};

/** Why the rules refuse a command; null when they do not. */
export function refuseSettlementCommand(state: SettlementState, command: SettlementCommand): Refusal | null {
  const { settlementId, phase } = state;
  if (finalPhases.has(phase)) return refusal('settlement_over', { settlementId, status: phase });
  const reason = rules[command.name](state, command);
  if (reason === null) return null;
  return refusal('settlement_command_refused', { command: command.name, status: statusOf(state), reason });
}
