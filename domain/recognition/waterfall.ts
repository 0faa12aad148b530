import { add, isZero, subtract, zero, type Money } from '../money';
import { monthsBetween, type Month } from './month';

/** How the deferred account of a stream moved in a month; amounts of liabilities are above zero here. */
export interface DeferredMovement {
  readonly stream: string;
  /** Null: all that moved before the first month asked for. */
  readonly month: Month | null;
  readonly what: 'billed' | 'recognized' | 'adjustments';
  readonly amount: Money;
}

/** One month of a stream: opening + billed − recognized + adjustments = closing. */
export interface WaterfallRow {
  readonly month: Month;
  readonly stream: string;
  readonly opening: Money;
  readonly billed: Money;
  readonly recognized: Money;
  readonly adjustments: Money;
  readonly closing: Money;
}

function amountOf(movements: readonly DeferredMovement[], month: Month | null, currency: string) {
  const sumOf = (what: DeferredMovement['what']): Money =>
    movements
      .filter((movement) => movement.month === month && movement.what === what)
      .reduce((total, { amount }) => add(total, amount), zero(currency));
  return { billed: sumOf('billed'), recognized: sumOf('recognized'), adjustments: sumOf('adjustments') };
}

type Moved = ReturnType<typeof amountOf>;

const closingOf = (opening: Money, { billed, recognized, adjustments }: Moved): Money =>
  add(subtract(add(opening, billed), recognized), adjustments);

const isEmpty = ({ opening, billed, recognized, adjustments }: WaterfallRow): boolean =>
  [opening, billed, recognized, adjustments].every(isZero);

function rowsOfStream(movements: readonly DeferredMovement[], months: readonly Month[]): WaterfallRow[] {
  const [first] = movements;
  if (first === undefined) return [];
  const { stream } = first;
  const { currency } = first.amount;
  let opening = closingOf(zero(currency), amountOf(movements, null, currency));
  const rows = months.map((month) => {
    const moved = amountOf(movements, month, currency);
    const row = { month, stream, opening, ...moved, closing: closingOf(opening, moved) };
    opening = row.closing;
    return row;
  });
  return rows.filter((row) => !isEmpty(row));
}

/** The waterfall of deferred revenue: a row per month, stream and currency in which something stood or moved, by month and stream. */
export function waterfall(movements: readonly DeferredMovement[], from: Month, to: Month): WaterfallRow[] {
  const months = monthsBetween(from, to);
  const byAccount = new Map<string, DeferredMovement[]>();
  for (const movement of movements) {
    const key = `${movement.stream} ${movement.amount.currency}`;
    byAccount.set(key, [...(byAccount.get(key) ?? []), movement]);
  }
  const accounts = [...byAccount].sort(([left], [right]) => (left < right ? -1 : 1));
  const rows = accounts.flatMap(([, moved]) => rowsOfStream(moved, months));
  return months.flatMap((month) => rows.filter((row) => row.month === month));
}
