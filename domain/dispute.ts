/**
 * What follows from the state of a dispute at the provider: what must be booked, what the outside is told, and whether more will come.
 * The books follow the movements of money that the provider lists, each booked once; the status alone moves nothing.
 */
import { isNegative, isPositive, negate, sum, type Money } from './money';
import type { Instant } from './time';

/** An inquiry asks and moves no money; a chargeback takes it at once. An inquiry can become a chargeback. */
export type DisputeKind = 'inquiry' | 'chargeback';

/** `prevented`: settled before it became a dispute, such as by a refund. */
export type DisputeStatus = 'needs_response' | 'under_review' | 'won' | 'lost' | 'prevented';

/** Money that a dispute moved, as the provider lists it: what it took is below zero; the fee goes apart. */
export interface DisputeMovement {
  readonly ref: string;
  /** In the currency of the payment, in which the books hold its cash. */
  readonly gross: Money;
  readonly fee: Money;
}

/** A dispute as it stands at the provider. */
export interface DisputeFacts {
  readonly kind: DisputeKind;
  readonly status: DisputeStatus;
  readonly reason: string;
  readonly amount: Money;
  /** Until when the provider takes an answer; null when it takes none. */
  readonly evidenceDueAt: Instant | null;
  readonly movements: readonly DisputeMovement[];
}

/** What we recorded of it before. */
export interface KnownDispute {
  readonly kind: DisputeKind;
  readonly status: DisputeStatus;
  readonly evidenceDueAt: Instant | null;
  readonly movementRefs: readonly string[];
}

export interface DisputeNews {
  readonly movements: readonly DisputeMovement[];
  /** Types of events, with what they say beside the dispute itself. */
  readonly events: readonly { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[];
  readonly changed: boolean;
}

const movementEvent = ({ gross, fee }: DisputeMovement) =>
  isNegative(gross)
    ? { type: 'dispute.funds_withdrawn', data: { amount: negate(gross), fee } }
    : { type: 'dispute.funds_reinstated', data: { amount: gross, fee } };

/** `payment.disputed` opens; after it each change of the status or kind is told, and each movement of money. */
function eventsOf(known: KnownDispute | null, facts: DisputeFacts, movements: readonly DisputeMovement[]) {
  const { kind, status } = facts;
  const opened = known === null ? [{ type: 'payment.disputed', data: {} }] : [];
  const before = known ?? { kind, status: 'needs_response' };
  const moved = before.status === status && before.kind === kind ? [] : [{ type: `dispute.${status}`, data: {} }];
  return [...opened, ...movements.map(movementEvent), ...moved];
}

/** What is new since it was recorded last; null: it never was. */
export function disputeNews(known: KnownDispute | null, facts: DisputeFacts): DisputeNews {
  const movements = facts.movements.filter(({ ref }) => known?.movementRefs.includes(ref) !== true);
  const events = eventsOf(known, facts, movements);
  return { movements, events, changed: events.length > 0 || known?.evidenceDueAt !== facts.evidenceDueAt };
}

/** What the dispute took and did not give back, in the currency of the payment. */
export function amountWithdrawn({ movements, amount }: Pick<DisputeFacts, 'movements' | 'amount'>): Money {
  return negate(
    sum(
      movements.map(({ gross }) => gross),
      amount.currency,
    ),
  );
}

/** True when nothing more is expected: decided, and what was won back has come. An appeal tells itself by a webhook. */
export function isDisputeOver({ status, movements }: Pick<DisputeFacts, 'status' | 'movements'>): boolean {
  if (status === 'lost' || status === 'prevented') return true;
  return status === 'won' && (movements.length === 0 || movements.some(({ gross }) => isPositive(gross)));
}
