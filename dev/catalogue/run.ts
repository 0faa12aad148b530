/** Plans or applies a catalogue on a running engine. */
import { ApiProblem, type ApiClient } from '../api-client';
import { applyChanges } from './apply-changes';
import { readEngine, type EngineState } from './engine';
import { planChanges, type Change } from './plan-changes';
import { faultLines, planLines, sumLine } from './print';
import { readFolder, referenceFaults, type CatalogueFile, type Fault } from './read-folder';

export interface CatalogueRun {
  readonly folder: string;
  readonly api: ApiClient;
  /** False only shows what would be done. */
  readonly apply: boolean;
  readonly say: (line: string) => void;
}

const isWork = ({ action }: Change): boolean => action === 'add' || action === 'change' || action === 'version';

function refuse(faults: readonly Fault[], say: CatalogueRun['say']): number {
  for (const line of faultLines(faults)) say(line);
  say(`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}; nothing was changed.`);
  return 1;
}

async function applyAll(run: CatalogueRun, changes: readonly Change[], state: EngineState): Promise<number> {
  const { api, say } = run;
  let count = 0;
  await applyChanges(api, changes, state, ({ kind, key }) => {
    count += 1;
    say(`  done: ${kind} ${key}`);
  });
  say(count === 0 ? 'Nothing had to be done.' : `${count} done.`);
  return 0;
}

async function compare(run: CatalogueRun, files: readonly CatalogueFile[]): Promise<number> {
  const { api, apply, say } = run;
  const state = await readEngine(api, files);
  const missing = referenceFaults(files, ({ kind, key }) => state.get(kind)?.has(key) ?? false);
  if (missing.length > 0) return refuse(missing, say);
  const changes = planChanges(files, state);
  for (const line of planLines(changes)) say(line);
  say(sumLine(changes));
  if (changes.some(({ action }) => action === 'refuse')) {
    say('Nothing was changed.');
    return 1;
  }
  return apply && changes.some(isWork) ? applyAll(run, changes, state) : 0;
}

/** Runs; answers the exit code: 0, or 1 when files are wrong, something cannot be done, or the engine refuses. */
export async function runCatalogue(run: CatalogueRun): Promise<number> {
  const { files, faults } = readFolder(run.folder);
  if (faults.length > 0) return refuse(faults, run.say);
  try {
    return await compare(run, files);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    run.say(`The engine refused: ${error.message}`);
    run.say('What was done before stands; run it again once this is mended.');
    return 1;
  }
}
