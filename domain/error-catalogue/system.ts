/** Webhooks in, outages and faults. */
import type { ErrorDefinition } from './definition';

export const systemErrors = {
  // Webhooks in.
  webhook_signature_invalid: {
    kind: 'validation',
    status: 400,
    retryable: false,
    message: 'The signature of the webhook is not valid.',
  },
  webhook_too_old: {
    kind: 'validation',
    status: 400,
    retryable: false,
    message: 'The timestamp of the webhook is more than {toleranceSeconds} s away from now.',
  },

  // Outages and faults.
  temporal_unavailable: { kind: 'unavailable', retryable: true, message: 'The workflow engine cannot be reached.' },
  database_unavailable: { kind: 'unavailable', retryable: true, message: 'The database cannot be reached.' },
  provider_unavailable: { kind: 'unavailable', retryable: true, message: 'The provider {provider} cannot be reached.' },
  internal: { kind: 'internal', retryable: false, message: 'Something went wrong on our side; it has been recorded.' },
} as const satisfies Record<string, ErrorDefinition>;
