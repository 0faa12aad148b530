/** Wallets, top-ups and credit notes. */
import type { ErrorDefinition } from './definition';

export const creditsErrors = {
  // Wallets and credit notes.
  invoice_of_top_up: {
    kind: 'refused',
    retryable: false,
    message: 'The invoice {invoiceId} bills a top-up of a wallet: what becomes of it follows from the top-up.',
  },
  wallet_too_low: {
    kind: 'refused',
    retryable: false,
    message: 'The wallet holds {held}, which is less than {requested}.',
  },
  wallet_of_currency: {
    kind: 'refused',
    retryable: false,
    message: 'The wallet {walletId} holds money: it pays invoices, and is not used in units.',
  },
  invoice_not_reissuable: {
    kind: 'refused',
    retryable: false,
    message: 'The invoice {invoiceId} cannot be issued anew: {reason}.',
  },
  invoice_not_creditable: {
    kind: 'refused',
    retryable: false,
    message: 'The invoice {invoiceId} cannot be credited: {reason}.',
  },
} as const satisfies Record<string, ErrorDefinition>;
