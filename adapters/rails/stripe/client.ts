/** The official client, set up for a billing engine: one keep-alive agent, no retries of its own, no telemetry. */
import * as http from 'node:http';
import * as https from 'node:https';
import Stripe from 'stripe';

export interface StripeClientOptions {
  readonly secretKey: string;
  /** Where to send the requests instead of Stripe, such as `http://127.0.0.1:12111`; null for Stripe itself. */
  readonly apiUrl: string | null;
  /** How long one request may be silent, in milliseconds. */
  readonly timeoutMs: number;
}

/** More would only queue at the provider: Stripe answers in about half a second and allows 100 requests a second. */
const SOCKETS_MAX = 64;

/** An idle socket is closed before the provider's load balancer closes it in the middle of our next request. */
const SOCKET_IDLE_MS_MAX = 30_000;

const agentOptions = { keepAlive: true, maxSockets: SOCKETS_MAX, timeout: SOCKET_IDLE_MS_MAX };

/**
 * Makes the client. Retries are left to the caller's policy, with one exception that the client does not let us switch off: after a closed
 * socket it sends the same bytes with the same idempotency key once more, which is safe.
 */
export function createStripeClient(options: StripeClientOptions): Stripe {
  const target = options.apiUrl === null ? null : new URL(options.apiUrl);
  const isPlain = target?.protocol === 'http:';
  return new Stripe(options.secretKey, {
    timeout: options.timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    httpAgent: isPlain ? new http.Agent(agentOptions) : new https.Agent(agentOptions),
    ...(target === null ? {} : addressOf(target)),
  });
}

function addressOf(target: URL): { host: string; port: string; protocol: 'http' | 'https' } {
  const protocol = target.protocol === 'http:' ? 'http' : 'https';
  const standardPort = protocol === 'http' ? '80' : '443';
  return { host: target.hostname, port: target.port === '' ? standardPort : target.port, protocol };
}
