/** Settlements, chains and signers. */
import type { ErrorDefinition } from './definition';

export const settlementsErrors = {
  settlement_over: {
    kind: 'refused',
    retryable: false,
    message: 'The settlement {settlementId} is {status}.',
  },
  settlement_command_refused: {
    kind: 'refused',
    retryable: false,
    message: 'The settlement is {status} and cannot take the command {command}: {reason}.',
  },
  chain_not_configured: {
    kind: 'validation',
    retryable: false,
    message: 'The chain {chain} is not configured.',
  },
  chain_unavailable: {
    kind: 'unavailable',
    retryable: true,
    message: 'The chain {chain} does not answer.',
  },
  transfer_conflict: {
    kind: 'conflict',
    retryable: false,
    message: 'The transfer {reference} was taken in before with other facts.',
  },
} as const satisfies Record<string, ErrorDefinition>;
