/**
 * Commands that only plan: nothing is billed by them.
 */
import { fromIso } from '../../domain/time';
import type { PauseMode } from '../../domain/subscription/state';
import { recordFact } from '../record-fact';
import { customerActor, type CommandContext, type CommandOutcome } from './context';

/** Undoes a cancellation at the end of the period. */
export function uncancel({ deps, state, now, audit }: CommandContext<'uncancel'>): Promise<CommandOutcome> {
  return recordFact(deps, { state, now, event: { type: 'cancel_unscheduled', at: now }, partsOf: audit });
}

/** Stops billing, with an end if one is given. */
export function pause({ deps, state, payload, now, audit }: CommandContext<'pause'>): Promise<CommandOutcome> {
  const resumeAt = payload.resumeAt === undefined ? null : fromIso(payload.resumeAt);
  const mode = (payload.mode ?? 'keep_schedule') as PauseMode;
  const waits = mode === 'shift_schedule' && state.period !== null && now < state.period.end;
  const event = { type: 'paused', at: now, resumeAt, mode, ...(waits ? { periodWaits: true as const } : {}) } as const;
  return recordFact(deps, { state, now, event, partsOf: audit });
}

/**
 * Tries to collect now, because somebody asked to; with the customer at the screen if so said. Only the customer's own visit to the payment
 * page lifts the limit of one try a day: the networks count an operator's wish as one more try of the merchant.
 */
export function retryPayment({
  deps,
  state,
  payload,
  actor,
  now,
  audit,
}: CommandContext<'retryPayment'>): Promise<CommandOutcome> {
  const customerPresent = payload.customerPresent ?? false;
  return recordFact(deps, {
    state,
    now,
    event: { type: 'payment_requested', at: now, customerPresent, customerActed: actor === customerActor },
    partsOf: audit,
  });
}
