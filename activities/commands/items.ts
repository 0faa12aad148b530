/** Commands on what a subscription has beside its plan: add-ons, one-off charges and prices of its own. */
import { isRefusal, refusal } from '../../domain/errors';
import { newId } from '../../domain/ids';
import { fullPeriodOf } from '../../domain/invoice/arrears';
import { creditLines } from '../../domain/invoice/change-lines';
import type { InvoiceLine } from '../../domain/invoice/line';
import { addOnsAt, overridesAt, type SubscriptionItem } from '../../domain/plan/items';
import { overrideErrors, type PriceOverride } from '../../domain/plan/override';
import type { PricingModelKind } from '../../domain/pricing';
import type { ItemChange, SubscriptionEvent } from '../../domain/subscription/events';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import { loadBilledLines, type BillingFacts } from '../../db/transactions/billing-facts';
import { loadAddOn, loadCharge } from '../../db/transactions/item-charges';
import { pricedItem } from '../../db/transactions/priced-item';
import type { ItemChanges } from '../../db/transactions/record-items';
import { isMetered } from '../../domain/plan/timing';
import { factsInForce } from '../final-bill';
import { recordCredits } from '../record-credits';
import { recordFact, recordInvoice } from '../record-fact';
import type { CommandContext, CommandOutcome } from './context';

type ItemCommand = 'addAddOn' | 'removeAddOn' | 'addCharge' | 'overridePrice' | 'removePriceOverride';
type Context = Pick<CommandContext<ItemCommand>, 'deps' | 'state' | 'commandId' | 'now' | 'audit'>;

interface Change {
  readonly change: ItemChange;
  readonly itemId: string;
  readonly items: ItemChanges;
}

/** Writes a change that bills nothing now. */
function recordChange({ deps, state, now, audit }: Context, { change, itemId, items }: Change) {
  const event = { type: 'items_changed', at: now, change, itemId, invoice: null } as const;
  return recordFact(deps, { state, now, event, partsOf: (fact, after) => ({ ...audit(fact, after), items }) });
}

/** Writes a change with the invoice of what it charges now. */
function invoiceChange(
  { deps, state, commandId, now, audit }: Context,
  facts: BillingFacts,
  line: InvoiceLine,
  { change, itemId, items }: Change,
): Promise<SubscriptionEvent> {
  const span = { start: line.periodStart, end: line.periodEnd };
  return recordInvoice(deps, {
    state,
    now,
    facts,
    partsOf: (fact, after) => ({ ...audit(fact, after), items }),
    invoice: { id: newId('inv'), businessKey: `item:${commandId}`, lines: [line], span },
    eventOf: (invoice) => ({ type: 'items_changed', at: now, change, itemId, invoice }),
  });
}

const quantityOf = ({ quantity = 1 }: { readonly quantity?: number }): string => String(quantity);

/** Books an add-on: the rest of the period is billed at once, each further one with its invoice; what a meter counts, when it is over. */
export async function addAddOn(context: CommandContext<'addAddOn'>): Promise<CommandOutcome> {
  const { deps, state, payload, now } = context;
  const quantity = quantityOf(payload);
  const made = await loadAddOn(deps.database, state, { priceId: payload.priceId, quantity }, now);
  if (isRefusal(made)) return made;
  const { facts, price, line } = made;
  const item = { kind: 'add_on', id: newId('si'), price, quantity, from: now, to: null } as const;
  const added = { item, subscriptionId: state.subscriptionId };
  const change = { change: 'add_on_added', itemId: item.id, items: { added } } as const;
  return line === null ? recordChange(context, change) : invoiceChange(context, facts, line, change);
}

/** The credits of what was billed of an add-on for time to come. */
async function creditsOf(
  { deps, state, now }: Context,
  { plan, proration: policy }: BillingFacts,
  item: Extract<SubscriptionItem, { kind: 'add_on' | 'charge' }>,
) {
  const all = await loadBilledLines(deps.database.as(state.tenantId), state, now);
  const billed = all.filter(({ isAddOn, priceId }) => isAddOn === true && priceId === item.price.id);
  if (plan === null || policy === 'none') return { billed, lines: [] };
  const full = fullPeriodOf(state, plan);
  return { billed, lines: creditLines(billed, { full, at: now, policy, timeZone: state.timeZone }) };
}

