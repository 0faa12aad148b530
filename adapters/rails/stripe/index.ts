/** Stripe as a rail: cards and bank debits, pulled from a stored payment method. */
import type { Rail, RailCapabilities } from '../port';
import type { LeaseTokens } from '../leased-tokens';
import { createThrottle } from '../throttle';
import { createStripeClient } from './client';
import type { StripeContext } from './context';
import { attachPaymentMethod, createCustomer, detachPaymentMethod } from './customers';
import { readDispute } from './disputes';
import { minimumAmounts } from './minimum-amounts';
import { cancelPayment, confirmPayment, createPayment, readPayment } from './payments';
import { RAIL_NAME } from './rail-name';
import { readRefund, refundPayment } from './refunds';
import { verifyWebhook } from './verify-webhook';
import { amountSteps } from './wire-amount';

export interface StripeRailOptions {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Where to send the requests instead of Stripe; null for Stripe itself. */
  readonly apiUrl: string | null;
  /** Requests per second over all endpoints, a quarter of it per endpoint; 0 means no limit. Stripe's own limit is 100. */
  readonly requestsPerSecondMax: number;
  /** How the processes share that limit; left out, this process has it for itself. */
  readonly lease?: LeaseTokens;
  /** How long one request may be silent, in milliseconds. */
  readonly timeoutMs?: number;
  /** Also offer the bank debits of the currency (USD: ACH, EUR: SEPA); the account must have them switched on. Default true. */
  readonly bankDebits?: boolean;
  /** How long a call may wait for the throttle, in milliseconds. */
  readonly throttleWaitMsMax?: number;
  /** A monotonic clock in milliseconds, for the throttle only. */
  readonly now?: () => number;
}

/** Less than the five seconds that the fast path gives an attempt, so that a silent provider is told apart from a slow engine. */
const TIMEOUT_MS_DEFAULT = 4_000;

const capabilities: RailCapabilities = {
  kind: 'debit',
  partialRefunds: true,
  customerAction: true,
  delayedSettlement: true,
  disputes: true,
  minimumAmounts,
  amountSteps,
};

/** Makes the rail. It holds one client with one keep-alive agent and one throttle, so make one per process. */
export function createStripeRail(options: StripeRailOptions): Rail {
  const context = contextOf(options);
  return {
    name: RAIL_NAME,
    capabilities,
    createCustomer: (request) => createCustomer(context, request),
    attachPaymentMethod: (request) => attachPaymentMethod(context, request),
    detachPaymentMethod: (request) => detachPaymentMethod(context, request),
    createPayment: (request) => createPayment(context, request),
    confirmPayment: (request) => confirmPayment(context, request),
    readPayment: (request) => readPayment(context, request),
    cancelPayment: (request) => cancelPayment(context, request),
    refundPayment: (request) => refundPayment(context, request),
    readRefund: (request) => readRefund(context, request),
    readDispute: (request) => readDispute(context, request),
    verifyWebhook: (request) => verifyWebhook(options.webhookSecret, request),
    ping: () => ping(context),
  };
}

function contextOf(options: StripeRailOptions): StripeContext {
  return {
    client: createStripeClient({
      secretKey: options.secretKey,
      apiUrl: options.apiUrl,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS_DEFAULT,
    }),
    throttle: createThrottle({
      rail: RAIL_NAME,
      requestsPerSecondMax: options.requestsPerSecondMax,
      ...(options.lease === undefined ? {} : { lease: options.lease }),
      ...(options.throttleWaitMsMax === undefined ? {} : { waitMsMax: options.throttleWaitMsMax }),
      ...(options.now === undefined ? {} : { now: options.now }),
    }),
    bankDebits: options.bankDebits ?? true,
  };
}

/** Reads the balance: the cheapest request that proves address and key. The health page asks rarely, so it does not wait for the throttle. */
async function ping(context: StripeContext): Promise<boolean> {
  try {
    return (await context.client.balance.retrieve()).object === 'balance';
  } catch {
    return false;
  }
}
