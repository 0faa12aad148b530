/** Histories of every released version replay with the code of today, so that a running subscription outlives a deployment. */
import { rmSync } from 'node:fs';
import { makeTemporaryFolder } from '../../dev/stack/watchdog';
import { workflowTypes } from '../../workflows/contract';
import { workflowBundlePath } from '../support/temporal';
import { bundleEdited, recordedRuns, replay, type Edit, type RecordedRun } from './histories';

const runs = recordedRuns();

interface Started {
  readonly workflowType: { readonly name: string };
}
const typeOf = ({ history }: RecordedRun): string =>
  (history.events[0]?.['workflowExecutionStartedEventAttributes'] as Started).workflowType.name;
const has = (part: string) => runs.some(({ history }) => history.events.some((event) => part in event));

const subscriptions = runs.filter((run) => typeOf(run) === workflowTypes.subscription);
const others = runs.filter((run) => typeOf(run) !== workflowTypes.subscription);

test.each(runs.map((run) => [run.file, run] as const))('%s replays', async (_file, run) => {
  expect(await replay({ codePath: workflowBundlePath() }, [run])).toEqual({});
});

describe('the recorded lives', () => {
  test('have every type of workflow', () => {
    expect([...new Set(runs.map(typeOf))].sort()).toEqual(Object.values(workflowTypes).sort());
  });

  test.each([
    ['local activities', 'markerRecordedEventAttributes'],
    ['ordinary activities', 'activityTaskCompletedEventAttributes'],
    ['timers that fired', 'timerFiredEventAttributes'],
    ['timers that a message ended', 'timerCanceledEventAttributes'],
    ['signals', 'workflowExecutionSignaledEventAttributes'],
    ['updates', 'workflowExecutionUpdateCompletedEventAttributes'],
    ['changes of search attributes', 'upsertWorkflowSearchAttributesEventAttributes'],
    ['runs that continue as new', 'workflowExecutionContinuedAsNewEventAttributes'],
    ['runs that end', 'workflowExecutionCompletedEventAttributes'],
  ])('have %s', (_what, part) => {
    expect(has(part)).toBe(true);
  });
});

describe('a changed workflow', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  const loop = { file: 'workflows/subscription/index.ts', from: 'registerMessages(entity);' };

  async function replayEdited(...edits: Edit[]): Promise<Record<string, string>> {
    const folder = makeTemporaryFolder('perennial-replay-');
    folders.push(folder);
    return replay(await bundleEdited(folder, edits), runs);
  }

  test('fails on every subscription, and on nothing else, when it does something that was not there', async () => {
    const note = 'await book.recordAttention({ state: entity.state, reason: null, now: 0 });';
    const failures = await replayEdited({ ...loop, to: `${loop.from}\n  ${note}` });
    expect(Object.keys(failures).sort()).toEqual(subscriptions.map(({ file }) => file).sort());
    expect([...new Set(Object.values(failures))]).toEqual(['DeterminismViolationError']);
    expect(others.length).toBeGreaterThan(0);
  });

  test('fails when the core decides otherwise', async () => {
    const file = 'domain/subscription/decide.ts';
    const failures = await replayEdited({
      file,
      from: "step: { kind: 'bill', reason: 'renewal', at: period.end }",
      to: "step: { kind: 'cancel', at: period.end }",
    });
    expect(Object.keys(failures)).toEqual(expect.arrayContaining([expect.stringContaining('renewals-1-sub')]));
  });

  test('replays when patched() guards what is new', async () => {
    const imported = { file: loop.file, from: 'allHandlersFinished,', to: 'allHandlersFinished,\n  patched,' };
    const guarded = `${loop.from}\n  if (patched('a-new-timer')) await condition(() => entity.quiet, 1_000);`;
    expect(await replayEdited(imported, { ...loop, to: guarded })).toEqual({});
  });

  test('replays when only what operators read is worded otherwise', async () => {
    expect(
      await replayEdited({ file: 'domain/subscription/details.ts', from: 'Last invoice:', to: 'Newest invoice:' }),
    ).toEqual({});
  });
});
