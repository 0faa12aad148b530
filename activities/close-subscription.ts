/**
 * Ends a subscription at its planned instant: a cancellation at the end of the period, or a first payment that never came.
 */
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import { toIso, type Instant } from '../domain/time';
import { owedIds } from './commands/cancel';
import type { ActivityDependencies } from './dependencies';
import { recordEnd } from './final-bill';
import { givenBackByVoid } from './give-back';
import { recordFact } from './record-fact';
import { prepareSettlement, voidInvoice } from './settle-invoices';

export interface CloseSubscriptionInput {
  readonly state: SubscriptionState;
  readonly how: 'cancel' | 'expire';
  readonly now: Instant;
}

export function closeSubscription(deps: ActivityDependencies) {
  return async function close({ state, how, now }: CloseSubscriptionInput): Promise<SubscriptionEvent> {
    if (how === 'expire') return expire(deps, state, now);
    const at = Math.min(state.cancelAt ?? now, now);
    return recordEnd(deps, { state, now, at, businessKey: `close:${toIso(at)}`, partsOf: () => ({}) });
  };
}

/** The first invoice was not paid in time: it is voided, and nothing is owed. */
async function expire(deps: ActivityDependencies, state: SubscriptionState, now: Instant): Promise<SubscriptionEvent> {
  const { open, paid } = await prepareSettlement(deps, state.tenantId, owedIds(state));
  if (paid.size > 0)
    return recordFact(deps, {
      state,
      now,
      event: { type: 'payment_requested', at: now, customerPresent: false, customerActed: false },
    });
  const [invoice] = open;
  const event = { type: 'expired', at: now } as const;
  if (invoice === undefined) return recordFact(deps, { state, now, event });
  const voided = voidInvoice(invoice, now);
  const back = await givenBackByVoid(deps, state.tenantId, invoice.id, 'keep');
  return recordFact(deps, {
    state,
    now,
    event,
    partsOf: () => ({
      ...voided.parts,
      ...back,
      balance: { customerId: state.customerId, change: voided.balanceBack, expected: null },
    }),
  });
}
