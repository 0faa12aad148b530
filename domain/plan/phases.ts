/**
 * Phases: terms of a plan that change at known instants, such as a cheaper first quarter, or a ramp of three years with more seats and a
 * higher minimum in each. A pure function of plan, schedule and instant says which terms are in force.
 */
import { type FieldError, fail } from '../errors';
import type { PlanDefinition } from '../plan';
import { type Instant, type Interval, type IntervalUnit, periodBoundary } from '../time';
import { type PlanLimits, parseLimits } from './limits';
import { type PriceOverride, applyOverrides, overrideErrors } from './override';

export interface Phase {
  readonly name: string;
  /** How long it lasts; null, for the last alone: without end. */
  readonly length: Interval | null;
  /** Laid over the plan's prices. */
  readonly overrides: readonly PriceOverride[];
  /** The quantity in this phase; null leaves it to the subscription. */
  readonly quantity: number | null;
  /** Minimum and maximum in this phase; null leaves them to the plan. */
  readonly limits: PlanLimits | null;
}

export interface PhaseSchedule {
  readonly startAt: Instant;
  readonly timeZone: string;
  readonly phases: readonly Phase[];
}

export interface TermsInForce {
  /** Null after the last phase: the plan itself holds. */
  readonly phase: { readonly index: number; readonly name: string } | null;
  /** Since when, and until when (exclusive; null: without end). */
  readonly from: Instant;
  readonly to: Instant | null;
  /** The plan with the phase's prices. */
  readonly definition: PlanDefinition;
  readonly quantity: number | null;
  readonly limits: PlanLimits | null;
}

/** Months and years count on the same calendar, and so do days and weeks. */
const families = { second: 'second', day: 'day', week: 'day', month: 'month', year: 'month' } as const satisfies Record<
  IntervalUnit,
  IntervalUnit
>;
const perFamily = { second: 1, day: 1, week: 7, month: 1, year: 12 } as const satisfies Record<IntervalUnit, number>;

interface Anchor {
  readonly at: Instant;
  readonly family: IntervalUnit;
  readonly count: number;
}

/**
 * The instants at which phases end. Lengths of one calendar add up from where that calendar began, so that a contract of the 31st stays on
 * month ends: 31 Jan, 28 Feb, 31 Mar. After phases of days the months count from the new day.
 * @throws PerennialError `invalid_interval`, `invalid_time_zone`.
 */
export function phaseEnds({ startAt, timeZone, phases }: PhaseSchedule): (Instant | null)[] {
  let anchor: Anchor = { at: startAt, family: 'month', count: 0 };
  let end: Instant = startAt;
  return phases.map(({ length }) => {
    if (length === null) return null;
    const family = families[length.unit];
    if (family !== anchor.family) anchor = { at: end, family, count: 0 };
    anchor = { ...anchor, count: anchor.count + length.count * perFamily[length.unit] };
    end = periodBoundary(anchor.at, { unit: family, count: anchor.count }, 1, timeZone);
    return end;
  });
}

/** What is wrong with phases of a plan, by field; empty when they are sound. */
export function phaseErrors(definition: PlanDefinition, phases: readonly Phase[]): FieldError[] {
  return phases.flatMap((phase, index) => {
    const at = `phases.${index}`;
    const { length, quantity, limits } = phase;
    const isLast = index === phases.length - 1;
    const parsed = limits === null ? [] : parseLimits(limits);
    const errors = [
      ...(length === null && !isLast
        ? [{ path: 'length', message: 'must be given: only the last phase is without end' }]
        : []),
      ...(length !== null && !(Number.isSafeInteger(length.count) && length.count > 0)
        ? [{ path: 'length.count', message: 'must be a whole number from 1' }]
        : []),
      ...(quantity !== null && !(Number.isSafeInteger(quantity) && quantity >= 0)
        ? [{ path: 'quantity', message: 'must be a whole number from 0' }]
        : []),
      ...(Array.isArray(parsed) ? parsed.map((error) => ({ ...error, path: `limits.${error.path}` })) : []),
      ...overrideErrors(definition, phase.overrides),
    ];
    return errors.map(({ path, message }) => ({ path: `${at}.${path}`, message }));
  });
}

/**
 * The terms at an instant; the instant at which a phase ends belongs to the next. A customer's own overrides belong under the phases:
 * apply them to the plan first. Null before the start.
 * @throws PerennialError `validation_failed` when the phases are not sound, `invalid_interval`, `invalid_time_zone`.
 */
export function termsInForce(plan: PlanDefinition, schedule: PhaseSchedule, at: Instant): TermsInForce | null {
  if (at < schedule.startAt) return null;
  const fields = phaseErrors(plan, schedule.phases);
  if (fields.length > 0) fail('validation_failed', {}, { fields });
  const ends = phaseEnds(schedule);
  const index = ends.findIndex((end) => end === null || at < end);
  const phase = schedule.phases[index];
  const from = (index < 0 ? ends.at(-1) : ends[index - 1]) ?? schedule.startAt;
  if (phase === undefined) return { phase: null, from, to: null, definition: plan, quantity: null, limits: null };
  const definition = applyOverrides(plan, phase.overrides);
  if (Array.isArray(definition)) return fail('internal');
  const { name, quantity, limits } = phase;
  return { phase: { index, name }, from, to: ends[index] ?? null, definition, quantity, limits };
}
