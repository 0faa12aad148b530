import { idFromSeed, type Prefix } from '../../../domain/ids';
import type { IssuedInvoice } from '../../../domain/subscription/events';
import { initialState, type InitialInput } from '../../../domain/subscription/initial';
import type { Collection, SubscriptionState } from '../../../domain/subscription/state';
import { fromIso, type Instant } from '../../../domain/time';

/** Real ids, the same in every run: the n-th of its kind. */
export function exampleId(prefix: Prefix, n: number): string {
  return idFromSeed(prefix, `0192d3c4-5e6f-7000-8000-${n.toString(16).padStart(12, '0')}`);
}

export const at = (text: string): Instant => fromIso(text.length === 10 ? `${text}T00:00:00Z` : text);

/** A subscription to a monthly plan that starts on 1 June 2026. */
export function pendingState(input: Partial<InitialInput> = {}): SubscriptionState {
  return initialState({
    tenantId: exampleId('ten', 1),
    subscriptionId: exampleId('sub', 1),
    customerId: exampleId('cus', 1),
    customerName: 'Acme',
    planName: 'Pro monthly',
    planId: exampleId('plan', 1),
    planVersion: 1,
    quantity: 3,
    currency: 'USD',
    startAt: at('2026-06-01'),
    anchorDay: null,
    timeZone: 'UTC',
    clock: null,
    jitterMs: 0,
    openInvoicesMax: 12,
    ...input,
  });
}

export const june = { index: 0, start: at('2026-06-01'), end: at('2026-07-01') };

export function invoice(n: number, open = true): IssuedInvoice {
  return { id: exampleId('inv', n), number: `INV-${String(n).padStart(6, '0')}`, total: '49', open };
}

/** The same subscription in its first paid month. */
export function activeState(change: Partial<SubscriptionState> = {}): SubscriptionState {
  return { ...pendingState(), status: 'active', period: june, ...change };
}

/** An invoice that was declined once, on 1 June, and is tried again a day later. */
export function collection(change: Partial<Collection> = {}): Collection {
  return {
    invoiceId: exampleId('inv', 1),
    queue: [],
    attempts: 1,
    firstFailureAt: june.start,
    step: 1,
    nextAt: at('2026-06-02'),
    action: 'attempt',
    checkAt: null,
    noticedAt: null,
    waitingFor: 'retry',
    customerActed: false,
    customerPresent: false,
    ...change,
  };
}

export function owingState(
  change: Partial<Collection> = {},
  state: Partial<SubscriptionState> = {},
): SubscriptionState {
  return activeState({ status: 'past_due', collection: collection(change), ...state });
}
