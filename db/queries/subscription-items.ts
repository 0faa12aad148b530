/** What subscriptions have beside their plans. */
import type { PlanPrice } from '../../domain/plan';
import type { OverrideItem, SubscriptionItem } from '../../domain/plan/items';
import type { PriceOverride } from '../../domain/plan/override';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';

/** An item as the statement of billing facts reads it. */
export interface HeldItemJson {
  readonly id: string;
  readonly kind: SubscriptionItem['kind'];
  readonly content: unknown;
  readonly quantity: string;
  readonly from: number;
  readonly to: number | null;
}

/** The items of a subscription that may still be billed, as a column; null for none, as most have. */
export const heldItemsColumn = (subscription: string): string =>
  `(select jsonb_agg(jsonb_build_object('id', x.id, 'kind', x.kind, 'content', x.content, 'quantity', x.quantity::text,
      'from', (extract(epoch from x.starts_at) * 1000)::bigint, 'to', (extract(epoch from x.ends_at) * 1000)::bigint) order by x.starts_at, x.id)
    from subscription_items x where x.subscription_id = ${subscription} and x.settled_at is null)`;

/** The items of the column. */
export function heldItemsOf(rows: readonly HeldItemJson[] | null): SubscriptionItem[] {
  return (rows ?? []).map(({ id, kind, content, quantity, from, to }) =>
    kind === 'override'
      ? { id, kind, override: content as PriceOverride, from, to }
      : { id, kind, price: content as PlanPrice, quantity, from, to },
  );
}

const insert: Statement = {
  name: 'subscription_items_insert',
  text: `insert into subscription_items (id, tenant_id, subscription_id, kind, content, quantity, starts_at)
    values ($1, $2, $3, 'override', $4, 1, $5)`,
};

/** Writes a price of its own with a new subscription; later ones come with the facts of its life. */
export async function insertItem(
  db: Queryable,
  {
    tenantId,
    subscriptionId,
    item: { id, override, from },
  }: { readonly tenantId: string; readonly subscriptionId: string; readonly item: OverrideItem },
): Promise<void> {
  await db.query(insert, [id, tenantId, subscriptionId, JSON.stringify(override), new Date(from)]);
}

/** An item with what became of it. */
export type StoredItem = SubscriptionItem & {
  readonly subscriptionId: string;
  readonly invoiceId: string | null;
  readonly isSettled: boolean;
};

interface ItemRow {
  [column: string]: unknown;
  id: string;
  subscription_id: string;
  kind: SubscriptionItem['kind'];
  content: unknown;
  quantity: string;
  starts_at: Date;
  ends_at: Date | null;
  settled_at: Date | null;
  invoice_id: string | null;
}

function fromRow(row: ItemRow): StoredItem {
  const [item] = heldItemsOf([
    { ...row, from: row.starts_at.getTime(), to: row.ends_at === null ? null : row.ends_at.getTime() },
  ]);
  return {
    ...(item as SubscriptionItem),
    subscriptionId: row.subscription_id,
    invoiceId: row.invoice_id,
    isSettled: row.settled_at !== null,
  };
}

export const listItems = pageReader<ItemRow, StoredItem>({
  name: 'subscription_items_page',
  select: 'id, subscription_id, kind, content, quantity, starts_at, ends_at, settled_at, invoice_id',
  from: 'subscription_items',
  id: 'id',
  tenant: 'tenant_id',
  filters: { subscriptionId: 'subscription_id', kind: 'kind', id: 'id' },
  fromRow,
});
