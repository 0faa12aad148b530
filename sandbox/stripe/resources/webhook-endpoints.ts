/** Webhook endpoints: where events are sent. The signing secret is shown once, when an endpoint is made. */
import type Stripe from 'stripe';
import { endpoint } from '../http/endpoint';
import { invalidParameter, missing } from '../http/failure';
import { listPage, listParameters } from '../http/list';
import { changedMetadata, metadata } from '../http/metadata';
import { boolean, clearableText, listOf, required, text } from '../http/parameters';
import { newId } from '../state/new-id';
import type { WebhookEndpoint } from '../state/stored';
import { API_VERSION, type World } from '../state/world';

const SECRET_LENGTH = 32;

export interface NewWebhookEndpoint {
  readonly url: string;
  readonly enabledEvents: readonly string[];
  readonly description?: string | null;
  readonly metadata?: Record<string, string>;
  /** Given by a test or a development stack that must know it beforehand; Stripe makes one up. */
  readonly secret?: string;
}

/** Makes an endpoint. Answers it with its secret, which later answers do not have. */
export function addWebhookEndpoint(world: World, given: NewWebhookEndpoint): WebhookEndpoint & { secret: string } {
  if (!URL.canParse(given.url)) throw invalidParameter('url_invalid', 'url', `Invalid URL: ${given.url}`);
  const id = newId('we');
  const secret = given.secret ?? newId('whsec', SECRET_LENGTH);
  world.webhookSecrets.add({ id, secret });
  const made = world.webhookEndpoints.add({
    id,
    object: 'webhook_endpoint',
    api_version: API_VERSION,
    application: null,
    created: world.now(),
    description: given.description ?? null,
    enabled_events: [...given.enabledEvents],
    livemode: false,
    metadata: given.metadata ?? {},
    status: 'enabled',
    url: given.url,
  } satisfies Stripe.WebhookEndpoint);
  return { ...made, secret };
}

function requireEndpoint(world: World, id: string): WebhookEndpoint {
  const found = world.webhookEndpoints.get(id);
  if (found === undefined) throw missing('webhook endpoint', id);
  return found;
}

const changes = {
  description: clearableText,
  disabled: boolean,
  enabled_events: listOf(text),
  metadata,
  url: text,
} as const;

export const webhookEndpointEndpoints = [
  endpoint(
    'POST',
    '/v1/webhook_endpoints',
    {
      api_version: text,
      description: clearableText,
      enabled_events: required(listOf(text)),
      metadata,
      url: required(text),
    },
    ({ world, parameters }) =>
      addWebhookEndpoint(world, {
        url: parameters.url,
        enabledEvents: parameters.enabled_events,
        description: parameters.description ?? null,
        metadata: changedMetadata({}, parameters.metadata),
      }),
  ),
  endpoint('GET', '/v1/webhook_endpoints', listParameters, ({ world, parameters }) =>
    listPage('/v1/webhook_endpoints', world.webhookEndpoints.newestFirst(), parameters),
  ),
  endpoint('GET', '/v1/webhook_endpoints/:id', {}, ({ world, id }) => requireEndpoint(world, id)),
  endpoint('POST', '/v1/webhook_endpoints/:id', changes, ({ world, id, parameters }) => {
    const found = requireEndpoint(world, id);
    return world.webhookEndpoints.update(found, {
      ...(parameters.description === undefined ? {} : { description: parameters.description }),
      ...(parameters.disabled === undefined ? {} : { status: parameters.disabled ? 'disabled' : 'enabled' }),
      ...(parameters.enabled_events === undefined ? {} : { enabled_events: parameters.enabled_events }),
      ...(parameters.url === undefined ? {} : { url: parameters.url }),
      metadata: changedMetadata(found.metadata, parameters.metadata),
    });
  }),
  endpoint('DELETE', '/v1/webhook_endpoints/:id', {}, ({ world, id }) => {
    requireEndpoint(world, id);
    world.webhookEndpoints.remove(id);
    world.webhookSecrets.remove(id);
    return { id, object: 'webhook_endpoint', deleted: true };
  }),
];
