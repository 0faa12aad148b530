/** What payments will do: a queue of outcomes, or a standing one, for a payment method, a customer or a card's fingerprint. */
import { z } from 'zod';
import type { Outcome } from '../payments/outcome';
import type { World } from '../state/world';
import { outcomeFrom, scriptedOutcome } from './script-outcome';
import type { Control, ControlApp } from './routes';

const order = z.strictObject({
  /** `pm_…`, `cus_…` or a card's fingerprint. */
  target: z.string().min(1),
  /** Added to the queue of the target. */
  next: z.array(scriptedOutcome).optional(),
  /** From now on, once the queue is empty; null leaves it to the test card again. */
  always: scriptedOutcome.nullable().optional(),
});

export function scriptRoutes(routes: ControlApp, { pipeline }: Control): void {
  const { world } = pipeline;
  routes.get('/outcomes', (context) => context.json({ data: [...world.scripts.values()] }));
  routes.post('/outcomes', async (context) => {
    const { target, next, always } = order.parse(await context.req.json());
    const standing = always === undefined || always === null ? always : outcomeFrom(always);
    const script = changeScript(world, target, (next ?? []).map(outcomeFrom), standing);
    pipeline.commit();
    return context.json(script);
  });
  routes.delete('/outcomes', (context) => {
    world.scripts.clear();
    pipeline.commit();
    return context.json({ data: [] });
  });
}

function changeScript(
  world: World,
  target: string,
  next: readonly Outcome[],
  always: Outcome | null | undefined,
): object {
  const present = world.scripts.get(target) ?? world.scripts.add({ id: target, next: [], always: null });
  return world.scripts.update(present, {
    next: [...present.next, ...next],
    always: always === undefined ? present.always : always,
  });
}
