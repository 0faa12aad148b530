/**
 * Writes a fact whose invoice has credit lines. What they credit of invoices that are still open comes off those first: their payments at
 * the provider are canceled, since they ask for the old amounts, and are made anew when they are collected.
 */
import { newId } from '../domain/ids';
import { givenBack } from '../domain/invoice/assemble';
import { assembleFor } from '../domain/invoice/assemble-for';
import type { BilledLine } from '../domain/invoice/line';
import { reductionsOf, type Reduction } from '../domain/invoice/reductions';
import { carryOverPostings } from '../domain/ledger';
import { isZero, sum } from '../domain/money';
import type { CreditedInvoice, IssuedInvoice, SubscriptionEvent } from '../domain/subscription/events';
import type { Queryable } from '../db/pool';
import { holdWithdrawn } from '../db/transactions/hold-invoices';
import type { EntryRow, InvoiceReduction } from '../db/transactions/record';
import type { ActivityDependencies } from './dependencies';
import { chargeLimits, recordInvoice, type InvoiceFact } from './record-fact';
import { prepareSettlement } from './settle-invoices';

interface Credited {
  readonly credited?: readonly CreditedInvoice[];
}

export interface CreditFact extends Omit<InvoiceFact, 'eventOf'> {
  /** The charges that the credit lines give back from. */
  readonly billed: readonly BilledLine[];
  readonly eventOf: (invoice: IssuedInvoice, credited: Credited) => SubscriptionEvent;
}

const rowOf = ({ invoiceId: id, expected, credit, carriedOver, amountDue }: Reduction): InvoiceReduction => ({
  id,
  expected,
  credit,
  carriedOver,
  status: isZero(amountDue) ? 'paid' : 'open',
});

/** What the reductions leave on the balance, booked with the invoice that reduces: an open one may be reduced more than once. */
function carriedEntries(invoiceId: string, reductions: readonly Reduction[], currency: string): EntryRow[] {
  const amount = sum(
    reductions.map((reduction) => reduction.carriedOver),
    currency,
  );
  const postings = carryOverPostings(amount);
  return postings.length === 0 ? [] : [{ id: newId('le'), kind: 'carry_over', source: invoiceId, postings }];
}

interface Withdrawn {
  readonly reductions: readonly Reduction[];
  /** What the provider held for them. */
  readonly payments: ReadonlySet<string>;
}

/** Money that turns out to have arrived for an invoice, or to be on its way, leaves nothing to reduce. */
async function withdrawn(
  deps: ActivityDependencies,
  tenantId: string,
  planned: readonly Reduction[],
): Promise<Withdrawn> {
  if (planned.length === 0) return { reductions: planned, payments: new Set() };
  const ids = planned.map(({ invoiceId }) => invoiceId);
  const { open } = await prepareSettlement(deps, tenantId, ids);
  return {
    reductions: planned.filter(({ invoiceId }) => open.some(({ id }) => id === invoiceId)),
    payments: new Set(open.flatMap(({ payment }) => (payment === null ? [] : [payment.id]))),
  };
}

/** Who collects the open invoices that others collect. */
function leadsOf(billed: readonly BilledLine[]): ReadonlyMap<string, string> {
  const open = billed.flatMap(({ openInvoice }) => (openInvoice === undefined ? [] : [openInvoice]));
  return new Map(open.flatMap(({ id, lead }) => (lead === undefined ? [] : [[id, lead] as const])));
}

/** Writes the fact, its invoice and the open invoices that it reduces in one transaction. */
export async function recordCredits(deps: ActivityDependencies, fact: CreditFact): Promise<SubscriptionEvent> {
  const { state, facts, billed, partsOf, eventOf, ...rest } = fact;
  const contents = { ...fact.invoice, billed };
  // A credit gives back what its charge bore, whatever else is on the invoice.
  const credits = contents.lines.filter(({ creditsLineId }) => creditsLineId !== null);
  const given = givenBack(assembleFor(state, facts, { ...contents, lines: credits, limits: null }, fact.now));
  const planned = reductionsOf(given, billed, chargeLimits(deps, facts, state.currency));
  const { reductions, payments } = await withdrawn(deps, state.tenantId, planned);
  const leads = leadsOf(billed);
  const credited = reductions.map(({ invoiceId, amountDue }) => {
    const lead = leads.get(invoiceId);
    return { invoiceId, open: !isZero(amountDue), ...(lead === undefined ? {} : { lead }) };
  });
  const elsewhere = credited.filter(({ lead }) => lead !== undefined).map(({ invoiceId }) => invoiceId);
  return recordInvoice(deps, {
    ...rest,
    state,
    facts,
    invoice: { ...contents, reductions },
    ...(elsewhere.length === 0
      ? {}
      : { hold: (db: Queryable) => holdWithdrawn(db, state.tenantId, elsewhere, payments) }),
    partsOf: (event, after) => {
      const parts = partsOf?.(event, after);
      const carried = carriedEntries(fact.invoice.id, reductions, state.currency);
      return { ...parts, reductions: reductions.map(rowOf), entries: [...(parts?.entries ?? []), ...carried] };
    },
    eventOf: (invoice) => eventOf(invoice, credited.length === 0 ? {} : { credited }),
  });
}
