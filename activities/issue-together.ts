/**
 * Issues one invoice for the subscriptions of a customer that renew at the same instant. Whichever of them comes first writes the facts of
 * all, in one transaction; the others find theirs recorded. Nobody waits for anybody, and a worker that dies leaves all of it or nothing.
 */
import { dueTogether } from '../domain/subscription/due-together';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { PerennialError } from '../domain/errors';
import { findFact } from '../db/transactions/find-fact';
import { loadDueTogether } from '../db/transactions/due-together';
import type { ActivityDependencies } from './dependencies';
import { inTurn } from './in-turn';
import { recordInvoice, type InvoiceFact } from './record-fact';

export interface TogetherRequest {
  readonly state: SubscriptionState;
  /** The boundary. */
  readonly at: Instant;
  /** What the subscription would be billed alone. */
  readonly own: InvoiceFact;
  /** The same for another one. */
  readonly factOf: (state: SubscriptionState) => Promise<InvoiceFact>;
}

/** What another subscription brings; null where it cannot be billed: it must not hold up the others, and says so at its own turn. */
async function factOrNone(
  deps: ActivityDependencies,
  { factOf }: TogetherRequest,
  state: SubscriptionState,
): Promise<InvoiceFact | null> {
  try {
    return await factOf(state);
  } catch (error) {
    if (!(error instanceof PerennialError)) throw error;
    const facts = { subscription: state.subscriptionId, code: error.code };
    deps.log.warn(facts, 'a subscription was left out of a consolidated invoice');
    return null;
  }
}

/** The subscription that collects is woken by the one that was first; all others come by themselves. */
function withWake(fact: InvoiceFact, writer: string, lead: string): InvoiceFact {
  const { subscriptionId } = fact.state;
  if (subscriptionId !== writer || writer === lead) return fact;
  return { ...fact, eventOf: (invoice) => ({ ...fact.eventOf(invoice), told: [lead] }) };
}

async function issueFor(deps: ActivityDependencies, request: TogetherRequest): Promise<SubscriptionEvent> {
  const { state, at, own } = request;
  const { tenantId, subscriptionId: writer } = state;
  const db = deps.database.as(tenantId);
  const standing = () => findFact(db, tenantId, writer, state.seq + 1);
  const found = await loadDueTogether(db, tenantId, writer, at);
  const isBilled = !found.some(({ subscriptionId, seq }) => subscriptionId === writer && seq === state.seq);
  const recorded = isBilled ? await standing() : null;
  if (recorded !== null) return recorded;
  const group = dueTogether(state, found, at);
  const facts = await Promise.all(
    group.map((one) => (one.subscriptionId === writer ? Promise.resolve(own) : factOrNone(deps, request, one))),
  );
  const [lead, ...companions] = facts.filter((fact) => fact !== null);
  if (lead === undefined || companions.length === 0) return recordInvoice(deps, own);
  const [first, ...rest] = [lead, ...companions].map((fact) => withWake(fact, writer, lead.state.subscriptionId));
  const event = await recordInvoice(deps, { ...(first ?? lead), companions: rest });
  return lead.state.subscriptionId === writer ? event : ((await standing()) ?? event);
}

/**
 * Bills a boundary of a customer who wants one invoice for all that falls due together.
 * @throws as `recordInvoice`; the database's unique violation when another subscription of the group moved meanwhile
 */
export function issueTogether(deps: ActivityDependencies, request: TogetherRequest): Promise<SubscriptionEvent> {
  const { tenantId, customerId, currency } = request.state;
  const name = `${tenantId} ${customerId} ${currency} ${request.at}`;
  return inTurn(deps.database, name, () => issueFor(deps, request));
}
