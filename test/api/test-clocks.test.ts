/** Where a test clock goes is known from the moment that it moves, whoever dies in between. */
import type { ActivityDependencies } from '../../activities/dependencies';
import { openWorkflows, type WorkflowPort } from '../../api/temporal';
import { waitFor } from '../../dev/stack/wait';
import { testClockWorkflowId } from '../../domain/ids';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, instant, Scene } from '../support/scenario';
import { temporalAddress, temporalNamespace } from '../support/temporal';

/** While it is shut, no subscription gets on, so that a clock stays on its way. */
const gate = { shut: false };
const throughGate = (deps: ActivityDependencies): ActivityDependencies => ({
  ...deps,
  advanceSubscription: async (move) => {
    await waitFor('the gate opens', () => Promise.resolve(!gate.shut), { timeoutMs: 60_000 });
    return deps.advanceSubscription(move);
  },
});

let engine: TestEngine;
let workflows: WorkflowPort;
beforeAll(async () => {
  engine = await startTestEngine({ wrap: throughGate });
  workflows = openWorkflows({
    address: temporalAddress(),
    namespace: temporalNamespace(),
    taskQueue: engine.taskQueue,
  });
});
afterAll(async () => {
  await workflows.close();
  await engine.stop();
});

interface Clock {
  readonly now: string;
  readonly status: string;
  readonly target: string | null;
}

async function story() {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  await scene.subscribe(await scene.customer(), await scene.plan([flat('10.00')]));
  const path = `/test-clocks/${scene.clockId}`;
  return {
    scene,
    read: () => scene.api.get<Clock>(path),
    advance: (to: string) => scene.api.post<Clock>(`${path}/advance`, { to: instant(to) }),
    input: { tenantId: scene.tenantId, clockId: scene.clockId },
  };
}

beforeEach(() => {
  gate.shut = true;
});
afterEach(() => {
  gate.shut = false;
});

test('a clock whose api died right after the start says where it goes, refuses another way, and takes the same request again', async () => {
  const { scene, read, advance, input } = await story();
  // What the api does before anything else; here it dies thereafter.
  await workflows.startTestClock({ ...input, target: Date.parse('2026-02-15') });
  await waitFor('it is on its way', async () => (await read()).status === 'advancing');
  expect((await read()).target).toBe(instant('2026-02-15'));
  expect(await scene.refusal(advance('2026-03-15'))).toBe('test_clock_advancing');
  const repeated = advance('2026-02-15');
  gate.shut = false;
  expect(await repeated).toMatchObject({ now: instant('2026-02-15'), status: 'ready', target: null });
});

test('the same request may be repeated before a worker has begun', async () => {
  const { input } = await story();
  const target = Date.parse('2026-02-15');
  expect(await workflows.startTestClock({ ...input, target })).toBe(target);
  expect(await workflows.startTestClock({ ...input, target })).toBe(target);
  expect(await workflows.startTestClock({ ...input, target: target + 1 })).toBe(target);
});

test('a clock whose workflow was ended by hand can be sent another way', async () => {
  const { read, advance, input } = await story();
  await workflows.startTestClock({ ...input, target: Date.parse('2026-02-15') });
  await waitFor('it is on its way', async () => (await read()).status === 'advancing');
  await engine.temporal.workflow.getHandle(testClockWorkflowId(input.tenantId, input.clockId)).terminate('by mistake');
  gate.shut = false;
  expect(await advance('2026-03-15')).toMatchObject({ now: instant('2026-03-15'), status: 'ready' });
});
