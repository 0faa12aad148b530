/** Sends a command to a subscription's workflow and answers with the subscription as it then is. */
import { findSubscription, type Subscription } from '../db/queries/subscriptions';
import { isPerennialError } from '../domain/errors';
import type { CommandName, CommandPayloads } from '../domain/subscription/commands';
import { fromIso, isIso, toIso } from '../domain/time';
import { actorOf, tenantOf, type ApiContext } from './context';
import { ensureStarted } from './create-subscription';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';
import type { Progress } from './temporal';

/** Fields of commands that carry an instant: the workflow takes them in UTC only. */
const instantFields = new Set(['at', 'resume_at']);

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/** A body by the engine's names. */
export function payloadOf<N extends CommandName>(body: Readonly<Record<string, unknown>>): CommandPayloads[N] {
  const entries = Object.entries(body).map(([name, value]) => {
    const inUtc = instantFields.has(name) && typeof value === 'string' && isIso(value) ? toIso(fromIso(value)) : value;
    return [camelCase(name), inUtc];
  });
  return Object.fromEntries(entries) as CommandPayloads[N];
}

export interface Carried {
  readonly progress: Progress;
  readonly subscription: Subscription;
}

/**
 * Carries out a command under the request's Idempotency-Key, so that a repetition is the same command.
 * @throws PerennialError `not_found`, the refusal of the rules, `subscription_ended`, `temporal_unavailable`.
 */
export async function carryOutCommand<N extends CommandName>(
  c: ApiContext,
  deps: ApiDependencies,
  subscriptionId: string,
  name: N,
  payload: CommandPayloads[N],
): Promise<Carried> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const read = () => findSubscription(db, tenantId, subscriptionId);
  const meta = { commandId: c.get('idempotencyKey'), actor: actorOf(c), requestId: c.get('requestId') };
  const send = () => deps.workflows.command({ tenantId, subscriptionId }, name, payload, meta);
  const progress = await send().catch(async (error: unknown) => {
    if (!isPerennialError(error) || error.code !== 'subscription_ended') throw error;
    // No such workflow: there is no such subscription, it is over, or its start was not delivered yet.
    const { status, state } = foundOr404(await read(), 'Subscription', subscriptionId);
    if (status !== 'pending') throw error;
    await ensureStarted(deps, tenantId, state);
    return send();
  });
  return { progress, subscription: foundOr404(await read(), 'Subscription', subscriptionId) };
}
