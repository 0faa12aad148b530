/**
 * The benchmark's result as a table for people, each number beside its goal. The JSON carries everything.
 */
import type { BillingDayResult } from './billing-day';
import type { CatchUpResult } from './catch-up';
import type { CyclesResult } from './cycles';
import type { IngestionResult } from './ingestion';
import type { Latency } from './latency';
import type { LongLifeResult } from './long-life';
import type { ReplayResult } from './replay';
import type { RequestsResult } from './requests';

export interface BenchResult {
  readonly machine: {
    readonly cores: number;
    readonly model: string;
    readonly node: string;
    /** One-minute load before the run: above a tenth of a core, somebody else works here too. */
    readonly loadBefore: number;
  };
  readonly cycles?: CyclesResult;
  readonly requests?: RequestsResult;
  readonly catchUp?: Omit<CatchUpResult, 'subscriptionIds'>;
  readonly billingDay?: BillingDayResult;
  readonly ingestion?: IngestionResult;
  readonly longLife?: Omit<LongLifeResult, 'workflowId'>;
  readonly replay?: readonly ReplayResult[];
}

interface Line {
  readonly what: string;
  readonly value: string;
  readonly goal?: string;
}

interface Goal {
  readonly most?: number;
  readonly least?: number;
}

function line(what: string, value: number, unit: string, goal: Goal = {}): Line {
  const shown = `${value} ${unit}`.trim();
  const bound = goal.most === undefined ? goal.least : goal.most;
  if (bound === undefined) return { what, value: shown };
  const met = goal.most === undefined ? value >= bound : value <= bound;
  return { what, value: shown, goal: `${goal.most === undefined ? '≥' : '≤'} ${bound} ${met ? '✓' : '✗'}` };
}

/** The goals of the project, for 2 cores with nothing else on them; CPU is milliseconds of one core. */
const goals = {
  ratio: { least: 0.4 },
  cyclesPerSecond: { least: 50 },
  cpuMs: { most: 30 },
  commits: { most: 4 },
  rows: { most: 16 },
  events: { most: 9 },
  actions: { most: 2.5 },
} as const;

const requestGoals: Readonly<Record<string, number>> = {
  create: 150,
  changePlan: 150,
  changeQuantity: 150,
  cancel: 150,
  uncancel: 150,
  preview: 15,
  readSubscription: 25,
  readInvoice: 25,
};

/** Events are taken in at least half as fast as COPY writes them; a limit check holds up nobody. */
const ingestionRatioGoal = 0.5;
const checkGoalMs = 10;

/** People wait a second at most while everything is busy. */
const busyCommandGoalMs = 1_000;

function cycleLines({ empty, paid, ratio, ...rest }: CyclesResult): Line[] {
  const parts = Object.keys(paid.cpuMs);
  return [
    line('empty cycles a second', empty.cyclesPerSecond, ''),
    line('paid cycles a second', paid.cyclesPerSecond, '', goals.cyclesPerSecond),
    line('paid to empty', ratio, '', goals.ratio),
    line('CPU per empty cycle, in all', empty.cpuMsInAll, 'ms'),
    line('CPU per paid cycle, in all (without sandbox and client)', paid.cpuMsInAll, 'ms', goals.cpuMs),
    ...parts.map((part) => ({
      what: `  ${part}: empty / paid`,
      value: `${empty.cpuMs[part] ?? 0} / ${paid.cpuMs[part] ?? 0} ms`,
    })),
    line('commits per paid cycle', rest.commitsPerCycle, '', goals.commits),
    line('rows written per paid cycle', rest.rowsPerCycle, '', goals.rows),
    {
      what: 'seconds per wave: empty / paid',
      value: `${empty.waveSeconds.join(' ')} / ${paid.waveSeconds.join(' ')}${empty.overrun || paid.overrun ? '  OVERRUN: give --seconds more' : ''}`,
    },
    { what: 'used by others meanwhile: empty / paid', value: `${empty.othersCores} / ${paid.othersCores} cores` },
  ];
}

