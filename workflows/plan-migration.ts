/**
 * Moves the chosen subscriptions of a plan to another version or plan, page by page in the order of their ids. What became of each stands
 * in its row; the run carries only how far it got. Operators pause, resume and cancel it by signal, the API by update.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  setCurrentDetails,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { refusal } from '../domain/errors';
import { workflowTime } from './clock';
import {
  migrationMessages,
  type MessageMeta,
  type PlanMigrationInput,
  type PlanMigrationProgress,
  type PlanMigrationWish,
} from './contract';
import { migrationActivities } from './proxies';

/** Who did not answer is asked again in so many rounds, and then told as refused. */
const roundsMax = 3;
/** Longer than a worker's restart takes, short beside the run. */
const restBetweenRounds = '30 seconds';
/** A page is six events: replay stays cheap. */
const runEventsMax = 500;

interface Wish extends PlanMigrationWish {
  /** Names the change in the audit log. */
  readonly key: string;
  readonly actor: string;
  readonly requestId: string | null;
}

interface Run {
  readonly input: PlanMigrationInput;
  progress: PlanMigrationProgress;
  /** What somebody asked for, and nobody noted yet. */
  wish: Wish | null;
  isOver: boolean;
}

export async function migratePlan(input: PlanMigrationInput): Promise<PlanMigrationProgress> {
  const started = { status: 'running', after: null, round: 1, selected: null, counts: null } as const;
  const run: Run = { input, progress: input.progress ?? started, wish: null, isOver: false };
  registerMessages(run);
  // A cancellation in Temporal is a wish like another: it interrupts nothing.
  await CancellationScope.nonCancellable(() => walk(run));
  run.isOver = true;
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  return run.progress;
}

async function walk(run: Run): Promise<void> {
  for (;;) {
    if (run.wish !== null) await grant(run, run.wish);
    const { status } = run.progress;
    show(run);
    if (status === 'canceled') return;
    if (status === 'paused') {
      await condition(() => run.wish !== null);
    } else if (await movePage(run)) {
      if (run.wish?.status === 'canceled') continue;
      return finish(run);
    }
    if (runIsLong()) await renew(run);
  }
}

/** Asks the next page; true when nobody waits any more. */
async function movePage(run: Run): Promise<boolean> {
  const { tenantId, migrationId } = run.input;
  const { after, round } = run.progress;
  const isLastRound = round >= roundsMax;
  const page = await migrationActivities.migrateSubscriptions({ tenantId, migrationId, after, isLastRound });
  const { next, selected, counts } = page;
  run.progress = { ...run.progress, after: next, selected, counts };
  if (next !== null) return false;
  if (waiting(run.progress) === 0) return true;
  run.progress = { ...run.progress, round: round + 1 };
  await condition(() => run.wish !== null, restBetweenRounds, { summary: 'asks those again who did not answer' });
  return false;
}

/**
 * Notes what was asked for, also what this run takes for true: a run that was started anew does not know what the row says. A later wish
 * that came meanwhile has its own turn.
 */
async function grant(run: Run, wish: Wish): Promise<void> {
  const { tenantId, migrationId } = run.input;
  await migrationActivities.notePlanMigration({ tenantId, migrationId, ...wish, now: workflowTime() });
  run.progress = { ...run.progress, status: wish.status };
  if (run.wish === wish) run.wish = null;
}

async function finish(run: Run): Promise<void> {
  await grant(run, { status: 'completed', key: 'completed', actor: 'engine', requestId: null });
  show(run);
}

function waiting({ selected, counts }: PlanMigrationProgress): number {
  if (selected === null || counts === null) return 1;
  return selected - counts.migrated - counts.unchanged - counts.refused - counts.gone;
}

function show({ input, progress }: Run): void {
  const { status, selected, counts } = progress;
  const figures =
    counts === null
      ? 'Begins.'
      : `Migrated ${counts.migrated}, unchanged ${counts.unchanged}, refused ${counts.refused}, gone ${counts.gone}; waiting ${waiting(progress)} of ${selected}.`;
  setCurrentDetails(`**${status}** · ${input.label}  \n${figures}`);
}

function runIsLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > runEventsMax;
}

/** Goes on as a new run, once nobody waits for an answer of this one. */
async function renew(run: Run): Promise<void> {
  if (run.wish !== null) return;
  await condition(allHandlersFinished);
  if (run.wish !== null) return;
  await continueAsNew<typeof migratePlan>({ ...run.input, progress: run.progress });
}

function registerMessages(run: Run): void {
  for (const [name, status] of Object.entries(wishes)) {
    setHandler(defineSignal<[MessageMeta?]>(name), (meta) => {
      if (!run.isOver) run.wish = wishOf(status, meta);
    });
    setHandler(
      defineUpdate<PlanMigrationProgress, [MessageMeta?]>(name),
      async (meta) => {
        const wish = wishOf(status, meta);
        run.wish = wish;
        await condition(() => run.wish !== wish || run.isOver);
        return run.progress;
      },
      {
        validator: (_meta?: MessageMeta) => refuseWhenOver(run),
        description: `${name}: answers once it is so, after the page that is under way`,
      },
    );
  }
  CancellationScope.current().cancelRequested.catch(() => {
    run.wish = wishOf('canceled', { actor: 'operator' });
  });
  setHandler(defineQuery<PlanMigrationProgress>(migrationMessages.progress), () => run.progress);
}

const wishes = {
  [migrationMessages.pause]: 'paused',
  [migrationMessages.resume]: 'running',
  [migrationMessages.cancel]: 'canceled',
} as const;

/** What comes with a message may be anything when it is typed by hand: only its texts count. */
function wishOf(status: PlanMigrationWish['status'], meta: unknown): Wish {
  const given: Readonly<Record<string, unknown>> = typeof meta === 'object' && meta !== null ? { ...meta } : {};
  const text = (name: keyof MessageMeta): string | null => {
    const value = given[name];
    return typeof value === 'string' && value.length > 0 ? value : null;
  };
  return {
    status,
    key: text('commandId') ?? uuid4(),
    actor: text('actor') ?? 'operator',
    requestId: text('requestId'),
  };
}

function refuseWhenOver({ isOver, input, progress }: Run): void {
  if (!isOver && progress.status !== 'completed' && progress.status !== 'canceled') return;
  const { migrationId } = input;
  const { code, message, context } = refusal('plan_migration_over', { migrationId, status: progress.status });
  throw ApplicationFailure.nonRetryable(message, code, { context, fields: [] });
}
