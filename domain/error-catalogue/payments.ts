/** Invoices, payments and test clocks. */
import type { ErrorDefinition } from './definition';

export const paymentsErrors = {
  // Invoices and payments.
  payment_method_required: {
    kind: 'refused',
    retryable: false,
    message: 'The customer {customerId} has no payment method.',
  },
  payment_method_declined: {
    kind: 'refused',
    status: 402,
    retryable: false,
    message: 'The payment method was declined: {reason}.',
  },
  // 402 Payment Required, as every payment API answers a declined card.
  payment_declined: { kind: 'refused', status: 402, retryable: false, message: 'The payment was declined: {reason}.' },
  payment_in_progress: {
    kind: 'conflict',
    retryable: true,
    message: 'A payment of the invoice {invoiceId} is in progress.',
  },
  invoice_not_open: { kind: 'refused', retryable: false, message: 'The invoice {invoiceId} is {status}, not open.' },
  invoice_credited: {
    kind: 'refused',
    retryable: false,
    message: 'The invoice {invoiceId} cannot be voided: what it charges was credited on the invoice {creditedBy}.',
  },
  invoice_already_paid: { kind: 'refused', retryable: false, message: 'The invoice {invoiceId} is paid already.' },
  refund_exceeds_payment: {
    kind: 'refused',
    retryable: false,
    message: 'The refund of {requested} is above the {refundable} that can be refunded.',
  },
  payment_not_refundable: {
    kind: 'refused',
    retryable: false,
    message: 'The payment {paymentId} cannot be refunded: {reason}.',
  },
  attempt_cap_reached: { kind: 'refused', retryable: true, message: 'The card may not be tried before {until}.' },

  // Test clocks.
  test_clock_advancing: { kind: 'conflict', retryable: true, message: 'The test clock {clockId} is advancing.' },
  test_clock_backwards: {
    kind: 'refused',
    retryable: false,
    message: 'The test clock stands at {now} and cannot go back to {to}.',
  },
  test_clock_too_far: {
    kind: 'refused',
    retryable: false,
    message: 'The test clock cannot advance beyond {latest} in one step.',
  },
} as const satisfies Record<string, ErrorDefinition>;
