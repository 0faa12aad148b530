/** What a plan migration would come to for each of its subscriptions, by the functions that carry it out: nothing is written. */
import { isRefusal } from '../../domain/errors';
import { sum, type Money } from '../../domain/money';
import {
  migrated,
  migrationCommand,
  refusedBecause,
  resultWithoutAsking,
  type MigrationOrder,
  type MigrationResult,
} from '../../domain/plan-migration';
import { refuseCommand } from '../../domain/subscription/commands';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import type { Database } from '../pool';
import type { MigrationSelection } from '../queries/plan-migrations';
import { findSubscription } from '../queries/subscriptions';
import { countChosen, pageOfChosen } from '../transactions/choose-subscriptions';
import { previewChange, previewUpcoming, type InvoicePreview, type PreviewMeans } from './invoice-preview';

export interface ChosenPreview {
  readonly state: SubscriptionState;
  readonly result: MigrationResult;
  /** What the change bills now, or the renewal at which it takes hold; null when nothing is billed. */
  readonly bill: InvoicePreview | null;
}

export interface SumOfCurrency {
  readonly currency: string;
  /** So many bills. */
  readonly subscriptions: number;
  readonly total: Money;
  readonly amountDue: Money;
}

export interface MigrationPreview {
  readonly order: MigrationOrder;
  readonly selected: number;
  readonly data: readonly ChosenPreview[];
  /** Of this page. */
  readonly sums: readonly SumOfCurrency[];
  readonly hasMore: boolean;
}

export interface PreviewRequest {
  readonly tenantId: string;
  readonly order: MigrationOrder;
  readonly selection: MigrationSelection;
  readonly after: string | null;
  readonly limit: number;
  /** The wall clock, for those that live in real time. */
  readonly now: Instant;
}

/** So many are computed at once: a preview must not take every connection from those who bill. */
const computedAtOnceMax = 3;

async function previewOne(
  database: Database,
  state: SubscriptionState,
  order: MigrationOrder,
  wallTime: Instant,
  means: PreviewMeans,
): Promise<ChosenPreview> {
  const known = resultWithoutAsking(state, order);
  if (known !== null) return { state, result: known, bill: null };
  const now = state.clock?.now ?? wallTime;
  const refused = refuseCommand(state, 'changePlan', migrationCommand(order), now);
  if (refused !== null) return { state, result: refusedBecause(refused), bill: null };
  const { toPlanId: planId, toVersion: planVersion, timing, proration } = order;
  const { quantity } = state.terms;
  const atPeriodEnd = timing === 'at_period_end';
  const request = { planId, planVersion, quantity, atPeriodEnd, proration: proration ?? undefined, at: undefined };
  const change = await previewChange(database, state, request, now, means);
  if (isRefusal(change)) return { state, result: refusedBecause(change), bill: null };
  if (!atPeriodEnd) return { state, result: migrated, bill: change.assembled.lines.length === 0 ? null : change };
  const bill = await previewUpcoming(database, { ...state, pendingTerms: change.terms }, means);
  return { state, result: migrated, bill };
}

function sumsOf(data: readonly ChosenPreview[]): SumOfCurrency[] {
  const bills = data.flatMap(({ bill }) => bill ?? []);
  const currencies = [...new Set(bills.map(({ totals }) => totals.total.currency))].sort();
  return currencies.map((currency) => {
    const ours = bills.map(({ totals }) => totals).filter(({ total }) => total.currency === currency);
    const total = sum(
      ours.map((totals) => totals.total),
      currency,
    );
    const amountDue = sum(
      ours.map((totals) => totals.amountDue),
      currency,
    );
    return { currency, subscriptions: ours.length, total, amountDue };
  });
}

/** A page of what a migration would do, in the order in which it goes. */
export async function previewMigration(
  database: Database,
  request: PreviewRequest,
  means: PreviewMeans,
): Promise<MigrationPreview> {
  const { tenantId, order, selection, after, limit, now } = request;
  const db = database.as(tenantId);
  const ids = await pageOfChosen(db, tenantId, order, selection, { after, limit: limit + 1 });
  const selected = await countChosen(db, tenantId, order, selection);
  const data: ChosenPreview[] = [];
  const page = ids.slice(0, limit);
  for (let index = 0; index < page.length; index += computedAtOnceMax) {
    const group = page.slice(index, index + computedAtOnceMax).map(async (id) => {
      const row = await findSubscription(db, tenantId, id);
      return row === null ? [] : [await previewOne(database, row.state, order, now, means)];
    });
    data.push(...(await Promise.all(group)).flat());
  }
  return { order, selected, data, sums: sumsOf(data), hasMore: ids.length > limit };
}
