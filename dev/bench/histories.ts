/**
 * What a subscription cost Temporal, read from its real histories: all runs of its workflow, from the first on.
 */
import type { Client, WorkflowHandle } from '@temporalio/client';

type Run = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<Run['events']>[number];

export interface WorkflowCost {
  readonly runs: number;
  readonly events: number;
  /** By Temporal's own list of what it bills. */
  readonly actions: number;
  /** When each cycle was done (epoch milliseconds), in order: the workflow task that collected its payment. */
  readonly cyclesDoneAt: readonly number[];
}

/** The runs of one workflow, oldest first. */
export async function historiesOf(client: Client, workflowId: string): Promise<Run[]> {
  const runs: Run[] = [];
  let runId: string | undefined;
  for (;;) {
    const run = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.unshift(run);
    const before = run.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (!before) return runs;
    runId = before;
  }
}

/** A local activity's marker names it in its data, which is JSON. */
function localActivityOf(event: HistoryEvent): string | null {
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName !== 'core_local_activity') return null;
  const data = marker.details?.['data']?.payloads?.[0]?.data;
  if (!data) return '';
  return (JSON.parse(Buffer.from(data).toString('utf8')) as { activity_type?: string }).activity_type ?? '';
}

function taskOf(event: HistoryEvent): string {
  return String(event.markerRecordedEventAttributes?.workflowTaskCompletedEventId);
}

/** Retries of an ordinary activity are billed too; the history has the number of the last one. */
const triesOf = (event: HistoryEvent): number => event.activityTaskStartedEventAttributes?.attempt ?? 0;

/** One each: a start or continue-as-new, a timer, a try of an activity, a signal, an update, an upsert; all local activities of a task. */
function actionsIn(run: Run): number {
  const events = run.events ?? [];
  const localTasks = new Set(events.filter((event) => localActivityOf(event) !== null).map(taskOf));
  const single = events.filter(
    (event) =>
      event.workflowExecutionStartedEventAttributes ??
      event.timerStartedEventAttributes ??
      event.workflowExecutionSignaledEventAttributes ??
      event.workflowExecutionUpdateAcceptedEventAttributes ??
      event.upsertWorkflowSearchAttributesEventAttributes,
  );
  return single.length + localTasks.size + events.reduce((sum, event) => sum + triesOf(event), 0);
}

function timeOf(event: HistoryEvent | undefined): number {
  const { seconds, nanos } = event?.eventTime ?? {};
  return Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1_000_000;
}

function cyclesIn(run: Run): number[] {
  const events = run.events ?? [];
  const byId = new Map(events.map((event) => [String(event.eventId), event]));
  const local = events.filter((event) => localActivityOf(event) === 'collectPayment');
  const ordinary = events.filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'collectPayment',
  );
  return [...local.map((event) => timeOf(byId.get(taskOf(event)))), ...ordinary.map(timeOf)].sort((a, b) => a - b);
}

/** Sums the runs of one workflow up. */
export function costOf(runs: readonly Run[]): WorkflowCost {
  return {
    runs: runs.length,
    events: runs.reduce((sum, run) => sum + (run.events?.length ?? 0), 0),
    actions: runs.reduce((sum, run) => sum + actionsIn(run), 0),
    cyclesDoneAt: runs.flatMap(cyclesIn),
  };
}
