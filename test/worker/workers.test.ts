/** Which build serves while workers of several builds come and go. */
import type { Activities } from '../../activities';
import { startWorkers, type Workers } from '../../worker/workers';
import {
  connectTemporal,
  temporalAddress,
  temporalNamespace,
  uniqueTaskQueue,
  workflowBundlePath,
} from '../support/temporal';

let temporal: Awaited<ReturnType<typeof connectTemporal>>;
const running: Workers[] = [];
beforeAll(async () => {
  temporal = await connectTemporal();
});
afterAll(async () => {
  for (const workers of running) await workers.stop();
  await temporal.close();
});

const taskQueue = uniqueTaskQueue('builds');

async function start(buildId: string): Promise<Workers> {
  const workers = await startWorkers({
    address: temporalAddress(),
    namespace: temporalNamespace(),
    taskQueue,
    buildId,
    cachedWorkflowsMax: 10,
    workflowTasksMax: 2,
    localActivitiesMax: 2,
    activitiesMax: 2,
    workflowBundlePath: workflowBundlePath(),
    // None is called: no workflow is started here.
    activities: {
      issueInvoice: () => Promise.reject(new Error('nobody bills here')),
    } as Partial<Activities> as Activities,
  });
  running.push(workers);
  return workers;
}

async function currentBuild(): Promise<string | null | undefined> {
  const { workerDeploymentInfo } = await temporal.client.workflowService.describeWorkerDeployment({
    namespace: temporalNamespace(),
    deploymentName: taskQueue,
  });
  return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId;
}

test('the newest build serves, an old worker that restarts takes nothing from it, and old code comes back under a new name', async () => {
  const first = await start('release-2');
  expect([first.standing, await currentBuild()]).toEqual(['current', 'release-2']);

  // The name says nothing about the order: who was first seen later is newer.
  const second = await start('release-10');
  expect([second.standing, await currentBuild()]).toEqual(['current', 'release-10']);

  await first.stop();
  const restarted = await start('release-2');
  expect([restarted.standing, await currentBuild()]).toEqual(['newer', 'release-10']);

  await second.stop();
  const again = await start('release-10');
  expect([again.standing, await currentBuild()]).toEqual(['current', 'release-10']);

  const back = await start('release-2-again');
  expect([back.standing, await currentBuild()]).toEqual(['current', 'release-2-again']);
});
