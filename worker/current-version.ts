/**
 * Which build of the workers serves. Tasks go to the deployment's current version only; a worker makes its own build the current one
 * when it starts, unless a newer build is: an old worker that restarts during a rollout takes nothing away from the new ones.
 */
import { Client, Connection } from '@temporalio/client';

export interface Build {
  readonly address: string;
  readonly namespace: string;
  readonly deploymentName: string;
  readonly buildId: string;
}

/** `newer`: another build, first seen by Temporal later than this one, stays the current one, and this worker is given no tasks. */
export type Standing = 'current' | 'newer';

/** The version exists once a worker has polled: asked again until then. */
const triesMax = 100;
const waitMs = 100;

type Description = Awaited<ReturnType<Client['workflowService']['describeWorkerDeployment']>>;
type Time = { readonly seconds?: { toString(): string } | null; readonly nanos?: number | null } | null | undefined;

/** Comparable; a build that Temporal has not seen is the newest. */
function instantOf(time: Time): bigint {
  if (time?.seconds == null) return BigInt(Number.MAX_SAFE_INTEGER) * 1_000_000_000n;
  return BigInt(time.seconds.toString()) * 1_000_000_000n + BigInt(time.nanos ?? 0);
}

/** How a build stands by what Temporal knows; `seen` is false before its first poll has arrived. */
function standingOf(
  { workerDeploymentInfo: info }: Description,
  buildId: string,
): { seen: boolean; standing: Standing | null } {
  const current = info?.routingConfig?.currentDeploymentVersion?.buildId ?? null;
  const versionOf = (id: string | null) =>
    info?.versionSummaries?.find((version) => version.deploymentVersion?.buildId === id);
  const ours = versionOf(buildId);
  if (ours === undefined) return { seen: false, standing: null };
  if (current === buildId) return { seen: true, standing: 'current' };
  const theirs = versionOf(current);
  const isOlder = theirs !== undefined && instantOf(ours.createTime) < instantOf(theirs.createTime);
  return { seen: true, standing: isOlder ? 'newer' : null };
}

/** One try; null when the version is not known yet. */
async function tryOnce({ workflowService }: Client, build: Build): Promise<Standing | null> {
  const { namespace, deploymentName, buildId } = build;
  const description = await workflowService.describeWorkerDeployment({ namespace, deploymentName });
  const { seen, standing } = standingOf(description, buildId);
  if (!seen || standing !== null) return standing;
  await workflowService.setWorkerDeploymentCurrentVersion({
    namespace,
    deploymentName,
    buildId,
    identity: 'perennial-worker',
    ignoreMissingTaskQueues: true,
    // Refused when another worker changed it since we looked: then we look again.
    conflictToken: description.conflictToken ?? new Uint8Array(),
  });
  return 'current';
}

/**
 * Makes this build the current one of its deployment, so that tasks are dispatched to it, unless a newer one is.
 * @throws what Temporal answered when it did not work for ten seconds
 */
export async function becomeCurrent(build: Build): Promise<Standing> {
  const connection = await Connection.connect({ address: build.address });
  try {
    const client = new Client({ connection, namespace: build.namespace });
    for (let attempt = 1; ; attempt++) {
      try {
        const standing = await tryOnce(client, build);
        if (standing !== null) return standing;
        if (attempt === triesMax) throw new Error(`Temporal does not see the workers of build ${build.buildId}.`);
      } catch (error) {
        if (attempt === triesMax) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  } finally {
    await connection.close();
  }
}