/** Ends an add-on: now, with a credit of the time that is left, or with the period. */
export async function removeAddOn(context: CommandContext<'removeAddOn'>): Promise<CommandOutcome> {
  const { deps, state, payload, commandId, now, audit } = context;
  const facts = await factsInForce(deps, state);
  const item = addOnsAt(facts.items, now).find(({ id }) => id === payload.addOnId);
  if (item === undefined) return refusal('not_found', { resource: 'Add-on', id: payload.addOnId });
  const change = { change: 'add_on_removed', itemId: item.id } as const;
  if (payload.atPeriodEnd === true && state.period !== null)
    return recordChange(context, { ...change, items: { ended: { id: item.id, to: state.period.end } } });
  // What a meter counted until now is billed where the period ends.
  if (item.kind === 'add_on' && isMetered(item.price))
    return recordChange(context, { ...change, items: { ended: { id: item.id, to: now } } });
  const items = { ended: { id: item.id, to: now }, settled: [item.id] };
  const { billed, lines } = await creditsOf(context, facts, item);
  if (lines.length === 0 || state.period === null) return recordChange(context, { ...change, items });
  const span = { start: now, end: state.period.end };
  return recordCredits(deps, {
    state,
    now,
    facts,
    billed,
    partsOf: (event, after) => ({ ...audit(event, after), items }),
    invoice: { id: newId('inv'), businessKey: `item:${commandId}`, lines, span },
    eventOf: (invoice, credited) => ({ type: 'items_changed', at: now, ...change, invoice, ...credited }),
  });
}

/** Charges once: at once, or with the next invoice. */
export async function addCharge(context: CommandContext<'addCharge'>): Promise<CommandOutcome> {
  const { deps, state, payload, now } = context;
  const { tenantId, currency } = state;
  const price = await pricedItem(deps.database, { tenantId, currency, priceId: payload.priceId, kind: 'charge' });
  if (isRefusal(price)) return price;
  const quantity = quantityOf(payload);
  const item = { kind: 'charge', id: newId('si'), price, quantity, from: now, to: null } as const;
  const change = { change: 'charge_added', itemId: item.id } as const;
  const added = { item, subscriptionId: state.subscriptionId };
  if (payload.invoice === 'next') return recordChange(context, { ...change, items: { added } });
  const { facts, line } = await loadCharge(deps.database, state, price, quantity, now);
  if (line === null) return refusal('change_without_effect');
  return invoiceChange(context, facts, line, { ...change, items: { added: { ...added, isSettled: true } } });
}

/** A customer's own prices hold from the next period on, or from the start of the paid time in a trial. */
const nextPeriod = ({ period }: SubscriptionState, now: Instant): Instant => Math.max(period?.end ?? now, now);

/** Lays another price over one of the plan's, from the next period on. */
export async function overridePrice(context: CommandContext<'overridePrice'>): Promise<CommandOutcome> {
  const { deps, state, payload, now } = context;
  const facts = await factsInForce(deps, state);
  const { priceId, model, parameters, description } = payload;
  const override: PriceOverride = {
    priceId,
    // What is no model is refused below, by its field.
    ...(model === undefined ? {} : { model: model as PricingModelKind }),
    parameters,
    ...(description === undefined ? {} : { description }),
  };
  const { plan } = facts;
  const errors = plan === null ? [] : overrideErrors(plan.definition, [override]);
  if (plan === null || errors.length > 0) {
    const fields = errors.map(({ path, message }) => ({ path: path.replace('overrides.0.', ''), message }));
    return { ...refusal('validation_failed'), fields };
  }
  const item = { kind: 'override', id: newId('si'), override, from: nextPeriod(state, now), to: null } as const;
  const added = { item, subscriptionId: state.subscriptionId };
  return recordChange(context, { change: 'price_overridden', itemId: item.id, items: { added } });
}

/** Takes a customer's own price back, from the next period on. */
export async function removePriceOverride(context: CommandContext<'removePriceOverride'>): Promise<CommandOutcome> {
  const { deps, state, payload, now } = context;
  const { items } = await factsInForce(deps, state);
  const to = nextPeriod(state, now);
  const item = items.find(({ id, kind }) => kind === 'override' && id === payload.overrideId);
  if (item === undefined || overridesAt([item], Math.max(item.from, now)).length === 0)
    return refusal('not_found', { resource: 'Price override', id: payload.overrideId });
  const ended = { id: item.id, to: Math.max(to, item.from) };
  return recordChange(context, { change: 'price_override_removed', itemId: item.id, items: { ended } });
}
