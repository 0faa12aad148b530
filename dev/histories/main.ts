/**
 * npm run histories -- v2: plays the lives on a fresh engine and records the histories of all their workflows in
 * `test/replay/histories/v2/`. Each released version keeps its own: the tests replay them with the code of today.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { anyPorts, startStack, type Stack } from '../stack/stack';
import { waitFor } from '../stack/wait';
import { makeTemporaryFolder, removeTemporaryFolder } from '../stack/watchdog';
import { lives } from './lives';
import { openStage } from './stage';
import { recordedRun } from './to-json';

const historiesFolder = path.resolve(__dirname, '../../test/replay/histories');

function say(line: string): void {
  console.log(line);
}

/** All runs of a tenant's workflows, oldest first, once the list has caught up. */
async function runsOf(temporal: Client, tenantId: string) {
  const list = async () => {
    const runs = [];
    for await (const run of temporal.workflow.list({ query: `TenantId='${tenantId}'` })) runs.push(run);
    return runs.sort((left, right) => left.startTime.getTime() - right.startTime.getTime());
  };
  let before = -1;
  return waitFor(
    'the list of workflows has settled',
    async () => {
      const runs = await list();
      const settled = runs.length > 0 && runs.length === before;
      before = runs.length;
      return settled && runs;
    },
    { intervalMs: 1_500 },
  );
}

/** Writes one file per run. */
async function writeHistories(temporal: Client, tenantId: string, folder: string, life: string): Promise<number> {
  let count = 0;
  for (const { workflowId, runId } of await runsOf(temporal, tenantId)) {
    count += 1;
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    const file = `${life}-${count}-${workflowId.split('/')[0]}.json`;
    writeFileSync(path.join(folder, file), recordedRun(workflowId, history));
  }
  return count;
}

async function recordLives(stack: Stack, version: string): Promise<void> {
  const folder = path.join(historiesFolder, version);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const temporal = new Client({ connection, namespace: stack.temporalNamespace });
  try {
    for (const [name, play] of Object.entries(lives)) {
      const stage = await openStage(stack, temporal);
      await play(stage);
      say(`${name}: ${await writeHistories(temporal, stage.tenantId, folder, name)} runs`);
    }
  } finally {
    await connection.close();
  }
}

async function main(): Promise<number> {
  const [version, ...rest] = process.argv.slice(2);
  if (version === undefined || rest.length > 0 || !/^v\d+$/.test(version)) {
    say('Usage: npm run histories -- v2   (the version that is released)');
    return 2;
  }
  const folder = makeTemporaryFolder('perennial-histories-');
  let stack: Stack | undefined;
  try {
    stack = await startStack({ folder, ports: anyPorts, say, temporary: true });
    await recordLives(stack, version);
    return 0;
  } finally {
    await stack?.stop();
    removeTemporaryFolder(folder);
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
