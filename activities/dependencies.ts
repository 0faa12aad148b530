/**
 * What activities are given. `createActivities` (activities/index.ts) is the only place where it is handed in.
 */
import type { BaseUnits, Chain } from '../adapters/chains/port';
import type { Rail } from '../adapters/rails/port';
import type { Signer } from '../adapters/signers/port';
import type { Database } from '../db/pool';
import type { Refusal } from '../domain/errors';
import type { ChangePlan } from '../domain/subscription/commands';
import type { AskSalesTax } from '../domain/tax/sales-tax';
import type { Instant } from '../domain/time';
import type { MessageMeta } from '../workflows/contract';

/** A chain as it is configured: how it is reached, and with which key. */
export interface ChainSetting {
  readonly chain: Chain;
  readonly signer: Signer;
  /** What one transaction may cost at most, base units of the chain's coin. */
  readonly feeMax: BaseUnits;
  /** A transaction that waits so long is got out of the way, in milliseconds. */
  readonly stuckAfterMs: number;
  /** The chain is looked at so often while somebody waits for something on it, in milliseconds. */
  readonly scanEveryMs: number;
}

export interface ActivityDependencies {
  readonly database: Database;
  /** The setting of a chain by its CAIP-2 id; throws `chain_not_configured`. Its SDK loads at the first call. */
  readonly chainNamed: (id: string) => Promise<ChainSetting>;
  /** The rail of a name; throws for a rail that is not configured. */
  readonly railNamed: (name: string) => Rail;
  /** A signed, expiring link on which a customer pays or confirms an open invoice. */
  readonly paymentLink: (facts: {
    tenantId: string;
    subscriptionId: string;
    invoiceId: string;
    expiresAt: Instant;
  }) => string;
  /** Asks a provider of sales tax; only for tenants that name one. */
  readonly askSalesTax: AskSalesTax;
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
  /** Sends messages to workflows: only the test clock's activity uses it. */
  readonly advanceSubscription: (facts: { tenantId: string; subscriptionId: string; to: Instant }) => Promise<void>;
  /**
   * Asks a subscription to change its plan: only a plan migration uses it. `unanswered`: nobody knows yet whether it is carried out, and the
   * same command may be asked for again. Throws when Temporal is down.
   */
  readonly changePlan: (facts: {
    tenantId: string;
    subscriptionId: string;
    payload: ChangePlan;
    meta: MessageMeta & { commandId: string };
  }) => Promise<
    { kind: 'applied' } | { kind: 'unanswered' } | { kind: 'refused'; code: Refusal['code']; message: string }
  >;
}
