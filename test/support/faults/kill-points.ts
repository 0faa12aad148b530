/**
 * Wraps what the activities are given, so that the worker dies at the ordered moment. Nothing of this is in the engine.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Context } from '@temporalio/activity';
import type { Activities } from '../../../activities';
import type { ActivityDependencies } from '../../../activities/dependencies';
import type { Rail } from '../../../adapters/rails/port';
import type { Database, Queryable } from '../../../db/pool';
import { waitFor } from '../../../dev/stack/wait';
import { createStripeControl } from '../../../sandbox/stripe/control/client';
import { readOrder, strike, type KillOrder, type Moment } from './kill-order';

interface Watch {
  readonly file: string;
  readonly stripeUrl: string;
}

/** The order that the running activity is to meet. */
const present = new AsyncLocalStorage<KillOrder>();

const meets = (moment: Moment): boolean => present.getStore()?.moment === moment;

type MoneyCall = 'confirmPayment' | 'cancelPayment' | 'refundPayment';

/** Where each call goes, for the fault that keeps its answer. */
const addresses: { readonly [Call in MoneyCall]: (request: Parameters<Rail[Call]>[0]) => string } = {
  confirmPayment: ({ providerRef }) => `/v1/payment_intents/${providerRef}/confirm`,
  cancelPayment: ({ providerRef }) => `/v1/payment_intents/${providerRef}/cancel`,
  refundPayment: () => '/v1/refunds',
};

/** Sends the request, lets the provider execute it and keep its answer back, and dies. */
async function dieUnanswered(watch: Watch, path: string, send: () => Promise<unknown>): Promise<never> {
  const control = createStripeControl(watch.stripeUrl);
  await control.fault({ method: 'POST', path, kind: 'hang', moment: 'after' });
  const before = (await control.requests()).length;
  void send().catch(() => undefined);
  await waitFor('the provider executes the request', async () => {
    const seen = (await control.requests()).slice(before);
    return seen.some((request) => request.path === path && request.status !== null);
  });
  return strike(watch.file);
}

function deadlyCall<Call extends MoneyCall>(rail: Rail, call: Call, watch: Watch): Rail[Call] {
  const run = async (request: never): Promise<unknown> => {
    const send = () => (rail[call] as (request: never) => Promise<unknown>)(request);
    if (meets('asks')) return strike(watch.file);
    if (meets('executed')) return dieUnanswered(watch, addresses[call](request), send);
    const answer = await send();
    if (meets('answered')) return strike(watch.file);
    return answer;
  };
  return run as Rail[Call];
}

const deadlyRail = (rail: Rail, watch: Watch): Rail => ({
  ...rail,
  confirmPayment: deadlyCall(rail, 'confirmPayment', watch),
  cancelPayment: deadlyCall(rail, 'cancelPayment', watch),
  refundPayment: deadlyCall(rail, 'refundPayment', watch),
});

/** Activities that only write the book, with the statements by which they do: Postgres is their other side. */
const bookStatements: Partial<Record<keyof Activities, string>> = {
  issueInvoice: 'record_',
  executeCommand: 'record_',
  migrateSubscriptions: 'plan_migration_tell',
};

function isBooking(order: KillOrder | undefined, name: string): boolean {
  const prefix = order === undefined ? undefined : bookStatements[order.activity];
  return prefix !== undefined && name.startsWith(prefix);
}

function deadlyQueryable(db: Queryable, watch: Watch): Queryable {
  return {
    async query(statement, values) {
      const isTarget = isBooking(present.getStore(), statement.name);
      if (isTarget && meets('asks')) return strike(watch.file);
      const rows = await db.query<never>(statement, values);
      if (isTarget && meets('executed')) return strike(watch.file);
      return rows;
    },
  };
}

const deadlyDatabase = (database: Database, watch: Watch): Database => ({
  ...database,
  as: (tenantId) => deadlyQueryable(database.as(tenantId), watch),
});

const deadlyDatabases = new WeakMap<Database, Database>();

/** The dependencies with all moments of their calls built in. */
export function deadlyDependencies(deps: ActivityDependencies, watch: Watch): ActivityDependencies {
  const database = deadlyDatabases.get(deps.database) ?? deadlyDatabase(deps.database, watch);
  deadlyDatabases.set(deps.database, database);
  return { ...deps, database, railNamed: (name) => deadlyRail(deps.railNamed(name), watch) };
}

interface AnyInput {
  readonly tenantId?: string;
  readonly state?: { readonly tenantId: string };
}

type AnyActivity = (input: AnyInput) => Promise<unknown>;

function deadlyActivity(name: string, activity: AnyActivity, watch: Watch): AnyActivity {
  return async (input) => {
    const order = readOrder(watch.file);
    const isMeant = order?.activity === name && order.tenantId === (input.state?.tenantId ?? input.tenantId);
    if (!isMeant) return activity(input);
    const { isLocal } = Context.current().info;
    if (isLocal && order.path === 'ordinary') throw new Error('The fast path is closed for this test.');
    if (isLocal !== (order.path === 'fast')) return activity(input);
    const result = await present.run(order, () => activity(input));
    if (order.moment === 'recorded') return strike(watch.file);
    return result;
  };
}

/** The activities, each of which looks for an order before it runs. */
export function deadlyActivities(activities: Activities, watch: Watch): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    deadlyActivity(name, activity as AnyActivity, watch),
  ]);
  return Object.fromEntries(wrapped) as Activities;
}
