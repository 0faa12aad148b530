/**
 * How much of what was billed ahead is revenue at the end of a month, and what a close of that month posts. Lines that are alike are
 * counted, not listed, so that a month of millions of lines is a few hundred numbers.
 */
import type { Posting } from '../ledger';
import { add, isZero, multiplyByRatio, negate, subtract, zero, type Money } from '../money';
import { dayOf, recognizedBefore, type ServiceDays } from './straight-line';
import { monthEnd, nextMonth, type Month } from './month';

/** So many lines of one stream, amount and service. `days` is null for what is served in full, or has ended. */
export interface LineGroup {
  readonly stream: string;
  readonly amount: Money;
  readonly count: string;
  readonly days: ServiceDays | null;
}

/** An amount of one stream; of each currency there is one. */
export interface StreamAmount {
  readonly stream: string;
  readonly amount: Money;
}

const keyOf = ({ stream, amount }: StreamAmount): string => `${stream} ${amount.currency}`;

/** Adds up per stream and currency, in the order of their names. */
export function totalsOf(amounts: readonly StreamAmount[]): StreamAmount[] {
  const totals = new Map<string, StreamAmount>();
  for (const one of amounts) {
    const { stream, amount } = totals.get(keyOf(one)) ?? { stream: one.stream, amount: zero(one.amount.currency) };
    totals.set(keyOf(one), { stream, amount: add(amount, one.amount) });
  }
  return [...totals].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, total]) => total);
}

/** What of each group is recognized before a day: exact for one line, times their number. */
export function recognizedOf(groups: readonly LineGroup[], day: number): StreamAmount[] {
  return totalsOf(
    groups.map(({ stream, amount, count, days }) => ({
      stream,
      amount: multiplyByRatio(days === null ? amount : recognizedBefore(amount, days, day), count, '1'),
    })),
  );
}

/** What a close does for a stream and currency. */
export interface ClosedStream {
  readonly stream: string;
  /** All that is recognized once the month is closed. */
  readonly recognizedToDate: Money;
  /** What this close posts: below zero where earlier closes recognized what was taken back since. */
  readonly amount: Money;
}

/**
 * What the close of a month posts: what is recognized by its end less what was recognized before. Whatever came late into a month that is
 * closed is in it.
 */
export function closeMonthOf(
  groups: readonly LineGroup[],
  recognized: readonly StreamAmount[],
  month: Month,
): ClosedStream[] {
  const targets = recognizedOf(groups, dayOf(monthEnd(month)));
  const before = totalsOf(recognized);
  const all = totalsOf([...targets, ...before]);
  const find = (list: readonly StreamAmount[], one: StreamAmount): Money =>
    list.find((candidate) => keyOf(candidate) === keyOf(one))?.amount ?? zero(one.amount.currency);
  return all.map((one) => {
    const recognizedToDate = find(targets, one);
    return { stream: one.stream, recognizedToDate, amount: subtract(recognizedToDate, find(before, one)) };
  });
}

/** What a close posts: out of what was deferred, into revenue. */
export function recognitionPostings(streams: readonly ClosedStream[]): Posting[] {
  return streams
    .filter(({ amount }) => !isZero(amount))
    .flatMap(({ stream, amount }) => [
      { account: `deferred:${stream}`, amount },
      { account: `revenue:${stream}`, amount: negate(amount) },
    ]);
}

/** What a future close will release of a stream. */
export interface Release extends StreamAmount {
  readonly month: Month;
}

/** A line group and the first month whose close counts it. */
export interface ScheduledGroup extends LineGroup {
  readonly from: Month;
}

/**
 * What is still deferred, by the month whose close will release it, from the first month that is open. The releases of a stream add up to
 * what stands deferred for it.
 */
export function releaseSchedule(
  groups: readonly ScheduledGroup[],
  recognized: readonly StreamAmount[],
  firstOpen: Month,
): Release[] {
  const releases: Release[] = [];
  let before = totalsOf(recognized);
  for (let month = firstOpen; !isSettled(groups, before); month = nextMonth(month)) {
    const counted = groups.filter(({ from }) => from <= month);
    const streams = closeMonthOf(counted, before, month);
    for (const { stream, amount } of streams) if (!isZero(amount)) releases.push({ month, stream, amount });
    before = streams.map(({ stream, recognizedToDate }) => ({ stream, amount: recognizedToDate }));
  }
  return releases;
}

/** Whether every group is recognized in full. */
function isSettled(groups: readonly LineGroup[], recognized: readonly StreamAmount[]): boolean {
  const owed = totalsOf([
    ...groups.map(({ stream, amount, count }) => ({ stream, amount: multiplyByRatio(amount, count, '1') })),
    ...recognized.map(({ stream, amount }) => ({ stream, amount: negate(amount) })),
  ]);
  return owed.every(({ amount }) => isZero(amount));
}
