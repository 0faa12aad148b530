/**
 * Seeded worlds on the whole real engine. `npm test -- simulation --seed=7` plays world 7; a longer run:
 * `SIMULATION_WORLDS=20 SIMULATION_STEPS=200 npm test -- simulation --seed=1000` plays the worlds 1000 to 1019.
 * With `SIMULATION_STORY=story.txt` the stories of the worlds that held are written there.
 */
import { appendFileSync } from 'node:fs';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { play } from './play';

const given = (name: string): number | null => {
  const text = process.env[name];
  return text === undefined || text === '' ? null : Number.parseInt(text, 10);
};

/** Two worlds of this length take three to four minutes on two cores that other tests share: all of them must end within half an hour. */
const steps = given('SIMULATION_STEPS') ?? 60;
const asked = given('PERENNIAL_TEST_SEED');
const worlds = given('SIMULATION_WORLDS') ?? (asked === null ? 2 : 1);
const seeds = Array.from({ length: worlds }, (_, index) => (asked ?? 1) + index);

/** A step on a busy machine, with the wait after a fault (the ordinary activity tries again after 5 s), takes seconds. */
const stepMsMax = 10_000;

let engine: TestEngine;
beforeEach(async () => {
  engine = await startTestEngine();
});
afterEach(() => engine.stop());

test.each(seeds)(
  'world %i keeps every invariant after every step',
  async (seed) => {
    const { subscriptions, story } = await play(engine, { seed, steps });
    expect(subscriptions.length).toBeGreaterThan(0);
    const file = process.env['SIMULATION_STORY'] ?? '';
    if (file !== '') appendFileSync(file, `World ${seed}\n${story.join('\n')}\n\n`);
  },
  steps * stepMsMax,
);
