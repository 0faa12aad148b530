/**
 * Corrects an invoice whose usage came late, or was corrected after it. A paid one gets a credit note over the lines that are wrong, which
 * goes to the balance, and they are billed anew on an invoice that the balance pays first; an open one is voided and issued anew. All in one
 * transaction. Running it again answers the same fact.
 */
import { isRefusal } from '../domain/errors';
import { idFromFacts, newId } from '../domain/ids';
import type { InvoiceLine } from '../domain/invoice/line';
import { isPositive, money, multiplyByRatio } from '../domain/money';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { loadInvoiceToCredit } from '../db/transactions/creditable-invoice';
import { creditNoteParts, planCreditNote } from '../db/transactions/credit-note-parts';
import { loadFactsInForce } from '../db/transactions/facts-in-force';
import { loadLinesToReissue, type LineToReissue } from '../db/transactions/reissue-lines';
import { type ChangedUsage, changedUsage } from '../db/transactions/usage-now-of-invoice';
import type { ActivityDependencies } from './dependencies';
import { recordFact, recordInvoice, type InvoiceFact } from './record-fact';
import { reissueAs } from './reissue-as';

export interface CorrectUsageInput {
  readonly state: SubscriptionState;
  readonly now: Instant;
}

export interface Correction extends CorrectUsageInput {
  readonly invoiceId: string;
  readonly partsOf: NonNullable<InvoiceFact['partsOf']>;
}

/** What coupons took off the old line is taken off the new one in proportion: the discount is in the amount, as in every invoice that is issued anew. */
function discounted(anew: InvoiceLine, { line }: LineToReissue): InvoiceLine {
  const { currency } = line.amount;
  const before = money(line.explanation.exact, currency, 'half_up');
  if (!isPositive(before) || before.amount === line.amount.amount) return anew;
  const amount = multiplyByRatio(anew.amount, line.amount.amount, before.amount, 'half_up');
  return { ...anew, amount };
}

const linesAnew = (changed: readonly ChangedUsage[], found: readonly LineToReissue[]): InvoiceLine[] =>
  changed.flatMap(({ line, anew }) => {
    const old = found.find(({ id }) => id === line.id);
    return anew === null || old === undefined ? [] : [discounted(anew, old)];
  });

const usageParts = (changed: readonly ChangedUsage[]) => ({
  usage: changed.map(({ row }) => row),
  usageReturned: changed.map(({ billingId }) => billingId),
});

/** Credits the lines of a paid invoice and bills them anew; null when it cannot be credited now. */
async function creditAndBill(
  deps: ActivityDependencies,
  correction: Correction,
  changed: readonly ChangedUsage[],
  found: readonly LineToReissue[],
): Promise<SubscriptionEvent | null> {
  const { state, now, invoiceId, partsOf } = correction;
  const { tenantId, subscriptionId, seq } = state;
  const loaded = await loadInvoiceToCredit(deps.database.as(tenantId), tenantId, invoiceId, 'look');
  if (loaded === null || loaded.status !== 'paid') return null;
  const invoice = { ...loaded, now };
  const credits = changed.map(({ line }) => ({ line_id: line.id, amount: money(line.gross, state.currency).amount }));
  const note = planCreditNote(invoice, { lines: credits, basis: 'gross', rest: 'balance' });
  if (isRefusal(note)) return null;
  const creditNoteId = idFromFacts('cn', subscriptionId, `usage:${seq}`);
  const identity = { id: creditNoteId, reason: 'usage corrected', memo: null, refundId: null };
  const { balance, ...parts } = creditNoteParts(invoice, note, identity);
  const lines = linesAnew(changed, found);
  const made = { type: 'usage_corrected', at: now, invoiceId, creditNoteId } as const;
  const all = (event: SubscriptionEvent, after: SubscriptionState) => ({
    ...partsOf(event, after),
    ...parts,
    ...usageParts(changed),
  });
  if (lines.length === 0)
    return recordFact(deps, {
      state,
      now,
      event: { ...made, invoice: null },
      partsOf: (event, after) => ({ ...all(event, after), ...(balance === undefined ? {} : { balance }) }),
    });
  const facts = await loadFactsInForce(deps.database, state);
  const span = {
    start: Math.min(...lines.map(({ periodStart }) => periodStart)),
    end: Math.max(...lines.map(({ periodEnd }) => periodEnd)),
  };
  return recordInvoice(deps, {
    state,
    now,
    facts: { ...facts, coupons: [], unitWallets: [] },
    partsOf: all,
    invoice: {
      id: newId('inv'),
      businessKey: `correct:${invoiceId}:${seq}`,
      lines,
      span,
      replaces: { invoiceId: null, balanceBack: note.toBalance, wallet: null },
    },
    eventOf: (issued) => ({ ...made, invoice: issued }),
  });
}

/** Corrects an invoice; null when its usage is what it billed, or it cannot be corrected now. */
export async function correctInvoice(
  deps: ActivityDependencies,
  correction: Correction,
): Promise<SubscriptionEvent | null> {
  const { state, invoiceId } = correction;
  const changed = await changedUsage(deps.database, state, invoiceId);
  const [first] = changed;
  if (first === undefined) return null;
  const found = await loadLinesToReissue(deps.database.as(state.tenantId), state.tenantId, invoiceId);
  if (first.line.status === 'paid') return creditAndBill(deps, correction, changed, found.lines);
  const lines = found.lines.flatMap((old) => {
    const one = changed.find(({ line }) => line.id === old.id);
    if (one === undefined) return [old.line];
    return one.anew === null ? [] : [discounted(one.anew, old)];
  });
  const { seq } = state;
  const rows = changed.map(({ row }) => row);
  const made = await reissueAs(deps, { ...correction, key: `correct:${invoiceId}:${seq}`, found, lines, rows });
  return isRefusal(made) ? null : made;
}

export function correctUsage(deps: ActivityDependencies) {
  return async function correct({ state, now }: CorrectUsageInput): Promise<SubscriptionEvent> {
    const invoiceId = state.lateInvoices?.ids[0] ?? '';
    const made = await correctInvoice(deps, { state, now, invoiceId, partsOf: () => ({}) });
    const nothing = { type: 'usage_corrected', at: now, invoiceId, creditNoteId: null, invoice: null } as const;
    return made ?? recordFact(deps, { state, now, event: nothing });
  };
}
