/**
 * What the handlers and the main loop of a subscription share. Handlers only put messages here; the main loop alone carries them out,
 * so nothing is ever changed while an activity is in flight.
 */
import type { Command } from '../../domain/subscription/commands';
import type { Refusal } from '../../domain/errors';
import type { SubscriptionState } from '../../domain/subscription/state';

export interface Entity {
  state: SubscriptionState;
  /** Commands that wait for their turn, oldest first. */
  inbox: Command[];
  /** How commands of this run ended, until their senders have heard it. */
  outcomes: Map<string, Refusal | null>;
  /** Something came in that may change what to do next. */
  woken: boolean;
  /** Another subscription may have recorded facts of this one that are not folded in yet. */
  behind: boolean;
  /** True while there is nothing to do: the senders of updates wait for it. */
  quiet: boolean;
  /** Set while a step fails for good: the loop rests before it tries again. */
  stuck: boolean;
}

export function newEntity(state: SubscriptionState): Entity {
  return { state, inbox: [], outcomes: new Map(), woken: false, behind: false, quiet: false, stuck: false };
}

/** Something came in: the main loop looks again. */
export function wake(entity: Entity): void {
  entity.woken = true;
  entity.quiet = false;
}
