/** Each live workflow answers, and thinks what its row says. */
import { isDeepStrictEqual } from 'node:util';
import { subscriptionWorkflowId } from '../../../domain/ids';
import type { SubscriptionState } from '../../../domain/subscription/state';
import { messages } from '../../../workflows/contract';
import type { Scene } from '../scenario';

const statement = {
  name: 'test_states',
  text: `select id, status, state from subscriptions where tenant_id = $1 order by id`,
};

/** A clock, the provider's messages and signals that were refused move only the workflow. */
const comparable = ({ clock: _clock, handledFacts: _facts, signals: _signals, ...rest }: SubscriptionState) => rest;

function differences(row: SubscriptionState, workflow: SubscriptionState): string[] {
  const left = comparable(row) as Record<string, unknown>;
  const right = comparable(workflow) as Record<string, unknown>;
  return Object.keys({ ...left, ...right })
    .filter((key) => !isDeepStrictEqual(left[key], right[key]))
    .map(
      (key) => `${key} is ${JSON.stringify(left[key])} in the row and ${JSON.stringify(right[key])} in the workflow`,
    );
}

/** Subscriptions whose workflow differs from the row, is missing, or has ended too early or not at all. */
export async function brokenWorkflows({ engine, tenantId }: Pick<Scene, 'engine' | 'tenantId'>): Promise<string[]> {
  const rows = await engine.database.as(tenantId).query(statement, [tenantId]);
  const check = async (row: Record<string, unknown>): Promise<string[]> => {
    const id = String(row['id']);
    const handle = engine.temporal.workflow.getHandle(subscriptionWorkflowId(tenantId, id));
    const { status } = await handle.describe();
    const over = ['canceled', 'expired'].includes(String(row['status']));
    const state = row['state'] as SubscriptionState;
    if (over && state.collection === null)
      return status.name === 'COMPLETED' ? [] : [`the workflow of ${id} ends with it: ${status.name}`];
    if (status.name !== 'RUNNING') return [`the workflow of ${id} lives with it: ${status.name}`];
    const asked = await handle.query<SubscriptionState>(messages.state);
    return differences(state, asked).map((difference) => `row and workflow of ${id} agree: ${difference}`);
  };
  return (await Promise.all(rows.map(check))).flat();
}
