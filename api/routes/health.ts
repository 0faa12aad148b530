/** Is the API alive, and are the parts that it needs? For monitors: no key. */
import { createRoute, z } from '@hono/zod-openapi';
import { jsonAnswer } from '../answers';
import type { Api } from '../context';
import type { ApiDependencies } from '../dependencies';

const tags = ['Health'];

const live = createRoute({
  method: 'get',
  path: '/health/live',
  tags,
  summary: 'Does the process answer?',
  security: [],
  responses: {
    200: jsonAnswer(z.object({ status: z.literal('ok') }).openapi('Alive', { example: { status: 'ok' } }), 'It does.'),
  },
});

const partsAnswer = z
  .object({ status: z.enum(['ok', 'degraded', 'down']), parts: z.record(z.string(), z.enum(['up', 'down'])) })
  .openapi('Readiness', { example: { status: 'ok', parts: { database: 'up', temporal: 'up', 'rails.stripe': 'up' } } });

const ready = createRoute({
  method: 'get',
  path: '/health/ready',
  tags,
  summary: 'Are the parts reachable?',
  description: 'A rail that is down degrades the service: payments wait, everything else goes on.',
  security: [],
  responses: {
    200: jsonAnswer(partsAnswer, 'What is needed is up.'),
    503: jsonAnswer(partsAnswer, 'A needed part is down.'),
  },
});

const word = (up: boolean): 'up' | 'down' => (up ? 'up' : 'down');

/** Without these the API can answer nothing but this page. */
const needed = ['database', 'temporal'];

async function lookAtParts({ database, workflows, rails }: ApiDependencies): Promise<z.infer<typeof partsAnswer>> {
  const checks: [string, Promise<boolean>][] = [
    ['database', database.ping()],
    ['temporal', workflows.ping()],
    ...Object.values(rails).map((rail): [string, Promise<boolean>] => [
      `rails.${rail.name}`,
      rail.ping().catch(() => false),
    ]),
  ];
  const states = await Promise.all(checks.map(async ([name, check]) => [name, word(await check)] as const));
  const down = states.filter(([, state]) => state === 'down').map(([name]) => name);
  const status = down.some((name) => needed.includes(name)) ? 'down' : down.length > 0 ? 'degraded' : 'ok';
  return { status, parts: Object.fromEntries(states) };
}

/** Registers the health pages. */
export function health(api: Api, deps: ApiDependencies): void {
  api.openapi(live, (c) => c.json({ status: 'ok' as const }, 200));
  api.openapi(ready, async (c) => {
    const answer = await lookAtParts(deps);
    return c.json(answer, answer.status === 'down' ? 503 : 200);
  });
}
