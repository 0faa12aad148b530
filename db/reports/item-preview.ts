/** What booking an add-on, or charging once, would bill: by the functions that do it, and nothing is written. */
import { isRefusal, type Refusal } from '../../domain/errors';
import { waitingLines } from '../../domain/invoice/item-lines';
import type { PlanPrice } from '../../domain/plan';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import type { Database } from '../pool';
import { loadAddOn, loadCharge, type ItemCharge, type ItemOrder } from '../transactions/item-charges';
import { previewOf, upcomingDraft, type InvoicePreview, type PreviewMeans } from './invoice-preview';

function billedNow(
  state: SubscriptionState,
  { facts, line }: ItemCharge,
  now: Instant,
  means: PreviewMeans,
): Promise<InvoicePreview> {
  const span = line === null ? { start: now, end: now } : { start: line.periodStart, end: line.periodEnd };
  const contents = { lines: line === null ? [] : [line], span };
  return previewOf(state, { at: now, terms: state.terms, facts, contents }, means, now);
}

/** What booking an add-on would bill now; no line where it is billed later, as in a trial. */
export async function previewAddOn(
  database: Database,
  state: SubscriptionState,
  order: ItemOrder,
  now: Instant,
  means: PreviewMeans,
): Promise<InvoicePreview | Refusal> {
  const made = await loadAddOn(database, state, order, now);
  return isRefusal(made) ? made : billedNow(state, made, now, means);
}

export interface ChargeOrder {
  readonly price: PlanPrice;
  readonly quantity: string;
  readonly invoice: 'now' | 'next';
}

/** What a charge would bill now, or the next invoice with it; null when no invoice is to come. */
export async function previewCharge(
  database: Database,
  state: SubscriptionState,
  { price, quantity, invoice }: ChargeOrder,
  now: Instant,
  means: PreviewMeans,
): Promise<InvoicePreview | null> {
  if (invoice === 'now') return billedNow(state, await loadCharge(database, state, price, quantity, now), now, means);
  const draft = await upcomingDraft(database, state);
  if (draft === null) return null;
  const { currency, timeZone } = state;
  const item = { kind: 'charge', id: '', price, quantity, from: now, to: null } as const;
  const waiting = waitingLines([item], draft.at, { currency, policy: draft.facts.proration, timeZone });
  const contents = { ...draft.contents, lines: [...draft.contents.lines, ...waiting] };
  return previewOf(state, { ...draft, contents }, means, draft.at);
}
