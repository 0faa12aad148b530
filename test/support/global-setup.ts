/**
 * Brings up what real tests need, once for a run: Postgres with a migrated template, Temporal in memory, and the workflow bundle.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { startTemporal, type TemporalServer } from '../../dev/stack/temporal';
import { obtainTemporal } from '../../dev/stack/temporal-binary';
import { prepareNamespace } from '../../dev/stack/temporal-namespace';
import { makeTemporaryFolder } from '../../dev/stack/watchdog';
import { workflowSource } from '../../worker/workflow-source';
import { startTestPostgres } from './postgres';
import type { RunningParts } from './running-parts';
import { variables } from './surroundings';

const applicationPassword = 'test-application';

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function bringUpTemporal(
  folder: string,
): Promise<{ address: string; namespace: string; server: TemporalServer | null }> {
  const source = await obtainTemporal({ say });
  if (source.kind === 'address') {
    const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'default';
    await prepareNamespace(source.address, namespace);
    return { address: source.address, namespace, server: null };
  }
  const server = await startTemporal({ binary: source, dbFile: null, logFile: path.join(folder, 'temporal.log') });
  return { address: server.address, namespace: server.namespace, server };
}

async function bundle(folder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({ ...workflowSource, logger: new DefaultLogger('WARN') });
  const file = path.join(folder, 'workflows.js');
  writeFileSync(file, code);
  return file;
}

async function bringUp(folder: string): Promise<RunningParts> {
  const started = await Promise.allSettled([
    startTestPostgres(path.join(folder, 'postgres'), applicationPassword),
    bringUpTemporal(folder),
    bundle(folder),
  ]);
  const [postgres, temporal, workflowBundle] = started;
  const failed = started.find((result) => result.status === 'rejected');
  if (
    failed ||
    postgres.status !== 'fulfilled' ||
    temporal.status !== 'fulfilled' ||
    workflowBundle.status !== 'fulfilled'
  ) {
    if (postgres.status === 'fulfilled') await postgres.value.stop();
    if (temporal.status === 'fulfilled') await temporal.value.server?.stop();
    throw failed?.reason;
  }
  return { folder, postgres: postgres.value, temporal: temporal.value, workflowBundle: workflowBundle.value };
}

export default async function globalSetup(): Promise<void> {
  const folder = makeTemporaryFolder('perennial-test-');
  const parts = await bringUp(folder);
  process.env['PERENNIAL_ENV'] = 'test';
  process.env[variables.postgresUrl] = parts.postgres.url('postgres');
  process.env[variables.applicationPassword] = applicationPassword;
  process.env[variables.temporalAddress] = parts.temporal.address;
  process.env[variables.temporalNamespace] = parts.temporal.namespace;
  if (parts.workflowBundle !== null) process.env[variables.workflowBundle] = parts.workflowBundle;
  globalThis.perennialParts = parts;
}
