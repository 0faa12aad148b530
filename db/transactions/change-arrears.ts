/** What a change of terms bills for the time before it, and where it cuts. The change and its preview both come here. */
import { effectiveAt, type ChangeBill } from '../../domain/invoice/change-bill';
import { usageFrom } from '../../domain/invoice/arrears';
import { itemLines } from '../../domain/invoice/item-lines';
import type { InvoiceLine } from '../../domain/invoice/line';
import { billsInArrears } from '../../domain/plan/timing';
import type { ArrearsSince, SubscriptionState } from '../../domain/subscription/state';
import type { UnbilledUsage } from '../../domain/subscription/unbilled-usage';
import type { Database } from '../pool';
import { loadArrears, noArrears, type Arrears } from './arrears';
import type { ChangeFacts } from './change-facts';

export interface ChangeArrears {
  /** With the add-ons of a calendar that begins. */
  readonly arrears: Arrears;
  /** For the fact: from when on what is in arrears is not billed yet. */
  readonly cut: {
    readonly arrears?: ArrearsSince;
    readonly unbilled?: UnbilledUsage;
    readonly late?: readonly string[];
  };
}

/** Without proration the fee of a running period is billed whole by the change, and the new one begins with the next period. */
function feesFromOf(state: SubscriptionState, { policy }: ChangeFacts, at: number): number {
  return policy === 'none' ? (state.period?.end ?? at) : at;
}

/**
 * Another plan ends usage and fees at the change; another quantity ends fees alone. Plans that bill ahead alone cost no query. A trial
 * goes on: what is used in it belongs to its end.
 */
export async function changeArrears(
  database: Database,
  state: SubscriptionState,
  facts: ChangeFacts,
  bill: ChangeBill,
): Promise<ChangeArrears> {
  const { arrears, cut } = await endedBy(database, state, facts);
  return { arrears: { ...arrears, lines: [...addOnLines(state, facts, bill), ...arrears.lines] }, cut };
}

/** A new calendar credits what was billed of add-ons and bills them anew. */
function addOnLines(state: SubscriptionState, { facts, policy }: ChangeFacts, { stretch }: ChangeBill): InvoiceLine[] {
  if (stretch === null) return [];
  const { currency, timeZone } = state;
  const addOns = facts.items.filter(({ kind }) => kind === 'add_on');
  return itemLines(addOns, { currency, timeZone, policy, full: stretch.full, period: stretch.period });
}

async function endedBy(database: Database, state: SubscriptionState, facts: ChangeFacts): Promise<ChangeArrears> {
  const { current, target, policy } = facts;
  const isConcerned = [current, target].some(
    ({ definition }) =>
      billsInArrears(definition) || definition.limits !== undefined || definition.seats?.added === 'next_invoice',
  );
  if (!isConcerned || state.status === 'trialing' || state.period === null) return { arrears: noArrears, cut: {} };
  const at = effectiveAt(state, facts);
  const withUsage = current.planId !== target.planId || current.version !== target.version;
  const grace = { hours: facts.facts.usageGraceHours, nextEnd: null };
  const arrears = await loadArrears(database, {
    state,
    plan: current,
    at,
    policy,
    withUsage,
    grace,
    lateUsage: facts.facts.lateUsage,
  });
  const since = { usageFrom: withUsage ? at : usageFrom(state), feesFrom: feesFromOf(state, facts, at) };
  const { unbilled, late } = arrears;
  const told = { ...(unbilled === undefined ? {} : { unbilled }), ...(late === undefined ? {} : { late }) };
  return { arrears, cut: { arrears: since, ...told } };
}
