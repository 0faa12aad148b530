/** The control surface: what a test may do to the sandbox that no client of Stripe can. JSON under `/_sandbox`, without a key. */
import { Hono, type Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { Failure } from '../http/failure';
import type { Pipeline } from '../http/pipeline';
import type { Dispatcher } from '../webhooks/dispatcher';
import { faultRoutes } from './fault-routes';
import { moneyRoutes } from './money-routes';
import { scriptRoutes } from './script-routes';
import { webhookRoutes } from './webhook-routes';

export type ControlApp = Hono<{ Bindings: HttpBindings }>;

export interface Control {
  readonly pipeline: Pipeline;
  readonly dispatcher: Dispatcher;
  /** Forgets everything but the webhook endpoints that the sandbox was started with. */
  reset(): void;
}

export function controlRoutes(control: Control): ControlApp {
  const { pipeline, dispatcher } = control;
  const routes: ControlApp = new Hono();
  routes.get('/health', (context) => context.json({ status: 'ok' }));
  routes.post('/reset', (context) => {
    control.reset();
    pipeline.faults.clear();
    pipeline.requests.clear();
    pipeline.latencyMs = 0;
    pipeline.world.hasOwnCards = false;
    dispatcher.configure({ isPaused: false, delayMs: 0, duplicates: 0, reorderBatch: 0 });
    return context.json({ status: 'ok' });
  });
  for (const add of [faultRoutes, scriptRoutes, moneyRoutes, webhookRoutes]) add(routes, control);
  routes.onError(answerError);
  return routes;
}

/** A wrong order of a test is answered with what is wrong about it. */
function answerError(error: Error, context: Context): Response {
  if (error instanceof Failure) return context.json({ error: error.body }, error.status === 404 ? 404 : 400);
  if (error.name === 'ZodError' || error instanceof SyntaxError)
    return context.json({ error: { message: error.message } }, 400);
  return context.json({ error: { message: `The sandbox is wrong here: ${error.message}` } }, 500);
}
