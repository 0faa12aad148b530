import { loadLinesToReissue, type LineToReissue } from '../../db/transactions/reissue-lines';
import { isRefusal, refusal, type Refusal } from '../../domain/errors';
import type { InvoiceLine } from '../../domain/invoice/line';
import { compare, money, multiplyByRatio, zero, type Money } from '../../domain/money';
import { correctInvoice } from '../correct-usage';
import type { InvoiceDraft } from '../record-fact';
import { reissueAs } from '../reissue-as';
import type { CommandContext, CommandOutcome } from './context';

type Context = CommandContext<'reissueInvoice'>;

function newAmount(text: string, currency: string): Money | null {
  try {
    const amount = money(text, currency);
    return compare(amount, zero(currency)) < 0 ? null : amount;
  } catch {
    return null;
  }
}

/** The line with another amount; the price of the full period that credits are counted from moves with it. */
function priced({ line }: LineToReissue, amount: Money): InvoiceLine {
  const { currency } = amount;
  if (compare(amount, line.amount) === 0) return line;
  const before = money(line.explanation.exact, currency, 'half_up');
  const isScaled = compare(line.amount, zero(currency)) > 0;
  const exact = isScaled ? multiplyByRatio(before, amount.amount, line.amount.amount, 'half_up').amount : amount.amount;
  const text = `${line.explanation.text}; issued anew at ${amount.amount} ${currency}`;
  return { ...line, amount, explanation: { ...line.explanation, exact, text } };
}

const wrong = (path: string, message: string) => refusal('validation_failed', {}, { fields: [{ path, message }] });

/** The lines of the new invoice, by the amounts that are asked for. */
function newLines(found: readonly LineToReissue[], { payload, state }: Context): InvoiceLine[] | Refusal {
  const asked = payload.lines ?? [];
  const unknown = asked.findIndex(({ line_id: id }) => !found.some((line) => line.id === id));
  if (unknown >= 0) return wrong(`lines.${unknown}.line_id`, 'must be a line of the invoice');
  const amounts = asked.map(({ amount }) => newAmount(amount, state.currency));
  const unsound = amounts.findIndex((amount) => amount === null);
  if (unsound >= 0)
    return wrong(`lines.${unsound}.amount`, `must be from 0 up in whole minor units of ${state.currency}`);
  return found.map((line) => {
    const index = asked.findIndex(({ line_id: id }) => id === line.id);
    return priced(line, amounts[index] ?? line.line.amount);
  });
}

/** Of a consolidated invoice each line keeps its subscription. */
function ownersOf(lines: readonly LineToReissue[], { state, payload }: Context): Pick<InvoiceDraft, 'owners'> {
  const isConsolidated = state.leads?.includes(payload.invoiceId) === true;
  return isConsolidated ? { owners: lines.map(({ subscriptionId }) => subscriptionId) } : {};
}

/** With the usage as it is now: the open invoice anew, or what was paid wrongly credited and billed anew. */
async function repriced({ deps, state, payload, now, audit }: Context): Promise<CommandOutcome> {
  const { invoiceId } = payload;
  const made = await correctInvoice(deps, { state, now, invoiceId, partsOf: audit });
  return made ?? refusal('invoice_not_reissuable', { invoiceId, reason: usageStands });
}

const usageStands =
  'its usage is what it billed, or was adjusted, credited or paid by units, or its payment is under way';

/**
 * Voids an open invoice and issues it anew, in one transaction: with a number of its own, the tax and the billing details of now, and new
 * amounts where they are given. Discounts stay what they were: they are in the amounts.
 */
export async function reissueInvoice(context: Context): Promise<CommandOutcome> {
  const { deps, state, payload, commandId, now, audit } = context;
  const { tenantId } = state;
  const { invoiceId } = payload;
  if (payload.reprice === true) return repriced(context);
  const found = await loadLinesToReissue(deps.database.as(tenantId), tenantId, invoiceId);
  // Units are worth what was used while they were there: a voided invoice gives them back, and the usage is billed anew.
  const paidByUnits = found.lines.some(({ line }) => line.kind === 'unit_credits');
  const obstacle = found.obstacle ?? (paidByUnits ? 'units of a wallet paid usage of it: void it' : null);
  if (obstacle !== null) return refusal('invoice_not_reissuable', { invoiceId, reason: obstacle });
  const lines = newLines(found.lines, context);
  if (isRefusal(lines)) return lines;
  const key = `reissue:${commandId}`;
  return reissueAs(deps, {
    state,
    now,
    invoiceId,
    key,
    found,
    lines,
    rows: [],
    ...ownersOf(found.lines, context),
    partsOf: audit,
  });
}
