/**
 * One page of a plan migration: asks each subscription of it, by the command `changePlan`, to move to the target, and writes what became of
 * it. Whoever begins again after a crash finds the rows that still wait, and asks under the same command ids: nothing is changed twice.
 */
import { heartbeat, sleep } from '@temporalio/activity';
import { fail, refusal } from '../domain/errors';
import { migrationCommandId } from '../domain/ids';
import {
  migrated,
  migrationCommand,
  refusedBecause,
  resultWithoutAsking,
  type MigrationResult,
} from '../domain/plan-migration';
import { finalStatuses, type SubscriptionState } from '../domain/subscription/state';
import { findCommand } from '../db/transactions/find-command';
import {
  loadMigrant,
  loadMigration,
  loadWaiting,
  tellResult,
  type PlanMigration,
} from '../db/transactions/plan-migration-progress';
import type { ActivityDependencies } from './dependencies';

export interface MigrateSubscriptionsInput {
  readonly tenantId: string;
  readonly migrationId: string;
  /** The last subscription of the page before, in the order of ids; null: from the start. */
  readonly after: string | null;
  /** True: who does not answer now is not asked again, and is told as refused. */
  readonly isLastRound: boolean;
}

export interface MigrationPage {
  /** Where the next page begins; null when this was the last one. */
  readonly next: string | null;
  readonly selected: number;
  readonly counts: PlanMigration['counts'];
}

/** So many are asked at once: a customer's command finds a worker free between them, on a small machine too. */
const askedAtOnceMax = 8;
/** A page lasts about so long: who pauses or cancels waits for its end. */
const pageSeconds = 4;
/** Enough for the usual rates, and few enough that the answer of a page stays one look at an index. */
const pageMax = 100;
const pageMin = 5;

interface Asked {
  readonly deps: ActivityDependencies;
  readonly migration: PlanMigration;
  readonly subscriptionId: string;
}

async function stateOf({ deps, migration, subscriptionId }: Asked): Promise<SubscriptionState> {
  const { tenantId } = migration;
  const state = await loadMigrant(deps.database.as(tenantId), tenantId, subscriptionId);
  return state ?? fail('not_found', { resource: 'Subscription', id: subscriptionId });
}

/** What the command came to when it was carried out before; null when it was not. */
async function resultBefore({ deps, migration, subscriptionId }: Asked): Promise<MigrationResult | null> {
  const commandId = migrationCommandId(migration.id, subscriptionId);
  const before = await findCommand(deps.database.as(migration.tenantId), subscriptionId, commandId);
  if (before === null) return null;
  return before.kind === 'applied' ? migrated : refusedBecause(before.refusal);
}

/** What becomes of one subscription; null when it does not answer. */
async function migrate(asked: Asked): Promise<MigrationResult | null> {
  const { deps, migration, subscriptionId } = asked;
  const { id, tenantId, order, actor, requestId } = migration;
  const known = (await resultBefore(asked)) ?? resultWithoutAsking(await stateOf(asked), order);
  if (known !== null) return known;
  const commandId = migrationCommandId(id, subscriptionId);
  const answer = await deps.changePlan({
    tenantId,
    subscriptionId,
    payload: migrationCommand(order),
    meta: { commandId, actor, ...(requestId === null ? {} : { requestId }) },
  });
  if (answer.kind === 'applied') return migrated;
  // A try before this one may have been carried out, and have changed what the rules say now.
  const meanwhile = await resultBefore(asked);
  if (meanwhile !== null) return meanwhile;
  if (answer.kind === 'refused') return refusedBecause(answer);
  const state = await stateOf(asked);
  return finalStatuses.has(state.status) ? resultWithoutAsking(state, order) : null;
}

async function tell(asked: Asked, isLastRound: boolean): Promise<void> {
  const { deps, migration, subscriptionId } = asked;
  const unanswered = isLastRound ? refusedBecause(refusal('subscription_unanswered', { subscriptionId })) : null;
  const result = (await migrate(asked)) ?? unanswered;
  if (result === null) return;
  const { tenantId, id: migrationId } = migration;
  await tellResult(deps.database.as(tenantId), { tenantId, migrationId }, subscriptionId, result);
}

/** Waits for a turn: they come one after the other, as often as the rate allows. */
function turns(perSecond: number): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    const mine = last;
    last = last.then(() => sleep(1_000 / perSecond));
    // Whoever does not come for the next turn must not end the process when the activity is canceled.
    last.catch(() => undefined);
    return mine;
  };
}

async function askAll(
  deps: ActivityDependencies,
  migration: PlanMigration,
  ids: readonly string[],
  isLastRound: boolean,
): Promise<void> {
  const turn = turns(migration.perSecond);
  const left = [...ids];
  const work = async (): Promise<void> => {
    for (let subscriptionId = left.shift(); subscriptionId !== undefined; subscriptionId = left.shift()) {
      await turn();
      await tell({ deps, migration, subscriptionId }, isLastRound);
      heartbeat({ subscriptionId });
    }
  };
  const stopAll = (error: unknown): never => {
    left.length = 0;
    throw error;
  };
  await Promise.all(Array.from({ length: askedAtOnceMax }, () => work().catch(stopAll)));
}

export function migrateSubscriptions(deps: ActivityDependencies) {
  return async function run(input: MigrateSubscriptionsInput): Promise<MigrationPage> {
    const { tenantId, migrationId, after, isLastRound } = input;
    const db = deps.database.as(tenantId);
    const read = async (): Promise<PlanMigration> =>
      (await loadMigration(db, input)) ?? fail('not_found', { resource: 'Plan migration', id: migrationId });
    const migration = await read();
    const limit = Math.min(Math.max(migration.perSecond * pageSeconds, pageMin), pageMax);
    const ids = await loadWaiting(db, input, after, limit);
    await askAll(deps, migration, ids, isLastRound);
    const { selected, counts } = await read();
    return { next: ids.length < limit ? null : (ids.at(-1) ?? null), selected, counts };
  };
}
