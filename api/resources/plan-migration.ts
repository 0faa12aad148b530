/** Plan migrations on the wire. */
import { z } from '@hono/zod-openapi';
import type { MigratedSubscription } from '../../db/queries/plan-migration-subscriptions';
import type { PlanMigration } from '../../db/queries/plan-migrations';
import type { ChosenPreview, MigrationPreview } from '../../db/reports/plan-migration-preview';
import { migrationOutcomes } from '../../domain/plan-migration';
import { toIso } from '../../domain/time';
import { currencyField, idField, instantAnswer, isoOrNull, moneyAnswer, prorationField, wireMoney } from '../fields';

const migrationExample = 'mig_01kav5xq8yfz2s1m3c4d5e6f7g';
const planExample = 'plan_01kav5xq8yfz2s1m3c4d5e6f7g';
const subscriptionExample = 'sub_01kav5xq8yfz2s1m3c4d5e6f7g';
const customerExample = 'cus_01kav5xq8yfz2s1m3c4d5e6f7g';

/** Named one by one, in a body of bounded size. */
const namedMax = 1_000;
/** What a small machine carries beside its day's billing. */
const perSecondDefault = 10;
const perSecondMax = 50;

const versionField = z.number().int().min(1).openapi({ example: 1 });
const listOf = <S extends z.ZodType>(item: S) => z.array(item).min(1).max(namedMax);

const selectionField = z
  .strictObject({
    from_versions: listOf(versionField).optional(),
    subscription_ids: listOf(idField(subscriptionExample)).optional(),
    customer_ids: listOf(idField(customerExample)).optional(),
  })
  .refine(
    ({ subscription_ids: ids, from_versions: versions, customer_ids: customers }) =>
      ids === undefined || (versions === undefined && customers === undefined),
    { path: ['subscription_ids'], message: 'must stand alone' },
  )
  .openapi({
    description:
      'Left out: every subscription of the plan that is not at the target. Conditions that stand together must all hold.',
    example: { from_versions: [1] },
  });

const orderFields = {
  plan_id: idField(planExample).openapi({ description: 'The plan whose subscriptions are moved.' }),
  to_plan_id: idField(planExample).optional().openapi({ description: 'Left out: the same plan.' }),
  to_version: versionField.optional().openapi({ description: 'Left out: the current version of the target.' }),
  selection: selectionField.optional(),
  when: z.enum(['now', 'at_period_end']).openapi({ example: 'at_period_end' }),
  proration: prorationField.optional().openapi({ description: 'Of a change now. Left out: as the policy says.' }),
};

export const planMigrationBody = z
  .strictObject({
    ...orderFields,
    per_second: z.number().int().min(1).max(perSecondMax).default(perSecondDefault).openapi({
      description: 'So many subscriptions are told in a second, at most.',
      example: perSecondDefault,
    }),
  })
  .openapi('PlanMigrationCreate', {
    example: { plan_id: planExample, to_version: 2, selection: { from_versions: [1] }, when: 'at_period_end' },
  });

const pageMax = 100;

export const planMigrationPreviewBody = z
  .strictObject({
    ...orderFields,
    limit: z.number().int().min(1).max(pageMax).default(20).openapi({ example: 20 }),
    starting_after: idField(subscriptionExample)
      .optional()
      .openapi({ description: 'The last subscription of the page before: pages go up by id, as the migration does.' }),
  })
  .openapi('PlanMigrationPreviewRequest', {
    example: { plan_id: planExample, to_version: 2, selection: { from_versions: [1] }, when: 'now', limit: 20 },
  });

const countsAnswer = z.object({
  selected: z.number(),
  waiting: z.number(),
  migrated: z.number(),
  unchanged: z.number(),
  refused: z.number(),
  gone: z.number(),
});

export const planMigrationAnswer = z
  .object({
    id: z.string(),
    plan_id: z.string(),
    to_plan_id: z.string(),
    to_version: z.number(),
    selection: z.object({
      from_versions: z.array(z.number()).nullable(),
      subscription_ids: z.array(z.string()).nullable(),
      customer_ids: z.array(z.string()).nullable(),
    }),
    when: z.enum(['now', 'at_period_end']),
    proration: z.string().nullable(),
    per_second: z.number(),
    status: z.enum(['running', 'paused', 'completed', 'canceled']),
    counts: countsAnswer,
    finished_at: instantAnswer.nullable(),
    created_at: instantAnswer,
  })
  .openapi('PlanMigration', {
    example: {
      id: migrationExample,
      plan_id: planExample,
      to_plan_id: planExample,
      to_version: 2,
      selection: { from_versions: [1], subscription_ids: null, customer_ids: null },
      when: 'at_period_end',
      proration: null,
      per_second: perSecondDefault,
      status: 'running',
      counts: { selected: 30, waiting: 18, migrated: 11, unchanged: 0, refused: 1, gone: 0 },
      finished_at: null,
      created_at: '2026-01-31T00:00:00.000Z',
    },
  });

/** The ids that stand in examples of paths. */
export const planMigrationExample = { id: migrationExample };

const reasonAnswer = z.object({ code: z.string(), message: z.string() }).nullable();

