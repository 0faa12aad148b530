/**
 * What happened to a subscription, as facts. An activity writes a fact to Postgres and returns it; the workflow folds the same
 * fact into its state with `apply`. Both sides use the one function, so the row and the workflow cannot differ.
 */
import type { TrialEndBehavior } from '../plan';
import type { Instant } from '../time';
import type { Anchor, ArrearsSince, DunningEnd, PauseMode, Period, Terms } from './state';
import type { UnbilledUsage } from './unbilled-usage';

/** Why an invoice is made at a boundary of the subscription's own calendar. */
export type IssueReason = 'start' | 'trial_end' | 'renewal' | 'resume';

/** What stands in the state about an invoice; `open` is false when nothing is left to collect. */
export interface IssuedInvoice {
  readonly id: string;
  readonly number: string;
  readonly total: string;
  readonly open: boolean;
  /** The subscription that collects it, present on a consolidated invoice alone: for all others on it, it is not open. */
  readonly lead?: string;
}

/** An older open invoice that the credits of a new one reduced; `open` is false when it asks for nothing any more. */
export interface CreditedInvoice {
  readonly invoiceId: string;
  readonly open: boolean;
  /** The subscription that collects it, if that is another one: it is told to look at its invoice. */
  readonly lead?: string;
}

/** Said by facts that end a stretch whose usage waits for what comes late. */
interface EndsStretch {
  readonly unbilled?: UnbilledUsage;
  /** Present where invoices are corrected by a credit note: those whose usage came late, or was corrected. */
  readonly late?: readonly string[];
}

export type ItemChange =
  'add_on_added' | 'add_on_removed' | 'charge_added' | 'price_overridden' | 'price_override_removed';

/** The subscriptions whose facts were written with this one: they are woken to fold theirs in. Absent: none. */
interface Told {
  readonly told?: readonly string[];
}

export type SubscriptionEvent = Told & Fact;

