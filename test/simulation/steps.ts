/** What can happen in a world. Each step says in words what it did. */
import { bankSteps } from './bank-steps';
import { commandSteps } from './command-steps';
import { creditSteps } from './credit-steps';
import { migrationSteps } from './migration-steps';
import { readingSteps } from './reading-steps';
import { reductionSteps } from './reduction-steps';
import { termSteps } from './term-steps';
import { usageSteps } from './usage-steps';
import { walletSteps } from './wallet-steps';
import type { SimulatedWorld } from './world';

export interface Step {
  readonly name: string;
  readonly weight: number;
  /** Does it, and says what it did; null: there was nothing to do it to. */
  run(world: SimulatedWorld): Promise<string | null>;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const advance: Step = {
  name: 'advance',
  weight: 45,
  async run(world) {
    const { random, scene } = world;
    const ms = random.weighted([
      { weight: 2, ms: random.between(1, 30) * hourMs },
      { weight: 4, ms: random.between(1, 10) * dayMs },
      { weight: 4, ms: random.between(10, 50) * dayMs },
      { weight: 1, ms: random.between(50, 200) * dayMs },
    ]).ms;
    world.now += ms;
    const to = new Date(world.now).toISOString();
    await scene.advance(to);
    return `to ${to}`;
  },
};

export const steps: readonly Step[] = [
  advance,
  ...commandSteps,
  ...bankSteps,
  ...usageSteps,
  ...reductionSteps,
  ...creditSteps,
  ...readingSteps,
  ...termSteps,
  ...migrationSteps,
  ...walletSteps,
];

/** Every world begins with customers who subscribe, use, hold credits and have a coupon; what comes then is drawn. */
const openingNames = ['subscribe', 'subscribe', 'a customer moves', 'top up', 'apply a coupon', 'use', 'subscribe'];
export const opening: readonly Step[] = openingNames.flatMap((name) => steps.filter((step) => step.name === name));
