/** The demo's story on real parts in this process: the same steps that `npm run demo` prints. */
import { checkAgainstProvider } from '../../dev/demo/reconcile';
import { playStory } from '../../dev/demo/story';
import type { World } from '../../dev/demo/world';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { makeTenant } from '../support/tenant';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());

test('a subscription lives as the demo tells, and the books tie to the provider', async () => {
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
  await playStory(world);
  await checkAgainstProvider(world);
  expect(lines.length).toBeGreaterThan(20);
});
