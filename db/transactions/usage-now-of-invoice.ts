/** What an invoice billed of usage and what that comes to now: for its correction. */
import type { InvoiceLine } from '../../domain/invoice/line';
import { usageLine } from '../../domain/invoice/usage-lines';
import { fail } from '../../domain/errors';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Database } from '../pool';
import { questionOf, rowOf, sameUsage } from './arrears';
import { correctableLines, type CorrectableLine } from './correctable-lines';
import { type InvoiceBilling, usageBilledBy } from './invoice-usage';
import type { UsageBillingRow } from './record-usage';
import { usageForPrice } from './usage-forms';
import { measureTogether } from './usage-of';

/** A line whose usage is another now. */
export interface ChangedUsage {
  readonly line: CorrectableLine;
  /** The billing that is taken back. */
  readonly billingId: string;
  /** In its place; null when it is to cost nothing because nothing was used. */
  readonly anew: InvoiceLine | null;
  readonly row: UsageBillingRow;
}

const isOf = (line: CorrectableLine, { priceId, from, to }: InvoiceBilling): boolean =>
  line.priceId === priceId && line.from === from && line.to === to;

/** The lines of an invoice that are to be corrected; none when its usage is what it billed, or stands in the way. */
export async function changedUsage(
  database: Database,
  state: SubscriptionState,
  invoiceId: string,
): Promise<ChangedUsage[]> {
  const db = database.as(state.tenantId);
  const [lines, billings] = await Promise.all([
    correctableLines(db, state, [invoiceId]),
    usageBilledBy(db, state.tenantId, invoiceId),
  ]);
  const billed = lines.flatMap((line) => {
    const billing = billings.find((one) => isOf(line, one) && !one.rating.isFree);
    return billing === undefined ? [] : [{ line, billing }];
  });
  const [first, ...rest] = await Promise.all(
    billed.map(({ billing }) => questionOf(database, state, billing.rating.price, billing, null)),
  );
  if (first === undefined) return [];
  const { usages, counted } = await measureTogether(database, [first, ...rest], (reader, question) =>
    usageForPrice(reader, question, question.price, question.currency),
  );
  return billed.flatMap(({ line, billing }, index) => {
    const usage = usages[index] ?? fail('internal');
    if (sameUsage(usage, billing.usage)) return [];
    const reading = { ...billing.rating, window: { from: billing.from, to: billing.to }, usage };
    const { line: anew, exact } = usageLine(reading, state.currency);
    return [
      { line, billingId: billing.id, anew, row: rowOf(state, reading, { usage, exact, billed: exact, counted }) },
    ];
  });
}
