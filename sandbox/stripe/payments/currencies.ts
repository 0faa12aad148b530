/**
 * How Stripe counts money, in its own wire units. Source: Stripe, "Supported currencies" and "Minimum and maximum charge amounts". The table is the
 * provider's and is written here anew on purpose: the engine's own table must be able to disagree with it in a test.
 */
import { invalidParameter } from '../http/failure';

const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
/** Sent with two decimals that must be 00. */
const WHOLE_TIMES_HUNDRED = new Set(['isk', 'ugx']);
/** Sent with three decimals, of which the last must be 0. */
const THREE_DECIMAL = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** Stripe takes at most eight digits. */
const AMOUNT_MAX = 99_999_999;

/** In wire units. A currency without a minimum of its own takes any positive amount here. */
const minimumAmounts: Readonly<Record<string, number>> = {
  aed: 200,
  aud: 50,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
};

/** Wire units in one unit of the currency. */
export function unitsPerWhole(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 1;
  return THREE_DECIMAL.has(currency) ? 1_000 : 100;
}

/** The three-letter code in lower case. Throws a `Failure` for anything else. */
export function checkedCurrency(given: string): string {
  const currency = given.toLowerCase();
  if (/^[a-z]{3}$/.test(currency)) return currency;
  throw invalidParameter(null, 'currency', `Invalid currency: ${given}.`);
}

/** Checks that an amount can be charged. Throws a `Failure`. */
export function checkChargeAmount(amount: number, currency: string): void {
  if (amount < 0) {
    throw invalidParameter('parameter_invalid_integer', 'amount', 'This value must be greater than or equal to 1.');
  }
  if (amount > AMOUNT_MAX) {
    throw invalidParameter(
      'amount_too_large',
      'amount',
      `Amount must be no more than ${display(AMOUNT_MAX, currency)}`,
    );
  }
  const least = minimumAmounts[currency] ?? 1;
  if (amount < least) {
    throw invalidParameter('amount_too_small', 'amount', `Amount must be at least ${display(least, currency)}`);
  }
  checkStep(amount, currency);
}

function checkStep(amount: number, currency: string): void {
  const step = WHOLE_TIMES_HUNDRED.has(currency) ? 100 : THREE_DECIMAL.has(currency) ? 10 : 1;
  if (amount % step === 0) return;
  throw invalidParameter(
    'parameter_invalid_integer',
    'amount',
    `Invalid ${currency} amount: ${amount}. It must be a multiple of ${step}.`,
  );
}

/** As Stripe writes amounts in its messages: `$0.50 usd`. */
function display(amount: number, currency: string): string {
  const units = unitsPerWhole(currency);
  const digits = String(units).length - 1;
  const whole = Math.trunc(amount / units);
  const fraction = String(amount % units).padStart(digits, '0');
  const sign = currency === 'usd' ? '$' : '';
  return digits === 0 ? `${sign}${whole} ${currency}` : `${sign}${whole}.${fraction} ${currency}`;
}

/** Stripe's standard price, 2.9 % + 0.30, rounded half up to a wire unit. */
export function processingFee(amount: number, currency: string): number {
  return Math.floor((amount * 29 + 300 * unitsPerWhole(currency) + 500) / 1_000);
}

/** What a chargeback costs, 15.00, whether it is won or lost. */
export const disputeFee = (currency: string): number => 15 * unitsPerWhole(currency);
