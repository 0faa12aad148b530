/**
 * Ends subscriptions that were measured, without a cycle more and without a trace in what was measured.
 */
import type { Client } from '@temporalio/client';
import { ask } from './database-counters';
import { inParallel } from './latency';
import { seedingConcurrency } from './population';

/**
 * Terminates the workflows. The auditor would give a terminated subscription its workflow back, so the rows say first that they are over:
 * one update for each subscription of the database, which whoever counts rows takes off again.
 */
export async function endSubscriptions(
  { client, adminUrl }: { readonly client: Client; readonly adminUrl: string },
  workflowIds: readonly string[],
): Promise<void> {
  const over = `update subscriptions set status = 'canceled', state = jsonb_set(state, '{status}', '"canceled"')`;
  await ask(adminUrl, over);
  await inParallel(workflowIds, seedingConcurrency, (id) => client.workflow.getHandle(id).terminate('measured'));
}
