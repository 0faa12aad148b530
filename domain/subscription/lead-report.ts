/**
 * A consolidated invoice bills several subscriptions and is collected by one of them, its lead. What becomes of its payment concerns the
 * others, too: here is what they are told, as facts of their own, and what those facts do to them.
 */
import type { Instant } from '../time';
import type { CreditedInvoice, IssuedInvoice, SubscriptionEvent } from './events';
import { finalStatuses, type DunningEnd, type Pause, type SubscriptionState } from './state';
import { canTransition, nextStatus, type Transition } from './transitions';

type EventOf<T extends SubscriptionEvent['type']> = Extract<SubscriptionEvent, { type: T }>;

/** What a fact of the lead means for one consolidated invoice. */
export interface LedOutcome {
  readonly invoiceId: string;
  /** Failing: declined, or left unpaid. */
  readonly outcome: 'failing' | 'settled';
  /** What the end of dunning does to all on the invoice. */
  readonly end?: DunningEnd;
  /** The invoice that was issued in its place and asks for money. */
  readonly successor?: string;
}

const owed = ({ collection }: SubscriptionState): readonly string[] =>
  collection === null ? [] : [collection.invoiceId, ...collection.queue];

function endOutcomes(before: SubscriptionState, { end, settled }: EventOf<'dunning_ended'>): LedOutcome[] {
  return end === 'cancel'
    ? settled.map((invoiceId) => ({ invoiceId, outcome: 'settled', end }))
    : owed(before).map((invoiceId) => ({ invoiceId, outcome: 'failing', end }));
}

function creditOutcomes(event: SubscriptionEvent): LedOutcome[] {
  const credited: readonly CreditedInvoice[] = 'credited' in event ? (event.credited ?? []) : [];
  return credited.filter(({ open }) => !open).map(({ invoiceId }) => ({ invoiceId, outcome: 'settled' }));
}

function outcomesOf(before: SubscriptionState, event: SubscriptionEvent): LedOutcome[] {
  switch (event.type) {
    case 'payment_declined':
      return [{ invoiceId: event.invoiceId, outcome: 'failing' }];
    case 'invoice_settled':
      return [{ invoiceId: event.invoiceId, outcome: 'settled' }];
    case 'invoice_reissued': {
      const { invoiceId, invoice } = event;
      return [{ invoiceId, outcome: 'settled', ...(invoice.open ? { successor: invoice.id } : {}) }];
    }
    case 'dunning_ended':
      return endOutcomes(before, event);
    default:
      return creditOutcomes(event);
  }
}

/** What a fact of a subscription means for the consolidated invoices that it collects; nothing for one that collects none. */
export function ledOutcomes(before: SubscriptionState, event: SubscriptionEvent): LedOutcome[] {
  const { leads } = before;
  return leads === undefined ? [] : outcomesOf(before, event).filter(({ invoiceId }) => leads.includes(invoiceId));
}

type Report = EventOf<'lead_reported'>;

const named = <K extends 'failing' | 'settled'>(key: K, ids: readonly string[]): Partial<Pick<Report, K>> =>
  (ids.length === 0 ? {} : { [key]: ids }) as Partial<Pick<Report, K>>;

/**
 * The fact of a subscription that is on consolidated invoices of another one; null when it concerns it in nothing: it has ended, or it knows.
 * @param outcomes those of the invoices that it is on
 */
export function reportTo(
  follower: SubscriptionState,
  lead: string,
  outcomes: readonly LedOutcome[],
  at: Instant,
): Report | null {
  if (finalStatuses.has(follower.status)) return null;
  const known = new Set(follower.failingElsewhere ?? []);
  const over = outcomes.filter(({ invoiceId, outcome }) => outcome === 'settled' && known.has(invoiceId));
  const fresh = outcomes.filter(({ invoiceId, outcome }) => outcome === 'failing' && !known.has(invoiceId));
  const settled = over.map(({ invoiceId }) => invoiceId);
  const successors = over.flatMap(({ successor }) => (successor === undefined ? [] : [successor]));
  const failing = [...fresh.map(({ invoiceId }) => invoiceId), ...successors];
  const end = outcomes.find((outcome) => outcome.end !== undefined)?.end;
  if (settled.length + failing.length === 0 && end === undefined) return null;
  const ended = end === undefined ? {} : { end };
  return { type: 'lead_reported', at, lead, ...named('failing', failing), ...named('settled', settled), ...ended };
}

/** The state with these consolidated invoices as the open ones that it collects. */
function withLeads({ leads: _before, ...state }: SubscriptionState, leads: readonly string[]): SubscriptionState {
  return leads.length === 0 ? state : { ...state, leads };
}

/** An invoice was issued: whether it is consolidated, and who collects it. */
export function noteLead(state: SubscriptionState, { id, open, lead }: IssuedInvoice): SubscriptionState {
  if (lead === undefined) return state;
  if (lead !== state.subscriptionId) return { ...state, follows: true };
  return open ? withLeads(state, [...(state.leads ?? []), id]) : state;
}

/** These invoices are collected no more. */
export function forgetLed(state: SubscriptionState, ids: readonly string[]): SubscriptionState {
  const { leads } = state;
  return leads === undefined
    ? state
    : withLeads(
        state,
        leads.filter((id) => !ids.includes(id)),
      );
}

/** True when a consolidated invoice that another subscription collects was declined and is not settled. */
export function owesElsewhere({ failingElsewhere }: SubscriptionState): boolean {
  return failingElsewhere !== undefined;
}

function withFailing(
  { failingElsewhere: before = [], ...state }: SubscriptionState,
  { failing = [], settled = [] }: Report,
): SubscriptionState {
  const left = [...new Set([...before, ...failing])].filter((id) => !settled.includes(id));
  return left.length === 0 ? state : { ...state, failingElsewhere: left };
}

function moved(state: SubscriptionState, transition: Transition): SubscriptionState {
  return canTransition(state.status, transition) ? { ...state, status: nextStatus(state.status, transition) } : state;
}

/** What is known once dunning has paused it. */
const dunningPause = (since: Instant): Pause => ({ since, resumeAt: null, mode: 'keep_schedule', cause: 'dunning' });

function endByLead(state: SubscriptionState, end: DunningEnd, at: Instant): SubscriptionState {
  if (end === 'leave_unpaid') return moved(state, 'dunning_unpaid');
  if (end === 'cancel') return moved(state, 'cancel');
  if (!canTransition(state.status, 'dunning_paused')) return state;
  return { ...moved(state, 'dunning_paused'), pause: state.pause ?? dunningPause(at) };
}

/** The state of a subscription once its lead's report is folded in, before what follows from an end or a recovery. */
export function hearLead(state: SubscriptionState, report: Report): SubscriptionState {
  const heard = withFailing(state, report);
  if (report.end !== undefined) return endByLead(heard, report.end, report.at);
  return report.failing === undefined ? heard : moved(heard, 'payment_failed');
}
