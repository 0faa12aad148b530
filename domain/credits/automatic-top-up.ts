/**
 * Automatic top-ups: one when the balance is below the threshold, and never a second while the first is in flight. A failed one stops them
 * until the customer acts, or a declined card would be tried with every use. Plain JSON; the key counts, so two who decide at once name the
 * same top-up.
 */
import { isRefusal } from '../errors';
import { greater, isAbove, lesser, minus } from '../pricing/exact';
import type { Denomination } from './denomination';
import { roomFor, type TopUp, topUp, type TopUpRules } from './top-up';

export interface AutomaticState {
  /** How many were begun so far. */
  readonly begun: number;
  readonly inFlight: TopUp | null;
  /** True after one failed, until the customer acts. */
  readonly isHalted: boolean;
}

export const noneBegun: AutomaticState = { begun: 0, inFlight: null, isHalted: false };

export interface AutomaticRequest {
  readonly walletId: string;
  readonly rules: TopUpRules;
  readonly state: AutomaticState;
  readonly denomination: Denomination;
  readonly currency: string;
  /** What the wallet holds, paid and granted together. */
  readonly balance: string;
}

export type AutomaticDecision =
  | { readonly kind: 'begin'; readonly topUp: TopUp; readonly state: AutomaticState }
  | {
      readonly kind: 'none';
      readonly reason: 'off' | 'in_flight' | 'halted' | 'above_threshold' | 'no_room';
    };

/** A fixed amount, or what is missing to the target; never less than one top-up must be, nor more than there is room for. */
function wantedAmount({ rules, balance }: AutomaticRequest): string {
  const { automatic, minimum } = rules;
  const missing = automatic?.amount ?? minus(automatic?.target ?? balance, balance);
  const wanted = greater(missing, minimum ?? '0');
  const room = roomFor(rules, balance);
  return room === null ? wanted : lesser(wanted, room);
}

function obstacle({ rules, state, balance }: AutomaticRequest): Extract<AutomaticDecision, { kind: 'none' }> | null {
  if (rules.automatic === null) return { kind: 'none', reason: 'off' };
  if (state.inFlight !== null) return { kind: 'none', reason: 'in_flight' };
  if (state.isHalted) return { kind: 'none', reason: 'halted' };
  return isAbove(rules.automatic.threshold, balance) ? null : { kind: 'none', reason: 'above_threshold' };
}

/**
 * Whether to begin an automatic top-up now, and the state with it in flight. Store the state before the payment is tried.
 * @throws PerennialError `currency_not_priced` when units have no price in the currency.
 */
export function automaticTopUp(request: AutomaticRequest): AutomaticDecision {
  const against = obstacle(request);
  if (against !== null) return against;
  const { walletId, state } = request;
  const begun = state.begun + 1;
  const made = topUp({ ...request, key: `wallet/${walletId}/automatic/${begun}`, amount: wantedAmount(request) });
  if (isRefusal(made)) return { kind: 'none', reason: 'no_room' };
  return { kind: 'begin', topUp: made, state: { ...state, begun, inFlight: made } };
}

/** The state after the payment of a top-up succeeded or failed. One that is not in flight changes nothing: its answer came twice. */
export function afterTopUp(state: AutomaticState, key: string, outcome: 'succeeded' | 'failed'): AutomaticState {
  if (state.inFlight?.key !== key) return state;
  return { ...state, inFlight: null, isHalted: outcome === 'failed' };
}

/** The state after the customer acted: a new payment method, a top-up by hand, new rules. */
export function afterCustomerActed(state: AutomaticState): AutomaticState {
  return { ...state, isHalted: false };
}
