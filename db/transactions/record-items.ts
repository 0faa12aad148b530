/** What a fact changes of the items beside a subscription's plan, as rows of its statement. */
import type { SubscriptionItem } from '../../domain/plan/items';
import { toIso, type Instant } from '../../domain/time';
import type { PartSql } from './record-statement';

export type ItemPart = 'itemsAdded' | 'itemsEnded';

export interface ItemChanges {
  readonly added?: {
    readonly item: SubscriptionItem;
    readonly subscriptionId: string;
    /** True for a charge that the invoice of the fact bills. */
    readonly isSettled?: boolean;
  };
  /** From when on an item is not in force any more; null leaves that as it is. */
  readonly ended?: { readonly id: string; readonly to: Instant };
  /** Nothing of them is to be billed any more: the invoice of the fact bills them, if there is one. */
  readonly settled?: readonly string[];
}

export const itemPartsSql: Readonly<Record<ItemPart, PartSql>> = {
  itemsAdded: {
    letter: 'j',
    tables: (rows) => `
items_added as (
  insert into subscription_items (id, tenant_id, subscription_id, kind, content, quantity, starts_at, ends_at, settled_at, invoice_id)
  select id, $1, subscription_id, kind, content, quantity, starts_at, ends_at, case when settled then at end, invoice_id
  from jsonb_to_recordset(${rows}) as j(at timestamptz, id text, subscription_id text, kind text, content jsonb, quantity numeric, starts_at timestamptz,
    ends_at timestamptz, settled boolean, invoice_id text)
)`,
  },
  itemsEnded: {
    letter: 'q',
    tables: (rows) => `
item_end_in as (
  select * from jsonb_to_recordset(${rows}) as q(at timestamptz, id text, ends_at timestamptz, settled boolean, invoice_id text)
), item_end_out as (
  update subscription_items x set ends_at = coalesce(q.ends_at, x.ends_at), settled_at = case when q.settled then q.at end, invoice_id = q.invoice_id
  from item_end_in q where x.id = q.id and x.settled_at is null returning x.id
)`,
    insist: `insist((select count(*) from item_end_out), (select count(*) from item_end_in), 'an item was settled meanwhile')`,
  },
};

function addedRow(
  { item, subscriptionId, isSettled = false }: NonNullable<ItemChanges['added']>,
  invoiceId: string | null,
) {
  const { id, kind, from, to } = item;
  const own =
    item.kind === 'override'
      ? { content: item.override, quantity: '1' }
      : { content: item.price, quantity: item.quantity };
  const span = { starts_at: toIso(from), ends_at: to === null ? null : toIso(to) };
  return {
    id,
    kind,
    subscription_id: subscriptionId,
    ...own,
    ...span,
    settled: isSettled,
    invoice_id: isSettled ? invoiceId : null,
  };
}

/** The rows of each part; none for a fact that leaves items alone. */
export function itemRows(
  { added, ended, settled = [] }: ItemChanges = {},
  invoiceId: string | null,
): Readonly<Record<ItemPart, readonly object[]>> {
  const over = new Set(settled);
  const both = ended !== undefined && over.delete(ended.id);
  return {
    itemsAdded: added === undefined ? [] : [addedRow(added, invoiceId)],
    itemsEnded: [
      ...(ended === undefined ? [] : [{ id: ended.id, ends_at: toIso(ended.to), settled: both, invoice_id: null }]),
      ...[...over].map((id) => ({ id, ends_at: null, settled: true, invoice_id: invoiceId })),
    ],
  };
}
