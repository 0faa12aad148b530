/**
 * What the deposits of a settlement amount to, by its terms. A payment counts as made when the chain first showed it (block time), not when
 * it became final; only final ones are counted.
 */
import { addUnits, arePositiveUnits, compareUnits, subtractUnits, type Units } from '../chain/units';
import type { Instant } from '../time';
import type { SettlementLabel, SettlementTerms } from './state';

/** A deposit that the chain shows. */
export interface CountedDeposit {
  readonly units: Units;
  readonly seenAt: Instant;
  readonly isFinal: boolean;
}

/** What is done with money that is not for the purpose. */
export type WayBack = 'refund' | 'credit';

export type Verdict =
  /** Go on waiting. `short`: something final came, and it is not enough yet. */
  | { readonly kind: 'wait'; readonly seen: Units; readonly received: Units; readonly short: boolean }
  /** Paid. What is too much goes its own way. */
  | {
      readonly kind: 'accept';
      readonly received: Units;
      readonly excess: Units;
      readonly excessWay: WayBack | null;
      readonly labels: readonly SettlementLabel[];
    }
  /** All of it goes back. */
  | { readonly kind: 'give_back'; readonly received: Units; readonly way: WayBack; readonly label: SettlementLabel }
  /** A person decides. */
  | { readonly kind: 'ask'; readonly received: Units; readonly label: SettlementLabel }
  /** Nothing came in time. */
  | { readonly kind: 'expire' };

const totalOf = (deposits: readonly CountedDeposit[]): Units => addUnits(...deposits.map(({ units }) => units));

interface Sums {
  /** All that the chain shows, final or not. */
  readonly seen: Units;
  /** Final, in time. */
  readonly timely: Units;
  /** Final, in time or not. */
  readonly received: Units;
  readonly isPending: boolean;
}

function sumsOf(deposits: readonly CountedDeposit[], deadline: Instant): Sums {
  const final = deposits.filter(({ isFinal }) => isFinal);
  return {
    seen: totalOf(deposits),
    timely: totalOf(final.filter(({ seenAt }) => seenAt <= deadline)),
    received: totalOf(final),
    isPending: final.length < deposits.length,
  };
}

/** Enough came; how it is taken. */
function judgeEnough(terms: SettlementTerms, { received }: Sums, labels: readonly SettlementLabel[]): Verdict {
  const { policy, expected } = terms;
  const difference = subtractUnits(received, expected);
  if (!arePositiveUnits(difference)) {
    const under: readonly SettlementLabel[] = difference === '0' ? [] : ['under'];
    return { kind: 'accept', received, excess: '0', excessWay: null, labels: [...labels, ...under] };
  }
  const isSmall = compareUnits(difference, policy.overTolerance) <= 0;
  const way = isSmall ? 'credit' : policy.over;
  if (way === 'ask') return { kind: 'ask', received, label: 'over' };
  return { kind: 'accept', received, excess: difference, excessWay: way, labels: [...labels, 'over'] };
}

function judgeLate(terms: SettlementTerms, sums: Sums): Verdict {
  const way = terms.policy.late;
  if (way === 'accept') return judgeEnough(terms, sums, ['late']);
  if (way === 'ask') return { kind: 'ask', received: sums.received, label: 'late' };
  return { kind: 'give_back', received: sums.received, way, label: 'late' };
}

function judgeShort({ policy }: SettlementTerms, { received }: Sums): Verdict {
  if (policy.under === 'ask') return { kind: 'ask', received, label: 'under' };
  return { kind: 'give_back', received, way: policy.under, label: 'under' };
}

/**
 * The verdict at an instant. Before the deadline what is missing is waited for; a deposit that is not final yet is waited for however late
 * it is, since it may complete what came in time.
 */
export function judgeDeposits(terms: SettlementTerms, deposits: readonly CountedDeposit[], now: Instant): Verdict {
  const sums = sumsOf(deposits, terms.deadline);
  const { seen, timely, received, isPending } = sums;
  const least = subtractUnits(terms.expected, terms.policy.underTolerance);
  if (compareUnits(timely, least) >= 0) return judgeEnough(terms, sums, []);
  if (isPending || now < terms.deadline) {
    return { kind: 'wait', seen, received, short: !isPending && arePositiveUnits(received) };
  }
  if (!arePositiveUnits(received)) return { kind: 'expire' };
  return compareUnits(received, least) >= 0 ? judgeLate(terms, sums) : judgeShort(terms, sums);
}
