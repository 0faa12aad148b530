/**
 * What the execution of a command is given and what it answers.
 */
import type { Refusal } from '../../domain/errors';
import type { CommandName, CommandPayloads } from '../../domain/subscription/commands';
import type { SubscriptionEvent } from '../../domain/subscription/events';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import type { ActivityDependencies } from '../dependencies';
import type { Parts } from '../record-fact';

/** The actor of what comes from the payment page. */
export const customerActor = 'customer';

export interface CommandContext<N extends CommandName> {
  readonly deps: ActivityDependencies;
  readonly state: SubscriptionState;
  readonly payload: CommandPayloads[N];
  readonly commandId: string;
  /** Who asks: `customer` on the payment page, else a key of the API or an operator. */
  readonly actor: string;
  readonly now: Instant;
  /** The audit entry that must be written in the transaction of the change. */
  readonly audit: (event: SubscriptionEvent, after: SubscriptionState) => Parts;
}

export type CommandOutcome = SubscriptionEvent | Refusal;

export type CommandExecution<N extends CommandName> = (context: CommandContext<N>) => Promise<CommandOutcome>;
