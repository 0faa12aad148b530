/**
 * Amounts on Stripe's wire. The books count by ISO 4217; Stripe counts by its own table, which differs for some currencies, so there are two
 * tables and nothing is taken from one for the other. Source: Stripe, "Supported currencies", zero-decimal and three-decimal currencies and
 * special cases.
 */
import { exponentOf, roundRatio, toMinorUnits, type Money, type Rounding } from '../../../domain/money';
import { RailRefusedRequest } from '../port';

/** How a currency is counted on the wire: digits after the point, and the step that an amount must be a multiple of, in wire units. */
interface WireFormat {
  readonly exponent: number;
  readonly step: bigint;
}

const twoDecimals: WireFormat = { exponent: 2, step: 1n };
const zeroDecimals: WireFormat = { exponent: 0, step: 1n };
/** Sent with two decimals that must be 00. */
const wholeUnitsTimesHundred: WireFormat = { exponent: 2, step: 100n };
/** Card networks settle these to two decimals, so the third must be 0. */
const threeDecimalsLastZero: WireFormat = { exponent: 3, step: 10n };

const wireFormats: Readonly<Record<string, WireFormat>> = {
  ...sameFormat(
    ['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'],
    zeroDecimals,
  ),
  ...sameFormat(['ISK', 'UGX'], wholeUnitsTimesHundred),
  ...sameFormat(['BHD', 'JOD', 'KWD', 'OMR', 'TND'], threeDecimalsLastZero),
};

function sameFormat(currencies: readonly string[], format: WireFormat): Record<string, WireFormat> {
  return Object.fromEntries(currencies.map((currency) => [currency, format]));
}

const formatOf = (currency: string): WireFormat => wireFormats[currency] ?? twoDecimals;

/**
 * An amount as Stripe wants it: an integer of wire units and a lower-case currency.
 * Throws `RailRefusedRequest('amount_not_representable')` for an amount that Stripe cannot charge, such as 1.505 KWD: it is never rounded here.
 */
export function toWireAmount(money: Money): { amount: number; currency: string } {
  const format = formatOf(money.currency);
  const units = wireUnits(money, format.exponent);
  if (units === null || units % format.step !== 0n || units > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new RailRefusedRequest(
      'stripe',
      'amount_not_representable',
      `Stripe cannot charge ${money.amount} ${money.currency}.`,
    );
  }
  return { amount: Number(units), currency: money.currency.toLowerCase() };
}

/** The exact number of wire units, or null when there is a remainder. */
function wireUnits(money: Money, exponent: number): bigint | null {
  try {
    return toMinorUnits(money, exponent);
  } catch {
    return null;
  }
}

/**
 * Wire units as Stripe answers them, in major units of the books. A fee in a currency with hundredths on the wire and none in the books
 * (ISK, UGX) needs a rounding; an amount that we sent ourselves never does.
 */
export function fromWireAmount(units: number, currency: string, rounding: Rounding = 'exact'): Money {
  const code = currency.toUpperCase();
  return roundRatio(units.toString(), code, 1n, 10n ** BigInt(formatOf(code).exponent), rounding);
}

/** The step of an amount in the books, where it is more than the currency's smallest unit there; null where the wire carries every amount. */
function stepOf(currency: string): string | null {
  const { exponent, step } = formatOf(currency);
  const own = exponentOf(currency);
  const isFiner = 10n ** BigInt(own) * step > 10n ** BigInt(exponent);
  return isFiner ? fromWireAmount(Number(step), currency).amount : null;
}

/** What amounts must be a multiple of, per currency in which the books count finer than Stripe: `{ KWD: '0.010', … }`. */
export const amountSteps: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(wireFormats).flatMap((currency) => {
    const step = stepOf(currency);
    return step === null ? [] : [[currency, step]];
  }),
);
