/**
 * A worker process that dies on order, and is started again when the test says so.
 */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startProgram, type Program } from '../../../dev/stack/program';
import { isAlive, waitFor } from '../../../dev/stack/wait';
import { stripeKey, stripeWebhookSecret, type TestEngine } from '../perennial';
import { temporalAddress, temporalNamespace, workflowBundlePath } from '../temporal';
import { orderChainDeath, type ChainMoment } from './deadly-chains';
import { giveOrder, killFileVariable, type KillOrder } from './kill-order';

export interface KillableWorker {
  /** The next process-wide order; the activity that it names must start afterwards. */
  order(order: KillOrder): void;
  /** The same for a moment of a transaction on a chain. */
  orderChainDeath(moment: ChainMoment): void;
  /** Settles once the order was carried out. */
  whenDead(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

/** Generous: a machine that builds and tests at once is slow. */
const deathMsMax = 60_000;

function variablesOf(engine: TestEngine, killFile: string): Record<string, string> {
  return {
    PERENNIAL_ENV: 'test',
    LOG_LEVEL: 'warn',
    DATABASE_URL: engine.testDatabase.url,
    TEMPORAL_ADDRESS: temporalAddress(),
    TEMPORAL_NAMESPACE: temporalNamespace(),
    TEMPORAL_TASK_QUEUE: engine.taskQueue,
    BUILD_ID: 'test',
    STRIPE_SECRET_KEY: stripeKey,
    STRIPE_WEBHOOK_SECRET: stripeWebhookSecret,
    STRIPE_API_URL: engine.sandbox.url,
    API_PUBLIC_URL: engine.apiUrl,
    WORKFLOW_BUNDLE_PATH: workflowBundlePath(),
    [killFileVariable]: killFile,
  };
}

/** Starts the worker of an engine that was started without one, or a second one beside it. @param variables over its own */
export async function startKillableWorker(
  engine: TestEngine,
  variables: Readonly<Record<string, string>> = {},
): Promise<KillableWorker> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perennial-faults-'));
  const killFile = path.join(folder, 'kill.json');
  const start = (): Promise<Program> =>
    startProgram({
      name: 'killable worker',
      file: 'test/support/faults/worker-entry.ts',
      variables: { ...variablesOf(engine, killFile), ...variables },
      logFile: path.join(folder, 'worker.log'),
      restart: false,
      say: () => undefined,
    });
  let program = await start();
  return {
    order: (order) => giveOrder(killFile, order),
    orderChainDeath: (moment) => orderChainDeath(killFile, moment),
    whenDead: async () => {
      await waitFor('the worker dies at the ordered moment', () => !isAlive(program.pid()), { timeoutMs: deathMsMax });
    },
    startAgain: async () => {
      program = await start();
    },
    stop: () => program.stop(),
  };
}
