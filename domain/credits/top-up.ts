/**
 * Top-ups: how much a customer may put into a wallet, what it costs, and what comes free with it. The credits are granted when the payment
 * has succeeded, under keys of the top-up, so that a payment told twice grants once.
 */
import { type FieldError, type Refusal, refusal } from '../errors';
import { type Money, money, multiply, roundRatio } from '../money';
import { type Amounts, amountIn } from '../pricing/amounts';
import { factorOfPercent, isAbove, lesser, minus, plus, times } from '../pricing/exact';
import { amounts, count, decimal, nullable, objectOf, oneOf, parameters, where, withDefault } from '../pricing/fields';
import { type Instant, type Interval, periodBoundary } from '../time';
import { amountOf, type Denomination, isAmountOf, showAmount } from './denomination';
import { type Grant, grantOf, paidGrant, type Rollover, rolloverOf } from './grant';

/** Tops up by itself when the balance falls below the threshold: by a fixed amount, or up to a target. */
export interface AutomaticTopUp {
  readonly threshold: string;
  readonly amount: string | null;
  readonly target: string | null;
}

export interface TopUpRules {
  /** Least and most of one top-up. */
  readonly minimum: string | null;
  readonly maximum: string | null;
  /** Most that the wallet may hold after one. */
  readonly balance_maximum: string | null;
  /** "10" gives 10 % of what is paid for on top, as granted credits. */
  readonly bonus_percent: string;
  /** Price of one unit, by currency; null for a wallet of a currency, in which 1.00 costs 1.00. */
  readonly unit_prices: Amounts | null;
  /** How long the credits live; null: for ever. */
  readonly expires_after: Interval | null;
  /** For paid credits, when they expire. */
  readonly rollover: Rollover | null;
  readonly automatic: AutomaticTopUp | null;
}

/** Ten years of days. */
const intervalsMax = 3660;

const automaticOf = (denomination: Denomination) =>
  where(
    objectOf<AutomaticTopUp>({
      threshold: amountOf(denomination),
      amount: nullable(amountOf(denomination)),
      target: nullable(amountOf(denomination)),
    }),
    ({ threshold, amount, target }, path) => {
      if ((amount === null) === (target === null)) return [{ path, message: 'must have either amount or target' }];
      const isTooLow = target !== null && !isAbove(target, threshold);
      return isTooLow ? [{ path: `${path}.target`, message: `must be above the threshold, ${threshold}` }] : [];
    },
  );

function orderErrors(it: TopUpRules): FieldError[] {
  const pairs = [
    ['maximum', it.minimum, it.maximum],
    ['balance_maximum', it.minimum, it.balance_maximum],
    ['automatic.amount', it.minimum, it.automatic?.amount ?? null],
    ['maximum', it.automatic?.amount ?? null, it.maximum],
    ['balance_maximum', it.automatic?.target ?? null, it.balance_maximum],
  ] as const;
  return pairs.flatMap(([path, least, most]) =>
    least !== null && most !== null && isAbove(least, most) ? [{ path, message: `must not be below ${least}` }] : [],
  );
}

function ruleErrors(it: TopUpRules, { kind }: Denomination): FieldError[] {
  const errors = orderErrors(it);
  if ((kind === 'unit') !== (it.unit_prices !== null))
    errors.push({ path: 'unit_prices', message: 'must be given for a wallet of units, and for no other' });
  if (it.rollover !== null && it.expires_after === null)
    errors.push({ path: 'rollover', message: 'needs expires_after: what never expires never rolls over' });
  if (it.rollover !== null && isAbove(it.rollover.minimum, '0'))
    errors.push({ path: 'rollover.minimum', message: 'must be 0: paid credits are not filled up for nothing' });
  return errors;
}

/** Reads the rules of a wallet's top-ups from outside, or what is wrong by field. */
export function parseTopUpRules(denomination: Denomination, value: unknown): TopUpRules | FieldError[] {
  const limit = nullable(amountOf(denomination));
  const interval = objectOf<Interval>({ unit: oneOf('day', 'week', 'month', 'year'), count: count(intervalsMax) });
  const field = objectOf<TopUpRules>({
    minimum: limit,
    maximum: limit,
    balance_maximum: limit,
    bonus_percent: withDefault(decimal, '0'),
    unit_prices: nullable(amounts),
    expires_after: nullable(interval),
    rollover: nullable(rolloverOf(denomination)),
    automatic: nullable(automaticOf(denomination)),
  });
  return parameters<TopUpRules>(where(field, (it) => ruleErrors(it, denomination)))(value);
}

