/** Money, prices and usage. */
import type { ErrorDefinition } from './definition';

export const moneyErrors = {
  // Money and prices.
  invalid_amount: { kind: 'validation', retryable: false, message: '{amount} is not a plain decimal amount.' },
  inexact_amount: {
    kind: 'validation',
    retryable: false,
    message: '{amount} {currency} has more than {exponent} decimal places.',
  },
  invalid_currency: { kind: 'validation', retryable: false, message: '{currency} is not a known currency.' },
  currency_mismatch: {
    kind: 'validation',
    retryable: false,
    message: 'The currencies {left} and {right} cannot be mixed.',
  },
  invalid_weights: {
    kind: 'validation',
    retryable: false,
    message: 'The weights of a split must not be negative, and one must be above zero.',
  },
  invalid_ratio: { kind: 'validation', retryable: false, message: 'The ratio {numerator}/{denominator} is not valid.' },
  currency_not_priced: { kind: 'refused', retryable: false, message: 'There is no price in {currency}.' },
  quantity_invalid: { kind: 'validation', retryable: false, message: 'The quantity {quantity} is not valid.' },
  usage_invalid: { kind: 'validation', retryable: false, message: 'The usage cannot be priced: {reason}.' },
  usage_not_priced: { kind: 'refused', retryable: false, message: 'There is no price for {what}.' },
  coupon_not_redeemable: {
    kind: 'refused',
    retryable: false,
    message: 'The coupon {coupon} cannot be redeemed: {reason}.',
  },
  coupon_not_found: { kind: 'not_found', retryable: false, message: 'There is no coupon {coupon}.' },
  coupon_not_attached: {
    kind: 'not_found',
    retryable: false,
    message: 'The coupon {attachmentId} is not attached here.',
  },
  tax_rate_not_found: {
    kind: 'refused',
    retryable: false,
    message: 'There is no tax rate for {category} in {place} on {date}.',
  },
  sales_tax_unavailable: {
    kind: 'unavailable',
    retryable: true,
    message: 'The sales tax is not known: {provider} does not answer ({reason}).',
  },
  top_up_refused: { kind: 'refused', retryable: false, message: 'The wallet cannot be topped up: {reason}.' },
  credit_exceeds_remaining: {
    kind: 'refused',
    retryable: false,
    message: 'The credit of {requested} is above the {remaining} that remain of {what}.',
  },
  revenue_month_refused: {
    kind: 'refused',
    retryable: false,
    message: 'The revenue of {month} cannot be closed: {reason}.',
  },
  ledger_unbalanced: {
    kind: 'internal',
    retryable: false,
    message: 'The postings in {currency} add up to {sum} instead of zero.',
  },
} as const satisfies Record<string, ErrorDefinition>;
