import { apply } from '../domain/subscription/apply';
import type { IssuedInvoice } from '../domain/subscription/events';
import type { Companion, Parts } from './record-fact';

/** What the boundaries of several subscriptions write beside their invoice, as one: the usage that it bills, and what it settles. */
export function mergedParts(
  own: Parts | undefined,
  companions: readonly Companion[],
  issued: IssuedInvoice,
): Parts | undefined {
  const others = companions.flatMap(({ state, eventOf, partsOf }) => {
    const event = eventOf({ ...issued, open: false });
    const parts = partsOf?.(event, apply(state, event));
    return parts === undefined ? [] : [parts];
  });
  return others.reduce<Parts | undefined>(merged, own);
}

function merged(left: Parts = {}, right: Parts): Parts {
  const usage = [...(left.usage ?? []), ...(right.usage ?? [])];
  const settled = [...(left.items?.settled ?? []), ...(right.items?.settled ?? [])];
  return {
    ...right,
    ...left,
    ...(usage.length === 0 ? {} : { usage }),
    ...(settled.length === 0 ? {} : { items: { ...left.items, settled } }),
  };
}
