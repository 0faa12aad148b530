/**
 * When a declined invoice is tried again, as data: steps counted from the first failure, and caps per card over all invoices.
 *
 * Sources: Stripe recommends at most 8 tries in two weeks; Visa allows 15 to 20 retries in 30 days, Mastercard charges for 10 in a day and
 * 35 in 30 days: 15 in 30 days and one a day fits both.
 */
import type { FieldError } from './errors';
import { type Instant, addDays, addHours } from './time';

export interface DunningPolicy {
  /** Days of 24 hours after the first failure, ascending. */
  readonly stepsDays: readonly number[];
  /** What happens to the subscription when the last step failed. */
  readonly end: 'cancel' | 'pause' | 'leave_unpaid';
  /** The most tries of one card over all invoices in any window of that length. */
  readonly capPerCard: { readonly attempts: number; readonly windowDays: number };
  /** Least time between two tries of one card, unless the customer acted in between. */
  readonly minHoursBetweenAttempts: number;
  /** So many invoices may be open before billing stops to add more. */
  readonly openInvoicesMax: number;
}

export const defaultDunningPolicy: DunningPolicy = {
  stepsDays: [1, 3, 5, 7],
  end: 'cancel',
  capPerCard: { attempts: 15, windowDays: 30 },
  minHoursBetweenAttempts: 24,
  openInvoicesMax: 12,
};

const dunningEnds: readonly unknown[] = ['cancel', 'pause', 'leave_unpaid'] satisfies DunningPolicy['end'][];

/** Stripe's own recommendation is 8 tries in all: the first and 7 more. */
const stepsMax = 7;
/** Twice the longest window that any peer offers (2 months). */
const stepDayMax = 120;

type Rule = (value: unknown) => string | null;

const wholeBetween =
  (least: number, most: number): Rule =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? null
      : `must be a whole number from ${least} to ${most}`;

const ascendingDays: Rule = (value) => {
  const isDay = wholeBetween(1, stepDayMax);
  const sound =
    Array.isArray(value) &&
    value.length <= stepsMax &&
    value.every((day, index) => isDay(day) === null && (index === 0 || day > value[index - 1]));
  return sound ? null : `must be at most ${stepsMax} ascending whole numbers from 1 to ${stepDayMax}`;
};

/** The caps may be tightened by a tenant, never widened beyond what the networks allow. */
const rules: ReadonlyArray<readonly [path: string, rule: Rule]> = [
  ['stepsDays', ascendingDays],
  ['end', (value) => (dunningEnds.includes(value) ? null : 'must be cancel, pause or leave_unpaid')],
  ['capPerCard.attempts', wholeBetween(1, 15)],
  ['capPerCard.windowDays', wholeBetween(30, 365)],
  ['minHoursBetweenAttempts', wholeBetween(24, 720)],
  ['openInvoicesMax', wholeBetween(1, 100)],
];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);

/** Reads a policy from outside; what is left out takes the default. The answer is the policy or what is wrong, by field. */
export function parseDunningPolicy(input: unknown): DunningPolicy | FieldError[] {
  if (!isRecord(input)) return [{ path: '', message: 'must be an object' }];
  const cap = input['capPerCard'] ?? {};
  const merged = {
    ...defaultDunningPolicy,
    ...input,
    capPerCard: isRecord(cap) ? { ...defaultDunningPolicy.capPerCard, ...cap } : cap,
  };
  const unknownNames = Object.keys(input).filter((name) => !Object.hasOwn(defaultDunningPolicy, name));
  const errors = [
    ...unknownNames.map((path) => ({ path, message: 'is not a field of a dunning policy' })),
    ...rules.flatMap(([path, rule]) => {
      const message = rule(at(merged, path));
      return message === null ? [] : [{ path, message }];
    }),
  ];
  return errors.length > 0 ? errors : (merged as DunningPolicy);
}

/** The instant of a dunning step (from 0), or null when the policy has no such step: dunning ends then. */
export function nextDunningInstant(policy: DunningPolicy, firstFailureAt: Instant, stepIndex: number): Instant | null {
  const days = policy.stepsDays[stepIndex];
  return days === undefined ? null : addDays(firstFailureAt, days);
}

/** Failed tries of one card fingerprint over all invoices of the tenant, in any order. */
export interface AttemptHistory {
  readonly failedAt: readonly Instant[];
}

export type AttemptPermission =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly until: Instant; readonly reason: 'attempt_cap_reached' | 'too_soon' };

/** The first instant at which the cap has room: when the oldest of the newest `attempts` failures leaves the window. */
function capOpensAt(policy: DunningPolicy, newestFirst: readonly Instant[]): Instant {
  const { attempts, windowDays } = policy.capPerCard;
  const blocking = newestFirst[attempts - 1];
  return blocking === undefined ? -Infinity : addDays(blocking, windowDays);
}

/**
 * May the card be tried now? When not, `until` is the first instant at which it may, if nothing else happens. The cap holds whoever asks;
 * the one-a-day rule steps aside when the customer acted.
 */
export function attemptAllowed(
  policy: DunningPolicy,
  history: AttemptHistory,
  now: Instant,
  customerActed: boolean,
): AttemptPermission {
  const newestFirst = [...history.failedAt].sort((left, right) => right - left);
  const capUntil = capOpensAt(policy, newestFirst);
  const newest = newestFirst[0];
  const spacingUntil =
    newest === undefined || customerActed ? -Infinity : addHours(newest, policy.minHoursBetweenAttempts);
  const until = Math.max(capUntil, spacingUntil);
  if (now >= until) return { allowed: true };
  return { allowed: false, until, reason: capUntil >= spacingUntil ? 'attempt_cap_reached' : 'too_soon' };
}
