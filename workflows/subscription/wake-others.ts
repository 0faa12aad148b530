import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { CreditedInvoice, SubscriptionEvent } from '../../domain/subscription/events';
import type { SubscriptionState } from '../../domain/subscription/state';
import { messages, subscriptionWorkflowId, type ProviderFact } from '../contract';
import { isFailedWork } from '../proxies';

async function send(tenantId: string, subscriptionId: string, message: string, ...given: unknown[]): Promise<void> {
  try {
    await getExternalWorkflowHandle(subscriptionWorkflowId(tenantId, subscriptionId)).signal(message, ...given);
  } catch (error) {
    // It has ended, or is lost: then it is started again from its row, which has the facts.
    if (!isFailedWork(error)) throw error;
  }
}

/** Those who collect invoices that the credits of this fact reduced look at them, as at what a provider tells. */
function creditedElsewhere({ tenantId, subscriptionId, seq }: SubscriptionState, event: SubscriptionEvent) {
  const credited: readonly CreditedInvoice[] = 'credited' in event ? (event.credited ?? []) : [];
  const fact: ProviderFact = { eventId: `${subscriptionId}:${seq}`, type: 'invoice.credited' };
  return credited.flatMap(({ lead }) =>
    lead === undefined ? [] : [send(tenantId, lead, messages.providerFact, fact)],
  );
}

/**
 * Tells the subscriptions that a fact concerns, once it is folded in: those whose facts were recorded with it fold theirs in, which their
 * rows have already.
 */
export async function wakeOthers(state: SubscriptionState, event: SubscriptionEvent): Promise<void> {
  const { told = [] } = event;
  const wakes = told.map((subscriptionId) => send(state.tenantId, subscriptionId, messages.factsRecorded));
  await Promise.all([...wakes, ...creditedElsewhere(state, event)]);
}
