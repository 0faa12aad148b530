/**
 * Credit grants: what a wallet holds, each with its origin, priority and expiry. Paid and granted credits stand apart, because only the paid
 * ones are the customer's money. A grant is named by the business fact that it comes from, so the same fact never grants twice.
 */
import type { FieldError } from '../errors';
import { type Money, multiplyByRatio, subtract } from '../money';
import { isAbove, minus, plus, total } from '../pricing/exact';
import { count, instant, nullable, objectOf, oneOf, parameters, where, withDefault } from '../pricing/fields';
import { fromIso, type Instant, type Interval } from '../time';
import { amountOf, type Denomination } from './denomination';

/** `paid`: bought by the customer, and deferred income until used. `granted`: given by the tenant, and no money. */
export type GrantOrigin = 'paid' | 'granted';

/** What happens at its expiry with what is left, in place of losing it all. */
export interface Rollover {
  /** What there is at least afterwards: less is filled up. Only granted credits may have one above zero. */
  readonly minimum: string;
  /** What there is at most afterwards: the rest expires. Null: all of it rolls over. */
  readonly maximum: string | null;
  /** How long the rolled credits live, counted from the first expiry. */
  readonly interval: Interval;
  /** How often; null: again and again. */
  readonly times_max: number | null;
}

export interface Grant {
  /** Unique in its wallet: `top_up/…/paid`. */
  readonly key: string;
  readonly origin: GrantOrigin;
  readonly amount: string;
  /** Drawn so far. */
  readonly used: string;
  /** Expired or rolled over. */
  readonly removed: string;
  /** True once its expiry is recorded. */
  readonly isEnded: boolean;
  /** What the customer paid for the whole of it; null for granted credits. */
  readonly paid: Money | null;
  /** Lower is drawn first. */
  readonly priority: number;
  readonly grantedAt: Instant;
  /** It can be drawn from this instant on, and before its expiry. */
  readonly effectiveAt: Instant;
  readonly expiresAt: Instant | null;
  readonly rollover: Rollover | null;
  /** Where it rolled over from: how often, since which first expiry, and the key it had at first. */
  readonly rolled: { readonly times: number; readonly anchor: Instant; readonly key: string } | null;
}

/** The terms of a grant as they come from outside. */
export interface GrantTerms {
  readonly amount: string;
  readonly priority: number;
  /** ISO 8601; null: at once. */
  readonly effective_at: string | null;
  /** ISO 8601; null: never. */
  readonly expires_at: string | null;
  readonly rollover: Rollover | null;
}

/** As many steps as one byte has, and the middle of them. */
const priorityMax = 255;
const priorityDefault = 128;
/** Ten years of days. */
const intervalsMax = 3660;
const timesMax = 1200;

/** Days and longer: credits that live for seconds would make a late run walk millions of steps. */
const interval = objectOf<Interval>({ unit: oneOf('day', 'week', 'month', 'year'), count: count(intervalsMax) });

/** A field that holds a rollover of a wallet's credits. */
export const rolloverOf = (denomination: Denomination) =>
  where(
    objectOf<Rollover>({
      minimum: withDefault(amountOf(denomination, 'zero'), '0'),
      maximum: nullable(amountOf(denomination, 'zero')),
      interval,
      times_max: nullable(count(timesMax)),
    }),
    ({ minimum, maximum }, path) =>
      maximum !== null && isAbove(minimum, maximum)
        ? [{ path: `${path}.maximum`, message: `must not be below the minimum, ${minimum}` }]
        : [],
  );

function termErrors({ effective_at, expires_at, rollover }: GrantTerms): FieldError[] {
  if (rollover !== null && expires_at === null)
    return [{ path: 'rollover', message: 'needs expires_at: what never expires never rolls over' }];
  const from = effective_at === null ? null : fromIso(effective_at);
  return from !== null && expires_at !== null && fromIso(expires_at) <= from
    ? [{ path: 'expires_at', message: 'must be after effective_at' }]
    : [];
}

/** Reads the terms of a granted (not paid) credit from outside, or what is wrong by field. */
export function parseGrant(denomination: Denomination, value: unknown): GrantTerms | FieldError[] {
  const read = parameters<GrantTerms>(
    where(
      objectOf<GrantTerms>({
        amount: amountOf(denomination),
        priority: withDefault(count(priorityMax), priorityDefault),
        effective_at: nullable(instant),
        expires_at: nullable(instant),
        rollover: nullable(rolloverOf(denomination)),
      }),
      termErrors,
    ),
  );
  return read(value);
}

/** A grant of sound terms. @param key the business fact, unique in the wallet; @param now when it is granted */
export function grantOf(key: string, terms: GrantTerms, now: Instant): Grant {
  return {
    key,
    origin: 'granted',
    amount: terms.amount,
    used: '0',
    removed: '0',
    isEnded: false,
    paid: null,
    priority: terms.priority,
    grantedAt: now,
    effectiveAt: terms.effective_at === null ? now : fromIso(terms.effective_at),
    expiresAt: terms.expires_at === null ? null : fromIso(terms.expires_at),
    rollover: terms.rollover,
    rolled: null,
  };
}

/** Credits that the customer bought. */
export interface Purchase {
  /** The business fact, unique in the wallet. */
  readonly key: string;
  readonly amount: string;
  /** The price of all of them. */
  readonly paid: Money;
  readonly expiresAt: Instant | null;
  readonly rollover: Rollover | null;
}

/** A grant of bought credits. @param now when the payment succeeded */
export function paidGrant({ key, amount, ...rest }: Purchase, now: Instant): Grant {
  const terms = { amount, priority: priorityDefault, effective_at: null, expires_at: null, rollover: null };
  return { ...grantOf(key, terms, now), ...rest, origin: 'paid' };
}

/** What can still be drawn of it, its time aside. */
export function leftOf({ amount, used, removed }: Grant): string {
  return minus(minus(amount, used), removed);
}

/** True while it can be drawn, half-open. */
export function isUsable({ effectiveAt, expiresAt }: Grant, now: Instant): boolean {
  return effectiveAt <= now && (expiresAt === null || now < expiresAt);
}

/**
 * What was paid for the stretch of a grant between two amounts of it. Counted from its start, so that the stretches add up to all that was
 * paid. Null for granted credits.
 */
export function paidFor({ paid, amount }: Grant, from: string, to: string): Money | null {
  if (paid === null) return null;
  const upTo = (point: string): Money => multiplyByRatio(paid, point, amount, 'half_up');
  return subtract(upTo(to), upTo(from));
}

export interface Balance {
  readonly paid: string;
  readonly granted: string;
  readonly total: string;
}

/** What a wallet holds at an instant, paid and granted apart. */
export function balanceOf(grants: readonly Grant[], now: Instant): Balance {
  const held = (origin: GrantOrigin): string =>
    total(grants.filter((grant) => grant.origin === origin && isUsable(grant, now)).map(leftOf));
  const paid = held('paid');
  const granted = held('granted');
  return { paid, granted, total: plus(paid, granted) };
}

/** The grants with those of `more` that are new by their key: told twice, a top-up grants once. */
export function withGrants(grants: readonly Grant[], more: readonly Grant[]): Grant[] {
  return more.reduce(
    (known, grant) => (known.some(({ key }) => key === grant.key) ? known : [...known, grant]),
    [...grants],
  );
}
