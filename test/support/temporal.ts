/**
 * The Temporal server of a test run. Tests share it and keep apart by their task queues and workflow ids.
 */
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { surrounding } from './surroundings';

/** host:port of the run's server. */
export function temporalAddress(): string {
  return surrounding('temporalAddress');
}

/** The namespace; our search attributes are registered in it. */
export function temporalNamespace(): string {
  return surrounding('temporalNamespace');
}

/** A queue that no other test polls. */
export function uniqueTaskQueue(label = 'test'): string {
  return `${label}-${randomBytes(6).toString('hex')}`;
}

/** The bundle of `workflows/index.ts`, made once for the run: `workflowBundle: { codePath: workflowBundlePath() }`. */
export function workflowBundlePath(): string {
  return surrounding('workflowBundle');
}

/** A client of the run's server; call `close()` when done. */
export async function connectTemporal(): Promise<{ client: Client; connection: Connection; close(): Promise<void> }> {
  const connection = await Connection.connect({ address: temporalAddress() });
  const client = new Client({ connection, namespace: temporalNamespace() });
  return { client, connection, close: () => connection.close() };
}
