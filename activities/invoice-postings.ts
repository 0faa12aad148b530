import type { AssembledInvoice } from '../domain/invoice/assemble';
import { taxByPlace } from '../domain/invoice/invoice-taxes';
import type { InvoiceTotals } from '../domain/invoice/totals';
import { invoicePostings, type Posting } from '../domain/ledger';
import { isAhead } from '../domain/recognition/is-ahead';
import type { Instant } from '../domain/time';

/** How an invoice is booked: its lines by their net, deferred or earned, and the tax that is owed. */
export function postingsOf(
  { lines, taxes, amounts }: Pick<AssembledInvoice, 'lines' | 'taxes' | 'amounts'>,
  { balanceApplied, carriedOver }: Pick<InvoiceTotals, 'balanceApplied' | 'carriedOver'>,
  now: Instant,
): Posting[] {
  const income = lines.map((line) => ({ stream: line.stream, amount: line.net, ahead: isAhead(line, now) }));
  const { currency } = amounts.total;
  return invoicePostings({ currency, lines: income, taxes: taxByPlace(taxes), balanceApplied, carriedOver });
}
