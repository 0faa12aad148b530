/** Plays a seeded world step by step and checks it after every one. */
import { checkBooks, checkDelivered, checkInvariants } from '../support/invariants';
import type { TestEngine } from '../support/perennial';
import { opening, steps, type Step } from './steps';
import { openWorld, settle, type SimulatedWorld } from './world';

export interface Play {
  readonly seed: number;
  readonly steps: number;
}

/** All invariants so often; the cheap ones after every step. */
const stepsBetweenFullChecks = 12;

/** So many steps of the story are told of a world that fails: enough to see what led there. */
const stepsTold = 25;

/** A step that takes longer has waited for something, and its story says so. */
const stepMsUsual = 6_000;

const secondsOf = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Where the time of a slow step went; nothing for the others. */
function slowness(times: Readonly<Record<string, number>>): string {
  const took = Object.values(times).reduce((sum, ms) => sum + ms, 0);
  if (took < stepMsUsual) return '';
  return ` [took ${Object.entries(times)
    .map(([what, ms]) => `${what} ${secondsOf(ms)}`)
    .join(', ')}]`;
}

async function oneStep(world: SimulatedWorld, step: Step): Promise<void> {
  const at = new Date(world.now).toISOString().slice(0, 16);
  world.story.push(`${at} ${step.name} …`);
  const begun = performance.now();
  const did = await step.run(world);
  if (did === null) {
    world.story.pop();
    return;
  }
  world.story[world.story.length - 1] = `${at} ${step.name}: ${did}`;
  const done = performance.now();
  await settle(world);
  const settled = performance.now();
  await checkBooks(world.scene);
  const times = { step: done - begun, settling: settled - done, checking: performance.now() - settled };
  world.story[world.story.length - 1] += slowness(times);
}

/** Everything comes to rest: cards are good, banks have answered, and two more months go by. */
async function comeToRest(world: SimulatedWorld): Promise<void> {
  const { scene, customers } = world;
  await scene.control.clearFaults();
  await scene.control.webhooks({ duplicates: 0, reorder_batch: 0, delay_ms: 0 });
  for (const card of customers.flatMap(({ cards }) => cards)) await scene.script(card, { always: null });
  world.now += 60 * 24 * 3_600_000;
  await scene.advance(new Date(world.now).toISOString());
  await settle(world);
  await checkInvariants(scene);
  await checkDelivered(scene);
}

function failure({ seed, story }: SimulatedWorld, cause: unknown): Error {
  const told = story.slice(0, 1).concat(story.length > stepsTold ? ['…'] : [], story.slice(1).slice(-stepsTold));
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Error(
    `World ${seed} broke at step ${story.length - 1}. Play it again: npm test -- simulation --seed=${seed}\n\n${message}\n\nIts story:\n${told.join('\n')}`,
    { cause },
  );
}

/** Plays one world to its end. @throws an Error that tells the seed, what broke, and the steps that led there. */
export async function play(engine: TestEngine, { seed, steps: count }: Play): Promise<SimulatedWorld> {
  const world = await openWorld(engine, seed);
  try {
    for (let index = 1; index <= count; index++) {
      await oneStep(world, opening[index - 1] ?? world.random.weighted(steps));
      if (index % stepsBetweenFullChecks === 0) await checkInvariants(world.scene);
    }
    await comeToRest(world);
    return world;
  } catch (error) {
    throw failure(world, error);
  }
}
