/**
 * Plays kills one after the other on an engine of its own, while what was killed before recovers. Several lanes run side by side.
 */
import { startTestEngine, type TestEngine } from '../perennial';
import { makeCast } from './cast';
import { startKillableWorker, type KillableWorker } from './killable-worker';
import type { Moment, Path } from './kill-order';
import type { KillScenario } from './kill-scenarios';
import { expectSound } from './soundness';

export interface Kill {
  readonly scenario: KillScenario;
  readonly path: Path;
  readonly moment: Moment;
  /** Told once how it went. */
  readonly report: (outcome: Promise<void>) => void;
}

/** Kills the worker during the work, starts it again, and answers the recovery, which goes on. */
async function strikeOnce(
  engine: TestEngine,
  worker: KillableWorker,
  { scenario, path, moment }: Kill,
): Promise<{ recovered: Promise<void> }> {
  const cast = await makeCast(engine, engine.sandbox.url, scenario.cast);
  const subscriptionId = await scenario.prepare(cast);
  worker.order({ tenantId: cast.tenantId, activity: scenario.activity, moment, path });
  const work = scenario.work(cast, subscriptionId);
  // Heard where the recovery is awaited.
  work.catch(() => undefined);
  await worker.whenDead();
  await worker.startAgain();
  const recover = async (): Promise<void> => {
    await work;
    await scenario.expect(cast, subscriptionId);
    await expectSound(cast);
  };
  return { recovered: recover() };
}

/** Takes kills from the queue until it is empty; its engine lives until the last has recovered. */
export async function runLane(queue: Kill[]): Promise<void> {
  const engine = await startTestEngine({ worker: false });
  const worker = await startKillableWorker(engine);
  const outcomes: Promise<void>[] = [];
  for (let kill = queue.shift(); kill !== undefined; kill = queue.shift()) {
    const struck = strikeOnce(engine, worker, kill);
    const outcome = struck.then(({ recovered }) => recovered);
    outcomes.push(outcome);
    kill.report(outcome);
    await struck.catch(() => undefined);
  }
  await Promise.allSettled(outcomes);
  await worker.stop();
  await engine.stop();
}
