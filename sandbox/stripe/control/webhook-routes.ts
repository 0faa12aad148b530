/** Webhooks: what was delivered, what is held back, doubled or turned round, and events signed to order. */
import { z } from 'zod';
import { missing } from '../http/failure';
import { addWebhookEndpoint } from '../resources/webhook-endpoints';
import type { StoredEvent } from '../state/stored';
import type { World } from '../state/world';
import { eventBody } from '../webhooks/attempt-delivery';
import { signatureHeader } from '../webhooks/sign';
import type { Control, ControlApp } from './routes';

const settingsOrder = z.strictObject({
  paused: z.boolean().optional(),
  delay_ms: z.number().int().nonnegative().optional(),
  duplicates: z.number().int().nonnegative().optional(),
  reorder_batch: z.number().int().nonnegative().optional(),
});

const endpointOrder = z.strictObject({
  url: z.url(),
  enabled_events: z.array(z.string()).default(['*']),
  secret: z.string().optional(),
});

const signOrder = z.strictObject({
  /** An event, or an object whose newest event is meant. */
  about: z.string(),
  secret: z.string(),
  /** Epoch milliseconds; now without it. */
  at_ms: z.number().optional(),
});

const IDLE_TIMEOUT_MS_DEFAULT = 5_000;

export function webhookRoutes(routes: ControlApp, { pipeline, dispatcher }: Control): void {
  const { world } = pipeline;
  routes.post('/webhooks/settings', async (context) => {
    const order = settingsOrder.parse(await context.req.json());
    dispatcher.configure({
      ...(order.paused === undefined ? {} : { isPaused: order.paused }),
      ...(order.delay_ms === undefined ? {} : { delayMs: order.delay_ms }),
      ...(order.duplicates === undefined ? {} : { duplicates: order.duplicates }),
      ...(order.reorder_batch === undefined ? {} : { reorderBatch: order.reorder_batch }),
    });
    return context.json(dispatcher.settings);
  });
  routes.post('/webhooks/endpoints', async (context) => {
    const { enabled_events: enabledEvents, url, secret } = endpointOrder.parse(await context.req.json());
    const made = addWebhookEndpoint(world, { url, enabledEvents, ...(secret === undefined ? {} : { secret }) });
    pipeline.commit();
    return context.json(made);
  });
  routes.get('/webhooks/deliveries', (context) => {
    const { event, status, type } = context.req.query();
    const matching = [...world.deliveries.values()]
      .filter((delivery) => event === undefined || delivery.event === event)
      .filter((delivery) => status === undefined || delivery.status === status)
      .filter((delivery) => type === undefined || delivery.eventType === type);
    return context.json({ data: matching });
  });
  routes.get('/webhooks/idle', async (context) => {
    const timeoutMs = Number(context.req.query('timeout_ms') ?? IDLE_TIMEOUT_MS_DEFAULT);
    const idle = await dispatcher.idle(timeoutMs);
    return context.json({ idle }, idle ? 200 : 504);
  });
  routes.post('/webhooks/redeliver', async (context) => {
    const order = z
      .strictObject({ event: z.string(), endpoint: z.string().optional() })
      .parse(await context.req.json());
    dispatcher.redeliver(requireEvent(world, order.event), order.endpoint ?? null);
    pipeline.commit();
    return context.json({ status: 'ok' });
  });
  routes.post('/webhooks/sign', async (context) => {
    const order = signOrder.parse(await context.req.json());
    const body = eventBody(requireEvent(world, order.about));
    const at = order.at_ms === undefined ? world.now() : Math.floor(order.at_ms / 1_000);
    return context.json({ body, signature: signatureHeader(body, [order.secret], at) });
  });
}

function requireEvent(world: World, about: string): StoredEvent {
  const event =
    world.events.get(about) ??
    world.events.newestFirst().find(({ data }) => (data.object as { id?: string }).id === about);
  if (event === undefined) throw missing('event', about);
  return event;
}
