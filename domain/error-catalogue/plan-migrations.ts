/** Moving many subscriptions to another version or plan. */
import type { ErrorDefinition } from './definition';

export const planMigrationsErrors = {
  subscription_not_chosen: {
    kind: 'refused',
    retryable: false,
    message: 'The subscription {subscriptionId} is not on the plan and versions that were chosen any more.',
  },
  change_planned: {
    kind: 'refused',
    retryable: false,
    message: 'The subscription {subscriptionId} has another change planned for the end of its period, which stays.',
  },
  subscription_unanswered: {
    kind: 'unavailable',
    retryable: true,
    message: 'The subscription {subscriptionId} did not answer; what it was asked for may still be carried out.',
  },
  plan_migration_over: {
    kind: 'refused',
    retryable: false,
    message: 'The plan migration {migrationId} is {status}.',
  },
} as const satisfies Record<string, ErrorDefinition>;