type Fact =
  | {
      readonly type: 'trial_started';
      readonly at: Instant;
      readonly period: Period;
      readonly trialEnd: Instant;
      /** What its plan does at the trial's end without a payment method; absent in facts of the first release. */
      readonly endBehavior?: TrialEndBehavior;
    }
  | { readonly type: 'trial_paused'; readonly at: Instant }
  | (EndsStretch & {
      readonly type: 'invoice_issued';
      readonly at: Instant;
      readonly reason: IssueReason;
      readonly invoice: IssuedInvoice;
      readonly period: Period;
      readonly anchor: Anchor;
      readonly terms: Terms;
      /** Present when a scheduled change takes effect: the label that goes with its plan. */
      readonly label?: string;
      /** Present when a plan with phases begins. */
      readonly planSince?: Instant;
      /** Set when the subscription becomes active only after this invoice is paid. */
      readonly incompleteUntil: Instant | null;
    })
  | (EndsStretch & {
      readonly type: 'terms_changed';
      readonly at: Instant;
      readonly terms: Terms;
      readonly label: string;
      readonly invoice: IssuedInvoice | null;
      /** Present when the change starts a new billing calendar (another interval). */
      readonly calendar: { readonly period: Period; readonly anchor: Anchor } | null;
      readonly credited?: readonly CreditedInvoice[];
      /** Present when the change billed what was in arrears until then. */
      readonly arrears?: ArrearsSince;
      /** Present when a plan with phases begins. */
      readonly planSince?: Instant;
    })
  /** What the subscription has beside its plan changed: an add-on, a charge, a price of its own. */
  | {
      readonly type: 'items_changed';
      readonly at: Instant;
      readonly change: ItemChange;
      readonly itemId: string;
      readonly invoice: IssuedInvoice | null;
      readonly credited?: readonly CreditedInvoice[];
    }
  | { readonly type: 'terms_scheduled'; readonly at: Instant; readonly terms: Terms }
  | { readonly type: 'change_unscheduled'; readonly at: Instant }
  | { readonly type: 'cancel_scheduled'; readonly at: Instant; readonly cancelAt: Instant }
  | { readonly type: 'cancel_unscheduled'; readonly at: Instant }
  | (EndsStretch & {
      readonly type: 'canceled';
      readonly at: Instant;
      readonly invoice: IssuedInvoice | null;
      readonly credited?: readonly CreditedInvoice[];
    })
  | { readonly type: 'expired'; readonly at: Instant }
  | {
      readonly type: 'paused';
      readonly at: Instant;
      readonly resumeAt: Instant | null;
      readonly mode: PauseMode;
      /** Absent in facts of the first release, and when the period does not wait for the end of the pause. */
      readonly periodWaits?: true;
    }
  | (EndsStretch & {
      readonly type: 'resumed';
      readonly at: Instant;
      readonly invoice: IssuedInvoice | null;
      readonly calendar: { readonly period: Period; readonly anchor: Anchor } | null;
      /** Present when the boundary of a scheduled change passed in the pause: its terms, and the label that goes with them. */
      readonly terms?: Terms;
      readonly label?: string;
    })
  /** The grace of an ended stretch is over: its usage is billed, or comes to nothing. */
  | (Pick<EndsStretch, 'late'> & {
      readonly type: 'usage_billed';
      readonly at: Instant;
      readonly from: Instant;
      readonly to: Instant;
      readonly invoice: IssuedInvoice | null;
    })
  /** An invoice was credited for its usage, which is billed anew; nothing of both where it is right again or stands in the way. */
  | {
      readonly type: 'usage_corrected';
      readonly at: Instant;
      readonly invoiceId: string;
      readonly creditNoteId: string | null;
      readonly invoice: IssuedInvoice | null;
    }
  | {
      readonly type: 'payment_method_changed';
      readonly at: Instant;
      /** Absent in facts of the first release, which counted every change as the customer's. */
      readonly customerActed?: boolean;
    }
  /** Somebody asked to try again now; `customerPresent` when the customer is at the screen. */
  | {
      readonly type: 'payment_requested';
      readonly at: Instant;
      readonly customerPresent: boolean;
      /** False when an operator or the engine itself wants another try: the one-a-day rule then holds. */
      readonly customerActed: boolean;
    }
  | {
      readonly type: 'invoice_settled';
      readonly at: Instant;
      readonly invoiceId: string;
      readonly how: 'paid' | 'voided' | 'uncollectible';
      /** Present when the usage that a voided invoice billed is billed again. */
      readonly usageReturned?: true;
    }
  /** A credit note reduced an open invoice. */
  /** An open invoice was voided and issued anew. */
  | {
      readonly type: 'invoice_reissued';
      readonly at: Instant;
      readonly invoiceId: string;
      readonly invoice: IssuedInvoice;
    }
  | {
      readonly type: 'invoice_credited';
      readonly at: Instant;
      readonly creditNoteId: string;
      readonly credited: readonly CreditedInvoice[];
    }
  | {
      readonly type: 'payment_declined';
      readonly at: Instant;
      readonly invoiceId: string;
      readonly attempts: number;
      readonly code: string;
      readonly step: number;
      readonly firstFailureAt: Instant;
      /** The next dunning step; null when the steps are used up. */
      readonly nextAt: Instant | null;
      readonly waitingFor: 'retry' | 'customer' | 'payment_method';
    }
  | {
      readonly type: 'payment_deferred';
      readonly at: Instant;
      readonly invoiceId: string;
      readonly until: Instant;
      readonly why: string;
    }
  | {
      readonly type: 'payment_pending';
      readonly at: Instant;
      readonly invoiceId: string;
      readonly attempts: number;
      readonly waitingFor: 'customer' | 'provider';
      /** The dunning clock runs on while the customer is asked; null while the provider works. */
      readonly nextAt: Instant | null;
      /** When to read the provider again if nobody tells us before. */
      readonly checkAt: Instant;
    }
  /** The provider was read and knows nothing new. */
  | { readonly type: 'payment_unchanged'; readonly at: Instant; readonly invoiceId: string }
  | {
      readonly type: 'dunning_ended';
      readonly at: Instant;
      readonly end: DunningEnd;
      readonly settled: readonly string[];
    }
  /** What became of consolidated invoices that another subscription collects for this one. Each part is absent for none. */
  | {
      readonly type: 'lead_reported';
      readonly at: Instant;
      /** The subscription that collects them. */
      readonly lead: string;
      /** Declined, and still asked for. */
      readonly failing?: readonly string[];
      /** Among those that were declined: settled in whatever way. */
      readonly settled?: readonly string[];
      /** What the end of their dunning does to each subscription. */
      readonly end?: DunningEnd;
    }
  /** A coupon lowers invoices from now on; which and how stands in the books. */
  | {
      readonly type: 'coupon_applied';
      readonly at: Instant;
      readonly attachmentId: string;
      readonly couponId: string;
    }
  | { readonly type: 'coupon_removed'; readonly at: Instant; readonly attachmentId: string }
  | { readonly type: 'attention_needed'; readonly at: Instant; readonly reason: string }
  | { readonly type: 'attention_cleared'; readonly at: Instant };
