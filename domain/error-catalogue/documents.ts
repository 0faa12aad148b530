/** Documents and who issues them. */
import type { ErrorDefinition } from './definition';

export const documentsErrors = {
  e_invoice_incomplete: {
    kind: 'refused',
    retryable: false,
    message: 'The e-invoice cannot be written: something that it must hold is not known.',
  },
} as const satisfies Record<string, ErrorDefinition>;
