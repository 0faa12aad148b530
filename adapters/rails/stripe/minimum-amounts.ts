/**
 * The least amount that Stripe charges, in major units. Source: Stripe, "Minimum and maximum charge amounts". The minimum holds in the
 * currency of the settlement: an account that settles in another currency may meet a higher one, which Stripe then refuses as `amount_too_small`.
 */
export const minimumAmounts: Readonly<Record<string, string>> = {
  AED: '2.00',
  AUD: '0.50',
  BRL: '0.50',
  CAD: '0.50',
  CHF: '0.50',
  CZK: '15.00',
  DKK: '2.50',
  EUR: '0.50',
  GBP: '0.30',
  HKD: '4.00',
  HUF: '175.00',
  INR: '0.50',
  JPY: '50',
  MXN: '10.00',
  MYR: '2.00',
  NOK: '3.00',
  NZD: '0.50',
  PLN: '2.00',
  RON: '2.00',
  SEK: '3.00',
  SGD: '0.50',
  THB: '10.00',
  USD: '0.50',
};
