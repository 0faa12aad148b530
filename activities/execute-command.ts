/**
 * Carries out one command, once: the audit entry of its id is written in the transaction of the change, and a repetition answers
 * what it says. A refusal changes nothing and leaves its own entry.
 */
import { isRefusal, type Refusal } from '../domain/errors';
import { newId } from '../domain/ids';
import { refuseCommand, type Command, type CommandName } from '../domain/subscription/commands';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { findCommand } from '../db/transactions/find-command';
import { record, type AuditRow } from '../db/transactions/record';
import type { ActivityDependencies } from './dependencies';
import { executions } from './commands';
import type { CommandContext, CommandExecution, CommandOutcome } from './commands/context';

export interface ExecuteCommandInput {
  readonly state: SubscriptionState;
  readonly command: Command;
  readonly now: Instant;
}

/** What the workflow folds in: the fact, or the refusal that it answers. */
export type ExecuteCommandResult =
  | { readonly kind: 'applied'; readonly event: SubscriptionEvent }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

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

export function executeCommand(deps: ActivityDependencies) {
  return async function run(input: ExecuteCommandInput): Promise<ExecuteCommandResult> {
    const { state, command } = input;
    const before = await findCommand(deps.database.as(state.tenantId), state.subscriptionId, command.id);
    if (before !== null) return before;
    const outcome = await execute(deps, input);
    if (!isRefusal(outcome)) return { kind: 'applied', event: outcome };
    await recordRefusal(deps, input, outcome);
    return { kind: 'refused', refusal: outcome };
  };
}
