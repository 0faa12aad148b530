import type { Outcome } from './outcome';

/** What comes after an intent's customer has authenticated, or its bank has answered. */
export interface PendingOutcome {
  /** The intent's id. */
  readonly id: string;
  /** The payment method that is being tried. */
  readonly method: string;
  /** Null when nothing is foreseen: somebody must say. */
  readonly then: Outcome | null;
}
