/**
 * The Temporal workers of one process: one for workflows and the activities of the main queue, one for provider calls, and one for
 * calls of chains where any is configured.
 */
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities';
import { queues } from '../workflows/contract';
import { becomeCurrent, type Standing } from './current-version';
import { workflowSource } from './workflow-source';

export interface WorkersOptions {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly buildId: string;
  readonly cachedWorkflowsMax: number;
  readonly workflowTasksMax: number;
  readonly localActivitiesMax: number;
  readonly activitiesMax: number;
  /** A bundle made before; null bundles now (about a second). */
  readonly workflowBundlePath: string | null;
  /** Whether chains are configured: their calls have a queue of their own. */
  readonly watchesChains?: boolean;
  readonly activities: Activities;
}

export interface Workers {
  /** `newer` when a newer build is the current one: these workers are given no tasks. */
  readonly standing: Standing;
  /** Resolves when the workers were told to stop and have finished; rejects when one breaks. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
}

/** Activities in flight may finish; a payment call lasts at most a few seconds. */
const graceTime = '10 seconds';

/** The SDK's own messages go to its logger once per process, before anything else of it is touched. */
export function installRuntime(level: 'WARN' | 'ERROR' = 'WARN'): void {
  Runtime.install({ logger: new DefaultLogger(level), shutdownSignals: [] });
}

/** Where workflow code comes from: a bundle made before, or the source. */
function sourceOf(
  bundlePath: string | null,
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> {
  const { workflowsPath, preloadModules } = workflowSource;
  return bundlePath === null
    ? { workflowsPath, bundlerOptions: { preloadModules } }
    : { workflowBundle: { codePath: bundlePath } };
}

/** A versioned worker dispatches nothing until its version is the current one. The name is the queue's: two stacks do not meet. */
function deployment(options: WorkersOptions): NonNullable<WorkerOptions['workerDeploymentOptions']> {
  return {
    version: { deploymentName: options.taskQueue, buildId: options.buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'AUTO_UPGRADE',
  };
}

async function createMainWorker(connection: NativeConnection, options: WorkersOptions): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: options.namespace,
    taskQueue: queues.main(options.taskQueue),
    activities: options.activities,
    ...sourceOf(options.workflowBundlePath),
    workerDeploymentOptions: deployment(options),
    maxCachedWorkflows: options.cachedWorkflowsMax,
    maxConcurrentWorkflowTaskExecutions: options.workflowTasksMax,
    maxConcurrentLocalActivityExecutions: options.localActivitiesMax,
    maxConcurrentActivityTaskExecutions: options.activitiesMax,
    workflowTaskPollerBehavior: { type: 'autoscaling', initial: 5, maximum: 20 },
    activityTaskPollerBehavior: { type: 'autoscaling', initial: 2, maximum: 10 },
    workflowThreadPoolSize: 1,
    reuseV8Context: true,
    shutdownGraceTime: graceTime,
  });
}

/** A worker of activities alone, on a queue of its own. */
async function createActivityWorker(
  connection: NativeConnection,
  options: WorkersOptions,
  taskQueue: string,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: options.namespace,
    taskQueue,
    activities: options.activities,
    workerDeploymentOptions: deployment(options),
    maxConcurrentActivityTaskExecutions: options.activitiesMax,
    shutdownGraceTime: graceTime,
  });
}

/** Starts the workers and answers once tasks are dispatched to them, or it is known that they go to a newer build. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const connection = await NativeConnection.connect({ address: options.address });
  const workers = [
    await createMainWorker(connection, options),
    await createActivityWorker(connection, options, queues.payments(options.taskQueue)),
  ];
  if (options.watchesChains === true) {
    workers.push(await createActivityWorker(connection, options, queues.chains(options.taskQueue)));
  }
  const finished = Promise.all(workers.map((worker) => worker.run())).then(() => connection.close());
  // Heard by whoever waits for `finished`; here only so that a failure before that is not an unhandled rejection.
  finished.catch(() => undefined);
  const standing = await becomeCurrent({ ...options, deploymentName: options.taskQueue });
  return {
    standing,
    finished,
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await finished;
    },
  };
}
