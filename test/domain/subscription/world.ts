/**
 * A stand-in for the activities: it makes the fact that each step yields, as they do, but keeps its books in memory. What the provider
 * answers is drawn. The rules themselves (periods, lines, dunning) are the real ones.
 */
import type { DeclineClass } from '../../../domain/decline';
import type { DunningPolicy } from '../../../domain/dunning';
import type { BilledLine } from '../../../domain/invoice/line';
import type { PlanVersion } from '../../../domain/plan';
import type { Reduction } from '../../../domain/invoice/reductions';
import { isZero, zero, type Money } from '../../../domain/money';
import type { CreditedInvoice, IssuedInvoice } from '../../../domain/subscription/events';
import type { Period, SubscriptionState } from '../../../domain/subscription/state';
import type { Instant } from '../../../domain/time';
import { exampleId } from './example';

export type Truth = 'succeeded' | 'declined' | 'requires_action' | 'processing';

/** An invoice and what the provider holds for it. */
export interface BookedInvoice {
  due: Money;
  status: 'open' | 'paid' | 'void' | 'uncollectible';
  attempts: number;
  /** What our books say of the payment; null before the first try. */
  recorded: Truth | null;
  /** What the provider would answer now. */
  truth: Truth | null;
}

export interface Traits {
  readonly gated: boolean;
  readonly dunning: DunningPolicy;
  readonly plans: readonly PlanVersion[];
}

export interface World {
  readonly traits: Traits;
  /** The next drawn number, from 0 to below the bound. */
  readonly draw: (bound: number) => number;
  state: SubscriptionState;
  now: Instant;
  hasMethod: boolean;
  readonly invoices: Map<string, BookedInvoice>;
  readonly failedAt: Instant[];
  billed: BilledLine[];
  /** Stretches that were billed, in order. */
  readonly stretches: Period[];
  made: number;
}

export function newWorld(state: SubscriptionState, traits: Traits, draw: World['draw']): World {
  return {
    traits,
    draw,
    state,
    now: state.clock?.now ?? state.startAt,
    hasMethod: draw(4) > 0,
    invoices: new Map(),
    failedAt: [],
    billed: [],
    stretches: [],
    made: 0,
  };
}

export function planOf(world: World, { planId }: { readonly planId: string }): PlanVersion {
  const found = world.traits.plans.find((plan) => plan.planId === planId);
  if (found === undefined) throw new Error(`no plan ${planId}`);
  return found;
}

export function bookInvoice(world: World, total: Money, due: Money): IssuedInvoice {
  world.made += 1;
  const id = exampleId('inv', world.made);
  const open = !isZero(due);
  world.invoices.set(id, { due, status: open ? 'open' : 'paid', attempts: 0, recorded: null, truth: null });
  return { id, number: `INV-${String(world.made).padStart(6, '0')}`, total: total.amount, open };
}

/** Charges as the books hold them now: with what their invoice still asks for. Money under way counts as paid. */
export function billedNow(world: World): BilledLine[] {
  return world.billed.map((line) => {
    const { id } = line.openInvoice ?? { id: '' };
    const { status, truth, due } = booksOf(world, id);
    const isOpen = status === 'open' && truth !== 'succeeded' && truth !== 'processing';
    return { ...line, openInvoice: { id, amountDue: isOpen ? due : zero(due.currency) } };
  });
}

/** Credits reduce older open invoices, whose payments were canceled at the provider. */
export function reduceInvoices(world: World, reductions: readonly Reduction[]): CreditedInvoice[] {
  return reductions.map(({ invoiceId, amountDue }) => {
    const invoice = booksOf(world, invoiceId);
    invoice.due = amountDue;
    invoice.status = isZero(amountDue) ? 'paid' : 'open';
    invoice.recorded = null;
    invoice.truth = null;
    return { invoiceId, open: !isZero(amountDue) };
  });
}

export function booksOf(world: World, invoiceId: string): BookedInvoice {
  const found = world.invoices.get(invoiceId);
  if (found === undefined) throw new Error(`no invoice ${invoiceId}`);
  return found;
}

export const openIds = (world: World): string[] =>
  [...world.invoices].filter(([, { status }]) => status === 'open').map(([id]) => id);

export const drawDecline = (world: World): { class: DeclineClass; waitMs: number | null } => ({
  class: (['later', 'later', 'customer', 'never'] as const)[world.draw(4)] ?? 'later',
  waitMs: world.draw(3) === 0 ? (world.draw(10) + 1) * 24 * 3_600_000 : null,
});
