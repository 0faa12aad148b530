/** The demo's stories on real parts in this process: the same steps that `npm run demo` prints. */
import { checkAgainstProvider } from '../../dev/demo/reconcile';
import { playMeteredStory } from '../../dev/demo/metered-story';
import { playStory } from '../../dev/demo/story';
import type { World } from '../../dev/demo/world';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { makeTenant } from '../support/tenant';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());

/** A tenant of its own, and what the story told. */
async function stage(): Promise<{ world: World; lines: string[] }> {
  const { tenantId, api } = await makeTenant(engine);
  const lines: string[] = [];
  const world: World = {
    api,
    tenantId,
    temporal: engine.temporal,
    stripeUrl: engine.sandbox.url,
    apiUrl: engine.apiUrl,
    say: (line) => lines.push(line),
  };
  return { world, lines };
}

test('a subscription lives as the demo tells, and the books tie to the provider', async () => {
  const { world, lines } = await stage();
  await playStory(world);
  await checkAgainstProvider(world);
  expect(lines.length).toBeGreaterThan(20);
});

test('usage is limited, told of, billed, lowered, taxed, credited and printed as the demo tells', async () => {
  const { world, lines } = await stage();
  await playMeteredStory(world);
  await checkAgainstProvider(world, 'EUR');
  expect(lines.join('\n')).toContain('100.00 EUR - 20.00 coupon + 15.20 VAT (19 % of 80.00, DE) = 95.20 EUR');
});
