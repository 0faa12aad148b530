/** A running sandbox with the official client and its control, and a record of every answer that the client got. */
import Stripe from 'stripe';
import { createStripeControl, type StripeControl } from '../../../sandbox/stripe/control/client';
import {
  startStripeSandbox,
  type StripeSandboxOptions,
  type StripeSandboxServer,
} from '../../../sandbox/stripe/server';

export const API_KEY = 'sk_test_123456789012';

/** An answer as it was on the wire. */
export interface Answer {
  readonly request: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface SandboxCase {
  readonly server: StripeSandboxServer;
  readonly url: string;
  readonly stripe: Stripe;
  readonly control: StripeControl;
  /** Everything that the client was answered, in order. */
  readonly answers: Answer[];
  /** Errors of the sandbox itself; there must be none. */
  readonly defects: unknown[];
  close(): Promise<void>;
}

export async function startCase(options: StripeSandboxOptions = {}): Promise<SandboxCase> {
  const defects: unknown[] = [];
  const server = await startStripeSandbox({
    port: 0,
    webhookRetryDelaysMs: [20, 40],
    onDefect: (error) => defects.push(error),
    ...options,
  });
  const answers: Answer[] = [];
  return {
    server,
    url: server.url,
    stripe: officialClient(server.port, answers),
    control: createStripeControl(server.url),
    answers,
    defects,
    close: () => server.close(),
  };
}

/** The official client, unchanged, but for a fetch that keeps what it was answered. */
export function officialClient(port: number, answers: Answer[] = []): Stripe {
  const recordingFetch: typeof fetch = async (target, init) => {
    const answer = await fetch(target, init);
    const path = new URL(target instanceof Request ? target.url : target).pathname;
    const request = `${init?.method ?? 'GET'} ${path}`;
    answers.push({ request, status: answer.status, headers: answer.headers, body: await answer.clone().json() });
    return answer;
  };
  return new Stripe(API_KEY, {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient(recordingFetch),
  });
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly [name: string]: unknown; readonly error?: Record<string, unknown> };
}

/** One request as bytes on the wire, for what the official client would not send. */
export async function rawRequest(
  url: string,
  request: string,
  options: { form?: string; headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  const [method = 'GET', path = '/'] = request.split(' ');
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${API_KEY}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      ...options.headers,
    },
    ...(options.form === undefined ? {} : { body: options.form }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as RawAnswer['body'] };
}

/** A customer with a method of this kind attached. */
export async function customerWith(stripe: Stripe, method: string): Promise<{ customer: string; method: string }> {
  const customer = await stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com' });
  const attached = await stripe.paymentMethods.attach(method, { customer: customer.id });
  return { customer: customer.id, method: attached.id };
}

/** An unconfirmed payment over 49.00 USD. */
export async function openIntent(
  stripe: Stripe,
  method: string,
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Promise<Stripe.PaymentIntent> {
  const owner = await customerWith(stripe, method);
  return stripe.paymentIntents.create({
    amount: 4900,
    currency: 'usd',
    customer: owner.customer,
    payment_method: owner.method,
    allowed_payment_method_types: ['card', 'us_bank_account', 'sepa_debit'],
    metadata: { invoice_id: `inv_${owner.customer}` },
    ...more,
  });
}

/** The error of a call that must fail. */
export async function errorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('The call was expected to fail.');
}
