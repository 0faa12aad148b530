/** The line that a plan's minimum or maximum makes of the lines of a period. */
import { type EligibleLine, type PlanLimits, limitLines } from '../plan/limits';
import type { StretchRequest } from '../plan/stretch';
import type { Money } from '../money';
import type { InvoiceLine, LineKind } from './line';

export interface PeriodLimits {
  readonly limits: PlanLimits;
  readonly stretch: StretchRequest;
  /** What the line of a limit belongs to: the plan, its product and its revenue stream. */
  readonly origin: Pick<InvoiceLine, 'planId' | 'productId' | 'stream'>;
  /** What earlier invoices billed for the stretch, and credited of it: most fees are billed ahead. */
  readonly billed?: readonly (EligibleLine & { readonly id: string })[];
}

/** What a plan's limits are about: what its prices bill for the period, not what stands beside them or corrects earlier periods. */
const eligible: ReadonlySet<LineKind> = new Set(['recurring', 'usage']);

/** True for what the invoice bills for the stretch, or gives back of it; what it bills ahead belongs to the next one. */
function isMeasured(
  { kind, planId, periodStart, periodEnd, creditsLineId }: InvoiceLine,
  { stretch, billed = [] }: PeriodLimits,
) {
  if (creditsLineId !== null) return billed.some(({ id }) => id === creditsLineId);
  return eligible.has(kind) && planId !== null && periodStart >= stretch.from && periodEnd <= stretch.to;
}

/**
 * The lines of the limits, of which at most one is due.
 * @throws PerennialError `currency_not_priced` when a limit has no amount in the currency.
 */
export function limitedLines(
  measured: readonly { readonly line: InvoiceLine; readonly discount: Money }[],
  period: PeriodLimits,
  currency: string,
): InvoiceLine[] {
  const { limits, stretch, origin, billed = [] } = period;
  const counted = measured.filter(({ line }) => isMeasured(line, period));
  const lines = [...billed, ...counted.map(({ line, discount }) => ({ amount: line.amount, discount }))];
  return limitLines({ limits, lines, currency, stretch }).map((made) => ({
    ...made,
    kind: made.kind === 'cap' ? ('cap' as const) : ('minimum' as const),
    ...origin,
    meterId: null,
    priceId: null,
    quantity: '1',
    creditsLineId: null,
  }));
}