/** A top-up that the rules allow, to be paid. */
export interface TopUp {
  /** The business fact, unique in the wallet. */
  readonly key: string;
  readonly amount: string;
  /** Granted on top. */
  readonly bonus: string;
  readonly price: Money;
}

export interface TopUpRequest {
  readonly key: string;
  readonly amount: string;
  readonly rules: TopUpRules;
  readonly denomination: Denomination;
  /** What is paid with; of a wallet of a currency, that one. */
  readonly currency: string;
  /** What the wallet holds, paid and granted together. */
  readonly balance: string;
}

function obstacle({ amount, rules, denomination, balance }: TopUpRequest): string | null {
  const { minimum, maximum, balance_maximum } = rules;
  const show = (limit: string): string => showAmount(limit, denomination);
  if (minimum !== null && isAbove(minimum, amount)) return `it is below the minimum of ${show(minimum)}`;
  if (maximum !== null && isAbove(amount, maximum)) return `it is above the maximum of ${show(maximum)}`;
  if (balance_maximum === null || !isAbove(plus(balance, amount), balance_maximum)) return null;
  return `the wallet would hold more than ${show(balance_maximum)}`;
}

/** The price of an amount, rounded once. */
function priceOf({ amount, rules, denomination, currency }: TopUpRequest): Money {
  if (denomination.kind === 'currency') return money(amount, denomination.currency);
  return roundRatio(times(amount, amountIn(rules.unit_prices ?? {}, currency)), currency, '1', '1', 'half_up');
}

/** What comes free: of a currency in whole minor units, cut. */
function bonusOf({ amount, rules, denomination }: TopUpRequest): string {
  const factor = factorOfPercent(rules.bonus_percent);
  if (denomination.kind === 'unit') return times(amount, factor);
  return multiply(money(amount, denomination.currency), factor, 'down').amount;
}

/**
 * A top-up under the rules, or the refusal `top_up_refused` with its reason.
 * @throws PerennialError `currency_not_priced` when units have no price in the currency.
 */
export function topUp(request: TopUpRequest): TopUp | Refusal<'top_up_refused'> {
  const { key, amount, denomination, currency } = request;
  const isForeign = denomination.kind === 'currency' && denomination.currency !== currency;
  if (isForeign) return refusal('top_up_refused', { reason: `it must be paid in ${denomination.currency}` });
  if (!isAmountOf(denomination, amount) || !isAbove(amount, '0'))
    return refusal('top_up_refused', { reason: `${amount} is no amount of the wallet` });
  const reason = obstacle(request);
  if (reason !== null) return refusal('top_up_refused', { reason });
  return { key, amount, bonus: bonusOf(request), price: priceOf(request) };
}

/** The largest top-up that keeps the wallet within its bounds; "0" where there is no room. */
export function roomFor({ maximum, balance_maximum }: TopUpRules, balance: string): string | null {
  const room = balance_maximum === null ? null : minus(balance_maximum, lesser(balance, balance_maximum));
  if (maximum === null || room === null) return maximum ?? room;
  return lesser(maximum, room);
}

/**
 * What a paid top-up grants: the paid credits, and the free ones apart. Add them with `withGrants`.
 * @param now when the payment succeeded @throws PerennialError `invalid_time_zone`.
 */
export function grantsOfTopUp(paid: TopUp, rules: TopUpRules, now: Instant, timeZone: string): Grant[] {
  const { key, amount, bonus, price } = paid;
  const { expires_after, rollover } = rules;
  const expiresAt = expires_after === null ? null : periodBoundary(now, expires_after, 1, timeZone);
  const bought = paidGrant({ key: `${key}/paid`, amount, paid: price, expiresAt, rollover }, now);
  if (!isAbove(bonus, '0')) return [bought];
  const terms = { amount: bonus, priority: bought.priority, effective_at: null, expires_at: null, rollover: null };
  return [bought, { ...grantOf(`${key}/granted`, terms, now), expiresAt }];
}
