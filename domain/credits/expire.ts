/**
 * Expiry and rollover: what becomes of a grant when its time is over. Each is a fact of the instant of expiry, not of the run that finds it,
 * and a run that comes late finds all of them.
 */
import type { Money } from '../money';
import { greater, lesser, minus, plus } from '../pricing/exact';
import { type Instant, periodBoundary } from '../time';
import { type Grant, type GrantOrigin, leftOf, paidFor } from './grant';

export interface GrantExpiry {
  readonly key: string;
  readonly origin: GrantOrigin;
  /** The instant of expiry. */
  readonly at: Instant;
  /** Lost for good. */
  readonly expired: string;
  /** What was paid for what is lost, which is earned now (breakage); null for granted credits. */
  readonly paid: Money | null;
  /** Goes on in the grant `into`; "0" for a plain expiry. */
  readonly carried: string;
  /** Given on top, up to the minimum of the rollover. */
  readonly added: string;
  /** The grant that goes on; null when none does. */
  readonly into: string | null;
}

interface Ended {
  readonly grant: Grant;
  readonly fact: GrantExpiry;
  readonly next: Grant | null;
}

function isRolling({ rollover, rolled }: Grant): boolean {
  return rollover !== null && (rollover.times_max === null || (rolled?.times ?? 0) < rollover.times_max);
}

interface Split {
  readonly expired: string;
  readonly carried: string;
  readonly added: string;
}

/** max(minimum, min(left, maximum)) goes on; all of what is left is either lost or carried. */
function splitOf(grant: Grant): Split {
  const left = leftOf(grant);
  const { rollover } = grant;
  if (rollover === null || !isRolling(grant)) return { expired: left, carried: '0', added: '0' };
  const carried = rollover.maximum === null ? left : lesser(left, rollover.maximum);
  const next = greater(carried, grant.origin === 'granted' ? rollover.minimum : '0');
  return { expired: minus(left, carried), carried: plus(carried, '0'), added: minus(next, carried) };
}

/** The grant that goes on: the value of what was carried, until the next boundary counted from the first expiry. */
function nextGrant(grant: Grant, split: Split, at: Instant, timeZone: string): Grant | null {
  const amount = plus(split.carried, split.added);
  if (amount === '0' || grant.rollover === null) return null;
  const { times, anchor, key } = grant.rolled ?? { times: 0, anchor: at, key: grant.key };
  const spent = minus(grant.amount, split.carried);
  return {
    ...grant,
    key: `${key}/rollover/${times + 1}`,
    amount,
    used: '0',
    removed: '0',
    isEnded: false,
    paid: paidFor(grant, spent, grant.amount),
    effectiveAt: at,
    expiresAt: periodBoundary(anchor, grant.rollover.interval, times + 1, timeZone),
    rolled: { times: times + 1, anchor, key },
  };
}

function ended(grant: Grant, at: Instant, timeZone: string): Ended {
  const split = splitOf(grant);
  const next = nextGrant(grant, split, at, timeZone);
  const consumed = plus(grant.used, grant.removed);
  const paid = paidFor(grant, consumed, plus(consumed, split.expired));
  return {
    grant: { ...grant, removed: minus(grant.amount, grant.used), isEnded: true },
    fact: { key: grant.key, origin: grant.origin, at, paid, ...split, into: next?.key ?? null },
    next,
  };
}

export interface ExpiryRequest {
  readonly grants: readonly Grant[];
  readonly now: Instant;
  /** Whose calendar the intervals of rollovers follow. */
  readonly timeZone: string;
}

export interface Expiries {
  readonly grants: readonly Grant[];
  /** In order of time; a grant of which nothing is left and nothing goes on leaves none. */
  readonly facts: readonly GrantExpiry[];
}

/** One grant to the present: itself, and the grants that it rolled over into. */
function brought(first: Grant, { now, timeZone }: ExpiryRequest): Expiries {
  const grants: Grant[] = [];
  const facts: GrantExpiry[] = [];
  let grant: Grant | null = first;
  while (grant !== null && grant.expiresAt !== null && grant.expiresAt <= now && !isOver(grant)) {
    const { grant: over, fact, next }: Ended = ended(grant, grant.expiresAt, timeZone);
    grants.push(over);
    facts.push(fact);
    grant = next;
  }
  if (grant !== null) grants.push(grant);
  return { grants, facts };
}

/** Its end is recorded, or it has none to record: nothing is left, and no rollover would fill it up. */
function isOver(grant: Grant): boolean {
  return grant.isEnded || (leftOf(grant) === '0' && splitOf(grant).added === '0');
}

/**
 * All that expired by `now`. Running it again adds nothing: what has ended stays ended.
 * @throws PerennialError `invalid_time_zone`.
 */
export function expireGrants(request: ExpiryRequest): Expiries {
  const all = request.grants.map((grant) => brought(grant, request));
  return {
    grants: all.flatMap(({ grants }) => grants),
    facts: all.flatMap(({ facts }) => facts).sort((a, b) => a.at - b.at),
  };
}
