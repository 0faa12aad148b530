/**
 * The one place that writes the configuration of the parts which the stack starts.
 */
import { configurationKeys } from '../../config';
import type { StackSecrets } from './secrets';

/** The key that the Stripe sandbox is spoken to with; it takes any of this shape. */
export const sandboxStripeKey = 'sk_test_perennial_sandbox';

export interface Addresses {
  readonly databaseUrl: string;
  readonly databaseAdminUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly apiPort: number;
  readonly apiUrl: string;
  /** `null` when the parts speak to Stripe itself. */
  readonly stripeUrl: string | null;
  readonly webhookSecret: string;
}

/** Configuration keys that the person who starts the stack has set: they win, so that a part can be pointed at a real service. */
export function chosenVariables(variables: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const names = Object.keys(configurationKeys).filter((name) => variables[name]);
  return Object.fromEntries(names.map((name) => [name, variables[name] ?? '']));
}

/** What the api and the worker get. */
export function partVariables(
  addresses: Addresses,
  secrets: StackSecrets,
  chosen: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    PERENNIAL_ENV: 'development',
    LOG_LEVEL: 'info',
    STRIPE_SECRET_KEY: sandboxStripeKey,
    // The sandbox takes what a test account of Stripe would refuse; bursts of a demo need not wait.
    STRIPE_REQUESTS_PER_SECOND_MAX: '500',
    API_REQUESTS_PER_SECOND_MAX: '0',
    BUILD_ID: 'development',
    ...chosen,
    DATABASE_URL: addresses.databaseUrl,
    DATABASE_ADMIN_URL: addresses.databaseAdminUrl,
    TEMPORAL_ADDRESS: addresses.temporalAddress,
    TEMPORAL_NAMESPACE: addresses.temporalNamespace,
    API_HOST: '127.0.0.1',
    API_PORT: String(addresses.apiPort),
    API_PUBLIC_URL: chosen['API_PUBLIC_URL'] ?? addresses.apiUrl,
    API_ADMIN_KEY: chosen['API_ADMIN_KEY'] ?? secrets.adminKey,
    LINK_SECRET: chosen['LINK_SECRET'] ?? secrets.linkSecret,
    STRIPE_WEBHOOK_SECRET: addresses.webhookSecret,
    ...(addresses.stripeUrl === null ? {} : { STRIPE_API_URL: addresses.stripeUrl }),
  };
}
