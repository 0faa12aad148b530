/** Faults, latency, the requests seen, and forgotten idempotency keys. */
import { z } from 'zod';
import type { Control, ControlApp } from './routes';

const faultOrder = z.strictObject({
  method: z.enum(['GET', 'POST', 'DELETE', '*']).default('*'),
  /** Such as `/v1/payment_intents/:id/confirm`; `:id` or `*` stands for one segment, a last `**` for any rest. */
  path: z.string().startsWith('/'),
  kind: z.enum(['lose_reply', 'error_500', 'hang', 'rate_limit', 'lock_timeout', 'conflict', 'bad_gateway', 'latency']),
  moment: z.enum(['before', 'after']).default('before'),
  /** How many requests it meets; null for all until the faults are cleared. */
  count: z.number().int().positive().nullable().default(1),
  delay_ms: z.number().int().nonnegative().default(0),
});

export function faultRoutes(routes: ControlApp, { pipeline }: Control): void {
  routes.get('/faults', (context) => context.json({ data: pipeline.faults.list() }));
  routes.post('/faults', async (context) => {
    const { count, delay_ms: delayMs, ...order } = faultOrder.parse(await context.req.json());
    const fault = { ...order, remaining: count, delayMs };
    pipeline.faults.add(fault);
    return context.json(fault);
  });
  routes.delete('/faults', (context) => {
    pipeline.faults.clear();
    return context.json({ data: [] });
  });
  routes.post('/latency', async (context) => {
    const { ms } = z.strictObject({ ms: z.number().int().nonnegative() }).parse(await context.req.json());
    pipeline.latencyMs = ms;
    return context.json({ ms });
  });
  routes.get('/requests', (context) => {
    const { method, path } = context.req.query();
    const seen = pipeline.requests.list();
    const matching = seen.filter(
      (request) => (method === undefined || request.method === method) && (path === undefined || request.path === path),
    );
    return context.json({ data: matching });
  });
  routes.delete('/requests', (context) => {
    pipeline.requests.clear();
    return context.json({ data: [] });
  });
  routes.post('/idempotency_keys/forget', (context) => {
    const forgotten = pipeline.world.savedAnswers.size;
    pipeline.idempotencyKeys.forget();
    pipeline.commit();
    return context.json({ forgotten });
  });
}
