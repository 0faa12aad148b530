import type { BilledLine, InvoiceLine } from '../../../domain/invoice/line';
import { sum, type Money } from '../../../domain/money';
import type { PlanDefinition, PlanPrice, PlanVersion } from '../../../domain/plan';
import type { Interval } from '../../../domain/time';
import { exampleId } from '../subscription/example';

export const monthly: Interval = { unit: 'month', count: 1 };
export const yearly: Interval = { unit: 'year', count: 1 };

export const flat = (n: number, amount: string, description = 'Base fee'): PlanPrice => ({
  id: exampleId('price', n),
  kind: 'recurring',
  model: 'flat',
  parameters: { amounts: { USD: amount, JPY: amount.replace(/\..*/, '') } },
  description,
  stream: 'subscriptions',
});

export const seats = (n: number, amount: string): PlanPrice => ({
  ...flat(n, amount, 'Seats'),
  model: 'per_seat',
  stream: 'seats',
});

export const setup = (n: number, amount: string): PlanPrice => ({ ...flat(n, amount, 'Set-up'), kind: 'one_off' });

export const definition = (
  prices: readonly PlanPrice[],
  interval = monthly,
  more: Partial<PlanDefinition> = {},
): PlanDefinition => ({ interval, prices, trial: null, proration: null, ...more });

export const plan = (n: number, made: PlanDefinition): PlanVersion => ({
  planId: exampleId('plan', n),
  version: 1,
  name: `Plan ${n}`,
  definition: made,
});

/** Lines of an invoice as the books hold them afterwards: charges that a change may credit. */
export function booked(lines: readonly InvoiceLine[], firstId = 1): BilledLine[] {
  return lines
    .map((line, index) => ({ line, id: exampleId('il', firstId + index) }))
    .filter(({ line }) => line.kind === 'recurring' || line.kind === 'proration_charge')
    .map(({ line, id }) => ({
      id,
      priceId: line.priceId ?? '',
      planId: line.planId,
      productId: line.productId,
      meterId: line.meterId,
      description: line.description,
      stream: line.stream,
      quantity: line.quantity,
      amount: line.amount,
      periodStart: line.periodStart,
      periodEnd: line.periodEnd,
      exact: line.explanation.exact,
    }));
}

/** What lines without coupons and tax come to. */
export const totalOf = (lines: readonly Pick<InvoiceLine, 'amount'>[], currency = 'USD'): Money =>
  sum(
    lines.map(({ amount }) => amount),
    currency,
  );

/** "kind amount" of each line: what a reader checks first. */
export const shown = (lines: readonly InvoiceLine[]): string[] =>
  lines.map(({ kind, amount }) => `${kind} ${amount.amount}`);

/** A rail that charges any amount from a least one on; null: any at all. */
export const atLeast = (minimum: string | null) => ({ minimum, step: null });
