import type { Instant } from '../time';
import type { SubscriptionState } from './state';

export interface InitialInput {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly customerName: string;
  readonly planName: string;
  readonly planId: string;
  readonly planVersion: number;
  readonly quantity: number;
  readonly currency: string;
  readonly startAt: Instant;
  /** Fixed day of the month on which periods begin; null: the anniversary of the start. */
  readonly anchorDay: number | null;
  readonly timeZone: string;
  readonly clock: { readonly id: string; readonly now: Instant } | null;
  readonly jitterMs: number;
  /** So many invoices may be open before billing waits, by the tenant's policy of the day. */
  readonly openInvoicesMax: number;
}

/** The state of a subscription that has not begun. */
export function initialState(input: InitialInput): SubscriptionState {
  const { planId, planVersion, quantity } = input;
  return {
    v: 1,
    seq: 0,
    tenantId: input.tenantId,
    subscriptionId: input.subscriptionId,
    customerId: input.customerId,
    label: labelOf(input.customerName, input.planName),
    currency: input.currency,
    status: 'pending',
    terms: { planId, planVersion, quantity },
    pendingTerms: null,
    startAt: input.startAt,
    anchor: { at: input.startAt, day: input.anchorDay },
    timeZone: input.timeZone,
    period: null,
    trialEnd: null,
    incompleteUntil: null,
    cancelAt: null,
    pause: null,
    collection: null,
    clock: input.clock,
    jitterMs: input.jitterMs,
    attention: null,
    lastInvoice: null,
    signals: 0,
    handledFacts: [],
    openInvoicesMax: input.openInvoicesMax,
  };
}

/** What operators read first: "Acme · Pro monthly". Bounded, since it stands in every list. */
export function labelOf(customerName: string, planName: string): string {
  return `${customerName} · ${planName}`.slice(0, 120);
}
