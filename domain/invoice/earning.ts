/**
 * When billed money becomes revenue. What is billed for time still to come is deferred; it is earned at the boundary that ends that
 * time, or when the subscription ends. (A finer release, day by day, can replace this rule alone.)
 */
import { add, isZero, money, zero, type Money } from '../money';
import type { IncomeLine } from '../ledger';
import type { Instant } from '../time';
import type { InvoiceLine } from './line';

/** Amounts billed ahead and not yet earned, per revenue stream. */
export type Deferred = Readonly<Record<string, string>>;

export interface Earning {
  readonly income: readonly IncomeLine[];
  readonly earned: readonly { readonly stream: string; readonly amount: Money }[];
  readonly deferred: Deferred;
}

/**
 * `boundary`: a period ends and the next begins; what stood deferred is earned. `change`: the running period is billed differently.
 * `close`: nothing is served any more; all that is left is earned.
 */
export type EarningMoment = 'boundary' | 'change' | 'close';

function sumByStream(deferred: Deferred, income: readonly IncomeLine[], currency: string): Map<string, Money> {
  const totals = new Map(Object.entries(deferred).map(([stream, amount]) => [stream, money(amount, currency)]));
  for (const line of income.filter((entry) => entry.ahead)) {
    totals.set(line.stream, add(totals.get(line.stream) ?? zero(currency), line.amount));
  }
  return totals;
}

function toDeferred(totals: Map<string, Money>): Deferred {
  return Object.fromEntries(
    [...totals].filter(([, amount]) => !isZero(amount)).map(([stream, amount]) => [stream, amount.amount]),
  );
}

function toEarned(totals: Map<string, Money>): Earning['earned'] {
  return [...totals].filter(([, amount]) => !isZero(amount)).map(([stream, amount]) => ({ stream, amount }));
}

export interface EarningRequest {
  readonly deferred: Deferred;
  readonly lines: readonly InvoiceLine[];
  readonly currency: string;
  readonly moment: EarningMoment;
  readonly now: Instant;
}

/** What an invoice defers, and what is earned with it. */
export function earn({ deferred, lines, currency, moment, now }: EarningRequest): Earning {
  const income = lines.map((line) => ({
    stream: line.stream,
    amount: line.amount,
    ahead: line.kind !== 'one_off' && line.periodEnd > now,
  }));
  if (moment === 'boundary') {
    return {
      income,
      earned: toEarned(sumByStream(deferred, [], currency)),
      deferred: toDeferred(sumByStream({}, income, currency)),
    };
  }
  const totals = sumByStream(deferred, income, currency);
  if (moment === 'change') return { income, earned: [], deferred: toDeferred(totals) };
  return { income, earned: toEarned(totals), deferred: {} };
}
