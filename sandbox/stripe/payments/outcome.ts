/** What happens when a payment is tried, and how a test says so beforehand. */
import type { Decline } from './declines';

export type Outcome =
  | { readonly kind: 'succeed' }
  | { readonly kind: 'decline'; readonly decline: Decline }
  /** The customer must authenticate; without the customer it is a decline. */
  | { readonly kind: 'authenticate'; readonly then: Outcome }
  /** The bank takes its time; nothing happens until the payment is settled, on command or by what comes `then` after the configured delay. */
  | { readonly kind: 'process'; readonly then: Outcome | null };

/** Outcomes scripted for one payment method, customer or card fingerprint. */
export interface Script {
  /** A payment method's id, a customer's id or a card's fingerprint. */
  readonly id: string;
  /** Used up one by one, before anything else. */
  next: Outcome[];
  /** What happens from now on, instead of what the test card does; null to leave it to the card. */
  always: Outcome | null;
}
