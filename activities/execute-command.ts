/**
 * Carries out one command, once: the audit entry of its id is written in the transaction of the change, and a repetition answers
 * what it says. A refusal changes nothing and leaves its own entry.
 *
 * A worker that died after its commit leaves a fact that the workflow has not heard of. When the next one begins with a command that
 * came meanwhile, the command's place in the order is taken: the workflow is handed that fact first, and asks again.
 */
import { isRefusal, type Refusal } from '../domain/errors';
import { newId } from '../domain/ids';
import { refuseCommand, type Command, type CommandName } from '../domain/subscription/commands';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { isDuplicate } from '../db/errors';
import { findCommand } from '../db/transactions/find-command';
import { findFact } from '../db/transactions/find-fact';
import { record, type AuditRow } from '../db/transactions/record';
import type { ActivityDependencies } from './dependencies';
import { executions, recordOnly } from './commands';
import type { CommandContext, CommandExecution, CommandOutcome } from './commands/context';

export interface ExecuteCommandInput {
  readonly state: SubscriptionState;
  readonly command: Command;
  readonly now: Instant;
}

/** What the workflow folds in: the fact (null: it was folded in before), or the refusal that it answers. */
export type ExecuteCommandResult =
  | { readonly kind: 'applied'; readonly event: SubscriptionEvent | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Another fact stands in this place: it is folded in first, and the command has its turn again. */
  | { readonly kind: 'overtaken'; readonly event: SubscriptionEvent };

const visible = ({ status, terms, pendingTerms, cancelAt, pause, period }: SubscriptionState) => ({
  status,
  terms,
  pendingTerms,
  cancelAt,
  pause,
  period,
});

function auditEntry(
  { state, command }: ExecuteCommandInput,
  outcome: 'applied' | 'refused',
  after: unknown,
  result: unknown,
): AuditRow {
  return {
    id: newId('aud'),
    actor: command.actor,
    action: outcome === 'applied' ? command.name : 'command.refused',
    subjectId: state.subscriptionId,
    commandId: command.id,
    outcome,
    before: visible(state),
    after,
    result,
    requestId: command.requestId,
  };
}

async function execute(deps: ActivityDependencies, input: ExecuteCommandInput): Promise<CommandOutcome> {
  const { state, command, now } = input;
  // Commands wait their turn: the rules are asked again with the state of that moment.
  const refused = refuseCommand(state, command.name, command.payload, now);
  if (refused !== null) return refused;
  const execution = executions[command.name] as CommandExecution<CommandName>;
  const context: CommandContext<CommandName> = {
    deps,
    state,
    payload: command.payload,
    commandId: command.id,
    actor: command.actor,
    now,
    audit: (event, after) => ({ audit: [auditEntry(input, 'applied', visible(after), event)] }),
  };
  return execution(context);
}

async function recordRefusal(deps: ActivityDependencies, input: ExecuteCommandInput, refused: Refusal): Promise<void> {
  const { tenantId } = input.state;
  const audit = [auditEntry(input, 'refused', null, { ...refused, name: input.command.name })];
  await record(deps.database.as(tenantId), { tenantId, now: input.now, subscription: null, audit });
}

/** The fact that stands where the workflow's next one belongs, if there is one. */
async function standingFact(
  deps: ActivityDependencies,
  state: SubscriptionState,
): Promise<ExecuteCommandResult | null> {
  const { tenantId, subscriptionId, seq } = state;
  const event = await findFact(deps.database.as(tenantId), tenantId, subscriptionId, seq + 1);
  return event === null ? null : { kind: 'overtaken', event };
}

/** What the command answered before; null when it is new. */
async function answeredBefore(
  deps: ActivityDependencies,
  { state, command }: ExecuteCommandInput,
): Promise<ExecuteCommandResult | null> {
  const before = await findCommand(deps.database.as(state.tenantId), state.subscriptionId, command.id);
  if (before === null || before.kind === 'refused') return before;
  return (await standingFact(deps, state)) ?? { kind: 'applied', event: null };
}

async function carryOut(deps: ActivityDependencies, input: ExecuteCommandInput): Promise<ExecuteCommandResult> {
  const outcome = await execute(deps, input);
  if (!isRefusal(outcome)) return { kind: 'applied', event: outcome };
  // A workflow that is behind the books (a reset, a worker that died after its commit) must not refuse by what is past.
  const standing = await standingFact(deps, input.state);
  if (standing !== null) return standing;
  await recordRefusal(deps, input, outcome);
  return { kind: 'refused', refusal: outcome };
}

export function executeCommand(deps: ActivityDependencies) {
  return async function run(input: ExecuteCommandInput): Promise<ExecuteCommandResult> {
    const before = recordOnly.has(input.command.name) ? null : await answeredBefore(deps, input);
    if (before !== null) return before;
    try {
      return await carryOut(deps, input);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return (
        (await standingFact(deps, input.state)) ?? (await answeredBefore(deps, input)) ?? Promise.reject(error as Error)
      );
    }
  };
}
