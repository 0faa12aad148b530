/** Carries out what an operator asks of a settlement, once, with its entry in the audit log. */
import {
  isCommandKnown,
  loadSettlement,
  postingsOfEntries,
  type SettlementFacts,
} from '../../db/transactions/settlement-progress';
import type { AuditRow } from '../../db/transactions/record';
import { fail } from '../../domain/errors';
import { idFromFacts } from '../../domain/ids';
import type { Posting } from '../../domain/ledger';
import { refuseSettlementCommand } from '../../domain/settlement/commands';
import type { SettlementCommand, SettlementFact, SettlementOutcome } from '../../domain/settlement/facts';
import type { Verdict } from '../../domain/settlement/judge';
import { statusOf, type SettlementState } from '../../domain/settlement/state';
import type { Instant } from '../../domain/time';
import type { ActivityDependencies } from '../dependencies';
import { recordOnce, type FactParts } from './once';
import { acceptanceEntryId, factOfVerdict, reversalOfAcceptance } from './verdict-parts';

export interface SteerSettlementInput {
  readonly state: SettlementState;
  readonly command: SettlementCommand;
  readonly commandId: string;
  readonly actor: string;
  readonly requestId: string | null;
  readonly now: Instant;
}

/** What the choice of an operator makes of the money: taken as it is, or given back. */
function verdictOf({ command, state }: SteerSettlementInput): Verdict | null {
  const { received, labels, attention, terms } = state;
  if (command.name === 'refund') return { kind: 'give_back', received, way: 'refund', label: labels[0] ?? 'over' };
  if (command.name !== 'approve' || attention?.kind !== 'choice') return null;
  const more = BigInt(received) - BigInt(terms.expected);
  const excess = more > 0n ? more.toString() : '0';
  return { kind: 'accept', received, excess, excessWay: excess === '0' ? null : 'credit', labels: [...labels] };
}

function noTarget(input: SteerSettlementInput): never {
  const reason = 'nobody knows where the money goes back to: set a refund address';
  return fail('settlement_command_refused', { command: input.command.name, status: statusOf(input.state), reason });
}

interface Made {
  readonly fact: SettlementFact;
  readonly parts: FactParts;
}

function makeFact(input: SteerSettlementInput, facts: SettlementFacts, booked: readonly Posting[]): Made {
  const { command, state } = input;
  const verdict = verdictOf(input);
  if (verdict === null) return { fact: { kind: 'commanded', command, then: null }, parts: {} };
  const { fact: then, parts } = factOfVerdict(facts, verdict) ?? noTarget(input);
  const back = booked.length > 0 ? reversalOfAcceptance(state.settlementId, booked) : {};
  const entries = [...(parts.entries ?? []), ...(back.entries ?? [])];
  return { fact: { kind: 'commanded', command, then }, parts: { ...parts, entries } };
}

const auditRow = (input: SteerSettlementInput, outcome: 'applied' | 'refused', result: unknown): AuditRow => ({
  id: idFromFacts('aud', input.state.settlementId, input.commandId),
  actor: input.actor,
  action: `settlement.${input.command.name}`,
  subjectId: input.state.settlementId,
  commandId: input.commandId,
  outcome,
  before: { status: statusOf(input.state) },
  after: input.command,
  result,
  requestId: input.requestId,
});

/** @throws PerennialError `settlement_command_refused` when money should go back and nobody knows where to */
export function steerSettlement(deps: ActivityDependencies) {
  return async function steer(input: SteerSettlementInput): Promise<SettlementOutcome> {
    const { state, command, commandId, now } = input;
    const { tenantId, settlementId } = state;
    const db = deps.database.as(tenantId);
    // A repetition after its answer was lost: the fact stands in its place already, or was folded in long ago.
    if (refuseSettlementCommand(state, command) !== null) return { kind: 'unchanged' };
    const facts = (await loadSettlement(db, tenantId, settlementId)) ?? fail('internal');
    if (facts.settlement.state.seq === state.seq && (await isCommandKnown(db, settlementId, commandId)))
      return { kind: 'unchanged' };
    const isUndone = command.name === 'refund' && state.phase === 'paying_out';
    const booked = isUndone ? await postingsOfEntries(db, tenantId, [acceptanceEntryId(settlementId)]) : [];
    const { fact, parts } = makeFact(input, facts, booked);
    return recordOnce(deps, state, fact, now, { ...parts, audit: [auditRow(input, 'applied', null)] });
  };
}
