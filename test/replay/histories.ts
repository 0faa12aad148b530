/** The recorded histories of each released version, and their replay with any bundle of the workflows. */
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';

const projectFolder = path.resolve(__dirname, '../..');
const historiesFolder = path.join(__dirname, 'histories');

/** A run as dev/histories/to-json.ts writes it. */
export interface RecordedRun {
  readonly file: string;
  readonly workflowId: string;
  readonly history: { readonly events: readonly RecordedEvent[] };
}

/** One of an event's attributes stands beside these, under the name of its type. */
export interface RecordedEvent {
  readonly eventId: number;
  readonly [part: string]: unknown;
}

/** Every recorded run of every version. */
export function recordedRuns(): RecordedRun[] {
  return readdirSync(historiesFolder).flatMap((version) =>
    readdirSync(path.join(historiesFolder, version)).map((name) => ({
      file: `${version}/${name}`,
      ...(JSON.parse(readFileSync(path.join(historiesFolder, version, name), 'utf8')) as Omit<RecordedRun, 'file'>),
    })),
  );
}

export type Bundle = { readonly codePath: string } | { readonly code: string };

/** Replays runs; answers what went wrong by file, nothing when all is well. */
export async function replay(bundle: Bundle, runs: readonly RecordedRun[]): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  const histories = runs.map(({ workflowId, history }) => ({ workflowId, history: history as never }));
  let index = 0;
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories)) {
    const { file } = runs[index] as RecordedRun;
    if (error !== undefined) failures[file] = error.name;
    index += 1;
  }
  if (index !== runs.length) throw new Error(`${index} of ${runs.length} runs were replayed.`);
  return failures;
}

export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Bundles a copy of the workflows in which one text stands for another. */
export async function bundleEdited(folder: string, edits: readonly Edit[]): Promise<Bundle> {
  for (const part of ['workflows', 'domain']) {
    cpSync(path.join(projectFolder, part), path.join(folder, part), { recursive: true });
  }
  symlinkSync(path.join(projectFolder, 'node_modules'), path.join(folder, 'node_modules'));
  for (const { file, from, to } of edits) {
    const target = path.join(folder, file);
    const text = readFileSync(target, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no "${from}" any more: edit another line.`);
    writeFileSync(target, text.replace(from, to));
  }
  const logger = new DefaultLogger('WARN');
  const fileOf = (name: string): string => path.join(folder, `workflows/${name}.ts`);
  return bundleWorkflowCode({ workflowsPath: fileOf('index'), preloadModules: [fileOf('preloaded')], logger });
}
