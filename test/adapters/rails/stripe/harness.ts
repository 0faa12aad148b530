/** Stripe's rail against Stripe's double, for the conformance suite. Everything goes over HTTP: the official client and the control surface. */
import Stripe from 'stripe';
import { createStripeRail } from '../../../../adapters/rails/stripe';
import { startStripeSandbox } from '../../../../sandbox/stripe/server';
import type { RailAction, RailBehavior, RailHarness } from '../../../conformance/rail-case';

const SECRET_KEY = 'sk_test_perennial_conformance';
const WEBHOOK_SECRET = 'whsec_perennial_conformance';

/** The standing outcome of a payment method, in the words of the sandbox's control surface. */
const outcomes: Readonly<Record<RailBehavior, object>> = {
  succeeds: { kind: 'succeed' },
  declines_never: { kind: 'decline', decline_code: 'stolen_card' },
  declines_customer: { kind: 'decline', decline_code: 'expired_card' },
  declines_later: { kind: 'decline', decline_code: 'insufficient_funds' },
  asks_customer: { kind: 'requires_action' },
  settles_later: { kind: 'processing' },
};

const paths: Readonly<Record<RailAction, string>> = {
  create: '/v1/payment_intents',
  confirm: '/v1/payment_intents/*/confirm',
  cancel: '/v1/payment_intents/*/cancel',
  refund: '/v1/refunds',
};

type Order = (method: string, path: string, body?: object) => Promise<unknown>;

function controlOf(url: string): Order {
  return async (method, path, body) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The sandbox refused ${method} ${path}: ${await response.text()}`);
    return response.json();
  };
}

/** Starts a sandbox and a rail that talks to it. */
export async function startStripeHarness(): Promise<RailHarness> {
  const sandbox = await startStripeSandbox({ port: 0 });
  const order = controlOf(sandbox.url);
  const { hostname, port } = new URL(sandbox.url);
  const client = new Stripe(SECRET_KEY, { host: hostname, port, protocol: 'http', telemetry: false });
  return {
    rail: createStripeRail({
      secretKey: SECRET_KEY,
      webhookSecret: WEBHOOK_SECRET,
      apiUrl: sandbox.url,
      requestsPerSecondMax: 0,
    }),
    currency: 'USD',
    token: 'pm_card_visa',
    tokenDeclinedAtAttach: 'pm_card_chargeDeclined',
    behave: async ({ providerRef }, behavior) => {
      await order('POST', '/_sandbox/outcomes', { target: providerRef, always: outcomes[behavior] });
      return true;
    },
    answerAction: async (redirectUrl, answer) => {
      await order('POST', redirectUrl, { outcome: answer });
    },
    settle: async (providerRef, outcome) => {
      await order('POST', '/_sandbox/settle', { id: providerRef, outcome });
    },
    dispute: async (providerRef, kind) => {
      const { latest_charge: charge } = await client.paymentIntents.retrieve(providerRef);
      const opened = await order('POST', '/_sandbox/disputes', { charge, is_inquiry: kind === 'inquiry' });
      return (opened as { id: string }).id;
    },
    decideDispute: async (disputeRef, outcome) => {
      await order('POST', `/_sandbox/disputes/${disputeRef}/decide`, { outcome });
    },
    loseReplies: async (action, moment) => {
      const fault = { method: 'POST', path: paths[action], kind: 'lose_reply', count: null };
      await order('POST', '/_sandbox/faults', { ...fault, moment: moment === 'before_commit' ? 'before' : 'after' });
    },
    heal: async () => {
      await order('DELETE', '/_sandbox/faults');
    },
    chargesOf: async (invoiceId) => {
      const { data } = (await order('GET', '/_sandbox/charges')) as { data: Record<string, unknown[]> };
      return data[invoiceId]?.length ?? 0;
    },
    webhookAbout: (providerRef, signedAt) => signedEvent(client, providerRef, signedAt),
    close: sandbox.close,
  };
}

/** The event of the payment's success as Stripe would post it. */
async function signedEvent(
  client: Stripe,
  providerRef: string,
  signedAt: number,
): Promise<{ rawBody: string; signature: string }> {
  for await (const event of client.events.list({ type: 'payment_intent.succeeded', limit: 100 })) {
    if ((event.data.object as { id?: string }).id !== providerRef) continue;
    const rawBody = JSON.stringify(event);
    const timestamp = Math.floor(signedAt / 1_000);
    const signature = Stripe.webhooks.generateTestHeaderString({ payload: rawBody, secret: WEBHOOK_SECRET, timestamp });
    return { rawBody, signature };
  }
  throw new Error(`There is no event about ${providerRef}.`);
}
