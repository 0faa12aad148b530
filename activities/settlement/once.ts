/**
 * Records the next fact of a settlement, once: the database takes each place in the order once, and whoever comes second (a worker that was
 * killed after its commit, a slow twin, a reset workflow) is answered with the fact that stands there.
 */
import { isDuplicate } from '../../db/errors';
import {
  findSettlementFact,
  recordSettlementFact,
  type SettlementMove,
} from '../../db/transactions/settlement-progress';
import { idFromFacts } from '../../domain/ids';
import { applyFact } from '../../domain/settlement/apply';
import type { SettlementFact } from '../../domain/settlement/facts';
import { statusOf, type SettlementState } from '../../domain/settlement/state';
import type { ActivityDependencies } from '../dependencies';

export type FactParts = Omit<SettlementMove, 'state' | 'fact' | 'now' | 'events'>;

/** What the outside hears of a fact: that the status changed. */
function eventsOf(before: SettlementState, after: SettlementState): SettlementMove['events'] {
  const status = statusOf(after);
  if (status === statusOf(before)) return [];
  const { settlementId, seq, received, labels, attention } = after;
  const data = { settlement_id: settlementId, status, received_units: received, labels, reason: attention?.reason };
  const type = `settlement.${status}`;
  return [{ id: idFromFacts('evt', settlementId, String(seq)), type, data }];
}

/** Records a fact and answers it, or the one that took its place. */
export async function recordOnce(
  { database }: ActivityDependencies,
  state: SettlementState,
  fact: SettlementFact,
  now: number,
  parts: FactParts = {},
): Promise<SettlementFact> {
  const after = applyFact(state, fact);
  try {
    await recordSettlementFact(database, { ...parts, state: after, fact, now, events: eventsOf(state, after) ?? [] });
    return fact;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const standing = await findSettlementFact(database.as(state.tenantId), state, state.seq + 1);
    if (standing === null) throw error;
    return standing;
  }
}

/** The fact that took the next place already, or null: asked first by activities that do more than write. */
export function factBefore({ database }: ActivityDependencies, state: SettlementState): Promise<SettlementFact | null> {
  return findSettlementFact(database.as(state.tenantId), state, state.seq + 1);
}
