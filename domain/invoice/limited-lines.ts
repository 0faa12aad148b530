/** The line that a plan's minimum or maximum makes of the lines of a period. */
import { type PlanLimits, limitLines } from '../plan/limits';
import type { StretchRequest } from '../plan/stretch';
import type { Money } from '../money';
import type { InvoiceLine, LineKind } from './line';

export interface PeriodLimits {
  readonly limits: PlanLimits;
  readonly stretch: StretchRequest;
  /** What the line of a limit belongs to: the plan, its product and its revenue stream. */
  readonly origin: Pick<InvoiceLine, 'planId' | 'productId' | 'stream'>;
}

/** What a plan's limits are about: what its prices bill for the period, not what stands beside them or corrects earlier periods. */
const eligible: ReadonlySet<LineKind> = new Set(['recurring', 'usage']);

/**
 * The lines of the limits, of which at most one is due.
 * @throws PerennialError `currency_not_priced` when a limit has no amount in the currency.
 */
export function limitedLines(
  measured: readonly { readonly line: InvoiceLine; readonly discount: Money }[],
  { limits, stretch, origin }: PeriodLimits,
  currency: string,
): InvoiceLine[] {
  const counted = measured.filter(({ line }) => eligible.has(line.kind));
  const lines = counted.map(({ line, discount }) => ({ amount: line.amount, discount }));
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
