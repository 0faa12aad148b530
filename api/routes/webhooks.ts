/** Webhooks of providers: verified, stored once, answered at once; the relay tells the workflows. */
import { createRoute, z } from '@hono/zod-openapi';
import type { ProviderEvent, Rail, WebhookVerification } from '../../adapters/rails/port';
import { allTenants } from '../../db/pool';
import { insertInboxEntry, type InboxEntry } from '../../db/queries/webhook-inbox';
import { fail } from '../../domain/errors';
import { jsonAnswer } from '../answers';
import type { Api } from '../context';
import type { ApiDependencies } from '../dependencies';

/** The bound that rails keep, for the message. */
const toleranceSeconds = 300;

/** A worker that has a try under way records its outcome itself within this time; the webhook is then no news. */
const underWaySeconds = 3;

const receivedAnswer = z
  .object({ received: z.literal(true) })
  .openapi('WebhookReceived', { example: { received: true } });

const receive = createRoute({
  method: 'post',
  path: '/webhooks/stripe',
  tags: ['Webhooks in'],
  summary: 'Receive an event of Stripe',
  description:
    'Signed by Stripe (`Stripe-Signature`); an event that was received before is answered alike and changes nothing.',
  security: [],
  request: {
    headers: z.object({ 'stripe-signature': z.string().optional().openapi({ example: 't=1769817600,v1=5257a8…' }) }),
  },
  responses: { 200: jsonAnswer(receivedAnswer, 'Stored.') },
});

function refuse(reason: Extract<WebhookVerification, { kind: 'refused' }>['reason']): never {
  if (reason === 'signature_invalid') return fail('webhook_signature_invalid');
  if (reason === 'malformed') return fail('request_malformed', { reason: 'the body is no event' });
  return fail('webhook_too_old', { toleranceSeconds });
}

/** Kinds of events that a workflow has a use for. */
const usedTypes =
  /^(payment_intent\.(succeeded|payment_failed|requires_action|processing|canceled)|refund\.|charge\.refund\.updated|charge\.dispute\.|payment_method\.(automatically_)?updated)/;

type Subject = Pick<InboxEntry, 'subjectKind' | 'subjectRef' | 'paymentRef'>;

function subjectOf({ subject }: ProviderEvent): Subject {
  const { kind: subjectKind, providerRef: subjectRef } = subject;
  if (subject.kind === 'payment') return { subjectKind, subjectRef, paymentRef: subject.providerRef };
  const hasPayment = subject.kind === 'refund' || subject.kind === 'dispute';
  return { subjectKind, subjectRef, paymentRef: hasPayment ? subject.paymentProviderRef : null };
}

async function store(deps: ApiDependencies, rail: Rail, event: ProviderEvent, body: string): Promise<void> {
  await insertInboxEntry(deps.database.as(allTenants), {
    provider: rail.name,
    eventId: event.id,
    tenantId: event.tenantId,
    type: event.type,
    ...subjectOf(event),
    body,
    used: usedTypes.test(event.type),
    underWaySeconds,
    occurredAt: event.occurredAt,
  });
}

/** Registers the webhooks. The signature is over the raw body, so nothing parses it before. */
export function webhooks(api: Api, deps: ApiDependencies): void {
  api.openapi(receive, async (c) => {
    const rail = deps.rails['stripe'] ?? fail('route_not_found', { method: c.req.method, path: c.req.path });
    const rawBody = await c.req.text();
    const signature = c.req.header('stripe-signature') ?? null;
    const verification = rail.verifyWebhook({ rawBody, signature, now: deps.wallClock() });
    if (verification.kind === 'refused') refuse(verification.reason);
    await store(deps, rail, verification.event, rawBody);
    return c.json({ received: true as const }, 200);
  });
}
