/** What a rail can charge of an amount: not too little, and only in steps. The rest is carried over. */
import { compare, fromMinorUnits, isZero, money, subtract, toMinorUnits, zero, type Money } from '../money';

/** What a rail declares for one currency, in major units. */
export interface ChargeLimits {
  /** The least amount; null: any. */
  readonly minimum: string | null;
  /** Amounts must be a multiple of it; null: any amount of the currency, to its smallest unit. */
  readonly step: string | null;
}

/** The limits of a currency from what a rail declares per currency; one that it does not name has none. */
export function limitsOf(
  rail: {
    readonly minimumAmounts: Readonly<Record<string, string>>;
    readonly amountSteps: Readonly<Record<string, string>>;
  },
  currency: string,
): ChargeLimits {
  return { minimum: rail.minimumAmounts[currency] ?? null, step: rail.amountSteps[currency] ?? null };
}

function inSteps(asked: Money, step: string): Money {
  const units = toMinorUnits(asked);
  return fromMinorUnits(units - (units % toMinorUnits(money(step, asked.currency))), asked.currency);
}

/**
 * Splits what is asked for (not below zero) into what the rail can charge, rounded down to its step, and what is carried over. Too little
 * to charge is carried over whole.
 */
export function chargeable(
  asked: Money,
  { minimum, step }: ChargeLimits,
): { readonly amountDue: Money; readonly carriedOver: Money } {
  const none = zero(asked.currency);
  const due = step === null ? asked : inSteps(asked, step);
  const isSmall = minimum !== null && !isZero(asked) && compare(due, money(minimum, asked.currency)) < 0;
  const amountDue = isSmall ? none : due;
  return { amountDue, carriedOver: subtract(asked, amountDue) };
}
