/** What the API needs from outside. The composition root (server.ts) and the tests hand it in; nothing here reads a configuration. */
import type { DocumentRenderers } from '../adapters/documents/port';
import type { Rail } from '../adapters/rails/port';
import type { Database } from '../db/pool';
import type { AskSalesTax } from '../domain/tax/sales-tax';
import type { CheckDigits } from '../domain/tax/tax-number';
import type { WorkflowPort } from './temporal';

/** The part of a structured logger that the API uses. */
export interface RequestLogger {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
}

export interface ApiSettings {
  /** Where the world reaches this API, without a slash at the end. */
  readonly publicUrl: string;
  readonly adminKey: string;
  readonly linkSecret: string;
  /** Requests per second and key; 0 switches the limit off. */
  readonly requestsPerSecondMax: number;
  readonly bodyBytesMax: number;
  /** Renewals are spread over so many seconds after the boundary. */
  readonly dueJitterSeconds: number;
}

export interface ApiDependencies {
  readonly database: Database;
  readonly workflows: WorkflowPort;
  readonly rails: Readonly<Record<string, Rail>>;
  readonly documents: DocumentRenderers;
  /** CAIP-2 ids of the chains that are configured. */
  readonly chainIds: readonly string[];
  /** What the check digits of a tax number say. */
  readonly checkDigits: CheckDigits;
  /** Asks a provider of sales tax for a preview; only for tenants that name one. */
  readonly askSalesTax: AskSalesTax;
  readonly settings: ApiSettings;
  readonly logger: RequestLogger;
  /** Epoch milliseconds of the wall clock. */
  readonly wallClock: () => number;
}