export const migratedSubscriptionAnswer = z
  .object({
    subscription_id: z.string(),
    outcome: z.enum(['waiting', ...migrationOutcomes]),
    reason: reasonAnswer,
    invoice_id: z.string().nullable().openapi({ description: 'What the change billed, if it billed anything.' }),
    told_at: instantAnswer.nullable(),
  })
  .openapi('MigratedSubscription', {
    example: {
      subscription_id: subscriptionExample,
      outcome: 'refused',
      reason: { code: 'currency_not_priced', message: 'There is no price in EUR.' },
      invoice_id: null,
      told_at: '2026-01-31T00:00:05.000Z',
    },
  });

const billAnswer = z.object({
  at: instantAnswer.openapi({ description: 'When it is billed: now, or at the next renewal.' }),
  total: moneyAnswer,
  credit_given: moneyAnswer,
  wallet_applied: moneyAnswer,
  balance_applied: moneyAnswer,
  carried_over: moneyAnswer,
  amount_due: moneyAnswer,
});

const zeroDollars = { amount: '0.00', currency: 'USD' };
const billExample = {
  at: '2026-02-28T00:00:00.000Z',
  total: { amount: '59.00', currency: 'USD' },
  credit_given: zeroDollars,
  wallet_applied: zeroDollars,
  balance_applied: zeroDollars,
  carried_over: zeroDollars,
  amount_due: { amount: '59.00', currency: 'USD' },
};

export const planMigrationPreviewAnswer = z
  .object({
    plan_id: z.string(),
    to_plan_id: z.string(),
    to_version: z.number(),
    when: z.enum(['now', 'at_period_end']),
    selected: z.number().openapi({ description: 'How many are chosen, on all pages.' }),
    sums: z
      .array(
        z.object({ currency: currencyField, subscriptions: z.number(), total: moneyAnswer, amount_due: moneyAnswer }),
      )
      .openapi({ description: 'Of the bills of this page, by currency.' }),
    data: z.array(
      z.object({
        subscription_id: z.string(),
        customer_id: z.string(),
        from_version: z.number(),
        quantity: z.number(),
        outcome: z.enum(migrationOutcomes),
        reason: reasonAnswer,
        bill: billAnswer.nullable().openapi({ description: 'Null: nothing is billed, or no renewal is to come.' }),
      }),
    ),
    has_more: z.boolean(),
  })
  .openapi('PlanMigrationPreview', {
    example: {
      plan_id: planExample,
      to_plan_id: planExample,
      to_version: 2,
      when: 'at_period_end',
      selected: 1,
      sums: [{ currency: 'USD', subscriptions: 1, total: billExample.total, amount_due: billExample.amount_due }],
      data: [
        {
          subscription_id: subscriptionExample,
          customer_id: customerExample,
          from_version: 1,
          quantity: 1,
          outcome: 'migrated',
          reason: null,
          bill: billExample,
        },
      ],
      has_more: false,
    },
  });

/** A migration as it leaves. */
export function presentPlanMigration(migration: PlanMigration): z.infer<typeof planMigrationAnswer> {
  const { id, order, selection, perSecond, status, selected, counts, finishedAt, occurredAt } = migration;
  const { migrated, unchanged, refused, gone } = counts;
  const { fromVersions, subscriptionIds, customerIds } = selection;
  return {
    id,
    plan_id: order.planId,
    to_plan_id: order.toPlanId,
    to_version: order.toVersion,
    selection: {
      from_versions: fromVersions === null ? null : [...fromVersions],
      subscription_ids: subscriptionIds === null ? null : [...subscriptionIds],
      customer_ids: customerIds === null ? null : [...customerIds],
    },
    when: order.timing,
    proration: order.proration,
    per_second: perSecond,
    status,
    counts: { selected, waiting: selected - migrated - unchanged - refused - gone, migrated, unchanged, refused, gone },
    finished_at: isoOrNull(finishedAt),
    created_at: toIso(occurredAt),
  };
}

/** What became of one subscription, as it leaves. */
export function presentMigrated(told: MigratedSubscription): z.infer<typeof migratedSubscriptionAnswer> {
  return {
    subscription_id: told.subscriptionId,
    outcome: told.outcome ?? 'waiting',
    reason: told.reason,
    invoice_id: told.invoiceId,
    told_at: isoOrNull(told.toldAt),
  };
}

function presentBill(bill: NonNullable<ChosenPreview['bill']>): z.infer<typeof billAnswer> {
  const { at, totals } = bill;
  return {
    at: toIso(at),
    total: wireMoney(totals.total),
    credit_given: wireMoney(totals.creditGiven),
    wallet_applied: wireMoney(totals.walletApplied),
    balance_applied: wireMoney(totals.balanceApplied),
    carried_over: wireMoney(totals.carriedOver),
    amount_due: wireMoney(totals.amountDue),
  };
}

/** A preview as it leaves. */
export function presentMigrationPreview(preview: MigrationPreview): z.infer<typeof planMigrationPreviewAnswer> {
  const { order, selected, sums, data, hasMore } = preview;
  return {
    plan_id: order.planId,
    to_plan_id: order.toPlanId,
    to_version: order.toVersion,
    when: order.timing,
    selected,
    sums: sums.map(({ currency, subscriptions, total, amountDue }) => ({
      currency,
      subscriptions,
      total: wireMoney(total),
      amount_due: wireMoney(amountDue),
    })),
    data: data.map(({ state, result, bill }) => ({
      subscription_id: state.subscriptionId,
      customer_id: state.customerId,
      from_version: state.terms.planVersion,
      quantity: state.terms.quantity,
      outcome: result.outcome,
      reason: result.reason,
      bill: bill === null ? null : presentBill(bill),
    })),
    has_more: hasMore,
  };
}
