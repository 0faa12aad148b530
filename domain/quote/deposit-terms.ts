/** What a settlement of a quote expects, and what becomes of a payment that differs from it. */
import type { Units } from '../chain/units';
import type { SettlementTerms } from '../settlement/state';
import type { Instant } from '../time';
import type { RateObservation, RateRefusal } from './agree-on-rate';
import { freezeQuote, type Quote, unitsWorth } from './freeze-quote';
import type { QuotePolicy } from './rate-policy';

/** A policy names hundredths of a percent at the finest. */
const finestPerPercent = 100n;

/** A part of base units, rounded down: a tolerance gives nothing away by rounding. */
function percentOfUnits(units: Units, percent: string): bigint {
  const [whole = '0', places = ''] = percent.split('.');
  const hundredths = BigInt(whole + places.padEnd(2, '0').slice(0, 2));
  return (BigInt(units) * hundredths) / (finestPerPercent * 100n);
}

/**
 * The terms by which a settlement judges the deposits of a quote. A late payment that is to be quoted anew (`requote`) waits as `ask`, until
 * `requoteLate` or a person answers.
 * @throws PerennialError `invalid_currency`, `invalid_amount`.
 */
export function depositTermsOf(
  policy: QuotePolicy,
  { units, value, amount, rate, expiresAt }: Quote,
): Pick<SettlementTerms, 'expected' | 'deadline' | 'policy'> {
  const { under, over, late, lateForMs } = policy;
  return {
    expected: units,
    deadline: expiresAt,
    policy: {
      underTolerance: percentOfUnits(units, policy.underTolerancePercent).toString(),
      overTolerance: unitsWorth({ ...value, amount: policy.overToleranceAmount }, amount.currency, rate, 0),
      ...{ under, over, lateForMs },
      late: late === 'requote' ? 'ask' : late,
    },
  };
}

/** What came late, held against what would have been asked for when it was first seen. */
export type LateWorth =
  | { readonly worth: 'enough' | 'too_little'; readonly asked: Units }
  | { readonly worth: 'unknown'; readonly why: RateRefusal };

/**
 * Judges a payment that came after its quote ran out by a quote of the moment at which it was first seen.
 * @param late.received base units that are final
 * @param observations of that moment, not of now
 * @throws PerennialError `invalid_currency`.
 */
export function requoteLate(
  policy: QuotePolicy,
  late: { readonly quote: Quote; readonly received: Units; readonly seenAt: Instant },
  observations: readonly RateObservation[],
): LateWorth {
  const { id, value, amount } = late.quote;
  const again = freezeQuote(policy, { id, value, asset: amount.currency }, observations, late.seenAt);
  if (again.kind === 'refused') return { worth: 'unknown', why: again.why };
  const { units: asked } = again.quote;
  const tolerated = BigInt(late.received) + percentOfUnits(asked, policy.underTolerancePercent);
  return { worth: tolerated >= BigInt(asked) ? 'enough' : 'too_little', asked };
}
