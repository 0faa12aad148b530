/**
 * How long a worker needs to take up a subscription that is not in its cache: the replay of its present run.
 */
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { workflowSource } from '../../worker/workflow-source';
import { historiesOf } from './histories';
import { range } from './latency';

export interface ReplayResult {
  readonly history: string;
  readonly events: number;
  readonly ms: number;
}

/** So many replays of the same history in a row; the first ones warm up. */
const replays = 60;
const warming = 20;

type Run = Awaited<ReturnType<typeof historiesOf>>[number];
type Bundle = Awaited<ReturnType<typeof bundleWorkflowCode>>;

async function replayMs(bundle: Bundle, workflowId: string, history: Run): Promise<number> {
  const histories = range(replays).map((index) => ({ workflowId: `${workflowId}/${index}`, history }));
  let began = performance.now();
  let done = 0;
  for await (const result of Worker.runReplayHistories({ workflowBundle: bundle }, histories)) {
    if (result.error !== undefined) throw result.error;
    done += 1;
    if (done === warming) began = performance.now();
  }
  return Math.round(((performance.now() - began) / (replays - warming)) * 100) / 100;
}

const eventsOf = (run: Run | undefined): number => run?.events?.length ?? 0;

/** The longest run of each workflow given, by name, replayed. */
export async function measureReplay(
  client: Client,
  workflows: Readonly<Record<string, string>>,
): Promise<ReplayResult[]> {
  const bundle = await bundleWorkflowCode({
    ...workflowSource,
    logger: new DefaultLogger('ERROR'),
  });
  const results: ReplayResult[] = [];
  for (const [name, workflowId] of Object.entries(workflows)) {
    const runs = await historiesOf(client, workflowId);
    const longest = runs.reduce((a, b) => (eventsOf(b) > eventsOf(a) ? b : a));
    results.push({ history: name, events: eventsOf(longest), ms: await replayMs(bundle, workflowId, longest) });
  }
  return results;
}
