/** Which subscriptions a plan migration moves: how many they are, who they are, and their rows once the migration is ordered. */
import type { MigrationOrder } from '../../domain/plan-migration';
import type { Queryable, Statement } from '../pool';
import type { MigrationSelection, PlanMigration } from '../queries/plan-migrations';

/** Written in one statement while a client waits: some seconds. More are moved by several migrations. */
export const chosenMax = 250_000;

// Those that are named are named to be told about, also if they have ended. Else those that still bill and are not there yet.
const named = 'tenant_id = $1 and plan_id = $2 and id = any($3::text[])';
const filtered = `tenant_id = $1 and plan_id = $2 and status not in ('canceled', 'expired') and (plan_id, plan_version) <> ($3, $4::integer)
  and ($5::integer[] is null or plan_version = any($5)) and ($6::text[] is null or customer_id = any($6))`;

interface Choice {
  readonly kind: 'named' | 'filtered';
  readonly where: string;
  readonly values: readonly unknown[];
}

function choiceOf(tenantId: string, order: MigrationOrder, selection: MigrationSelection): Choice {
  const { subscriptionIds, fromVersions, customerIds } = selection;
  const { planId, toPlanId, toVersion } = order;
  return subscriptionIds === null
    ? { kind: 'filtered', where: filtered, values: [tenantId, planId, toPlanId, toVersion, fromVersions, customerIds] }
    : { kind: 'named', where: named, values: [tenantId, planId, subscriptionIds] };
}

/** A statement over what is chosen; `$name(n)` in its text is the n-th value after those of the choice. */
function over(choice: Choice, name: string, text: (where: string, at: (n: number) => string) => string): Statement {
  const at = (n: number): string => `$${choice.values.length + n}`;
  return { name: `${name}_${choice.kind}`, text: text(choice.where, at) };
}

/** How many subscriptions are chosen now. */
export async function countChosen(
  db: Queryable,
  tenantId: string,
  order: MigrationOrder,
  selection: MigrationSelection,
): Promise<number> {
  const choice = choiceOf(tenantId, order, selection);
  const statement = over(
    choice,
    'chosen_count',
    (where) => `select count(*)::integer as chosen from subscriptions where ${where}`,
  );
  const [row] = await db.query<{ chosen: number }>(statement, choice.values);
  return row?.chosen ?? 0;
}

/** A page of ids of what is chosen now, in the order of the walk. @param after the last one of the page before; null: from the start */
export async function pageOfChosen(
  db: Queryable,
  tenantId: string,
  order: MigrationOrder,
  selection: MigrationSelection,
  page: { after: string | null; limit: number },
): Promise<string[]> {
  const choice = choiceOf(tenantId, order, selection);
  const statement = over(
    choice,
    'chosen_page',
    (where, at) => `select id from subscriptions where ${where} and id > ${at(1)} order by id limit ${at(2)}`,
  );
  const values = [...choice.values, page.after ?? '', page.limit];
  return (await db.query<{ id: string }>(statement, values)).map((row) => row.id);
}

/** The ids among these that are no subscriptions of the plan. */
export async function notOfPlan(
  db: Queryable,
  tenantId: string,
  planId: string,
  subscriptionIds: readonly string[],
): Promise<string[]> {
  const statement = {
    name: 'chosen_not_of_plan',
    text: `select n.id from unnest($3::text[]) n(id)
      where not exists (select from subscriptions s where s.id = n.id and s.tenant_id = $1 and s.plan_id = $2)`,
  };
  return (await db.query<{ id: string }>(statement, [tenantId, planId, subscriptionIds])).map((row) => row.id);
}

export type NewPlanMigration = Omit<PlanMigration, 'status' | 'selected' | 'counts' | 'finishedAt'>;

/**
 * Writes a migration with a row for each subscription that is chosen at this moment, in one statement. Answers how many are chosen; when
 * that is none, or more than `chosenMax`, nothing was written.
 */
export async function insertMigrationWithChosen(db: Queryable, migration: NewPlanMigration): Promise<number> {
  const { id, tenantId, order, selection, perSecond, actor, requestId, occurredAt } = migration;
  const choice = choiceOf(tenantId, order, selection);
  const statement = over(
    choice,
    'plan_migrations_insert',
    (where, at) => `
with chosen as (select id from subscriptions where ${where}),
counted as (select count(*)::integer as chosen from chosen),
made as (
  insert into plan_migrations (id, tenant_id, plan_id, to_plan_id, to_version, selection, timing, proration, per_second, status, selected, actor,
    request_id, occurred_at)
  select ${at(1)}, $1, $2, ${at(2)}, ${at(3)}::integer, ${at(4)}::jsonb, ${at(5)}, ${at(6)}, ${at(7)}::integer, 'running', chosen, ${at(8)},
    ${at(9)}, ${at(10)}::timestamptz
  from counted where chosen between 1 and ${at(11)}::integer returning id
), written as (
  insert into plan_migration_subscriptions (migration_id, subscription_id, tenant_id) select made.id, chosen.id, $1 from made, chosen
)
select chosen from counted`,
  );
  const what = [id, order.toPlanId, order.toVersion, JSON.stringify(selection), order.timing, order.proration];
  const rest = [perSecond, actor, requestId, new Date(occurredAt), chosenMax];
  const [row] = await db.query<{ chosen: number }>(statement, [...choice.values, ...what, ...rest]);
  return row?.chosen ?? 0;
}