function latencyLine(what: string, { p50, p99, count }: Latency, p99Max?: number): Line {
  const shown = { what: `${what} p50 / p99 (${count})`, value: `${p50} / ${p99} ms` };
  return p99Max === undefined ? shown : { ...shown, goal: `p99 ≤ ${p99Max} ${p99 <= p99Max ? '✓' : '✗'}` };
}

function sections(result: BenchResult): [string, Line[]][] {
  const { cycles, requests, catchUp, longLife, ingestion, billingDay, replay } = result;
  const found: [string, Line[]][] = [];
  if (cycles) found.push([`Cycles: ${cycles.subscriptions} subscriptions of each kind`, cycleLines(cycles)]);
  if (requests) {
    const lines = Object.entries(requests).map(([name, latency]) => latencyLine(name, latency, requestGoals[name]));
    found.push(['Requests at concurrency 4', lines]);
  }
  if (catchUp) {
    const { subscriptions, invoices, seconds } = catchUp;
    const what = `${subscriptions} subscriptions, ${invoices} invoices in ${seconds} s`;
    found.push(['Catch-up of two years', [line(what, catchUp.invoicesPerSecond, 'invoices/s')]]);
  }
  if (longLife) {
    const lines = [
      line('Temporal actions per paid cycle', longLife.actionsPerCycle, '', goals.actions),
      line('history events per paid cycle', longLife.eventsPerCycle, '', goals.events),
    ];
    found.push([`A life of many cycles (${longLife.cycles} cycles in ${longLife.runs} runs)`, lines]);
  }
  if (ingestion) found.push(['Ingestion of usage events', ingestionLines(ingestion)]);
  if (billingDay) found.push(['Commands on a billing day', billingDayLines(billingDay)]);
  if (replay)
    found.push(['Replay', replay.map(({ history, events, ms }) => line(`${history}, ${events} events`, ms, 'ms'))]);
  return found;
}

function ingestionLines(result: IngestionResult): Line[] {
  return [
    line('events a second, durable', result.eventsPerSecond, ''),
    line('rows a second of COPY into a bare table', result.copyPerSecond, ''),
    line('  ratio', result.ratio, '', { least: ingestionRatioGoal }),
    line('rows a second of COPY into a table with the same indexes', result.copyIndexedPerSecond, ''),
    line('  ratio', result.ratioIndexed, '', { least: ingestionRatioGoal }),
    latencyLine('limit check meanwhile, customer with most events', result.check, checkGoalMs),
    latencyLine('limit check meanwhile, customer with ten events', result.checkOfFew, checkGoalMs),
    latencyLine('limit check alone, customer with most events', result.checkIdle, checkGoalMs),
    latencyLine('limit check alone, customer with ten events', result.checkOfFewIdle, checkGoalMs),
    ...Object.entries(result.cpuUs).map(([part, us]) => line(`CPU per event: ${part}`, us, 'µs')),
    line('checks that answered wrongly', result.wrong, '', { most: 0 }),
  ];
}

function billingDayLines({ commands, commandsFailed, ...day }: BillingDayResult): Line[] {
  return [
    line('renewals due a second', day.duePerSecond, ''),
    line('renewals paid a second', day.paidPerSecond, ''),
    latencyLine('renewal behind its due instant', day.lag),
    line('share of all cores busy', day.machineBusy, ''),
    ...Object.entries(commands).map(([name, latency]) => latencyLine(name, latency, busyCommandGoalMs)),
    line('commands answered with 503', commandsFailed, ''),
  ];
}

/** Lays the table out. */
export function renderReport(result: BenchResult): string {
  const { machine } = result;
  const blocks = sections(result).map(([title, lines]) => {
    const width = Math.max(...lines.map(({ what }) => what.length));
    const rows = lines.map(({ what, value, goal }) =>
      `  ${what.padEnd(width)}  ${value.padEnd(20)}  ${goal ?? ''}`.trimEnd(),
    );
    return [title, ...rows].join('\n');
  });
  const head = `${machine.cores} cores (${machine.model}), Node ${machine.node}, load before: ${machine.loadBefore}`;
  return [head, ...blocks].join('\n\n');
}
