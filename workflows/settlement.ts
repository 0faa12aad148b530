/**
 * One settlement: a fee is asked for on one chain, comes in, and is paid out to whom it belongs. The loop carries out what the pure core
 * decides, one thing at a time; the watcher of the chain tells when its rows have news, so nothing here polls.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  uuid4,
} from '@temporalio/workflow';
import type { Refusal } from '../domain/errors';
import { applyFact } from '../domain/settlement/apply';
import { refuseSettlementCommand } from '../domain/settlement/commands';
import { decideSettlement, type SettlementStep } from '../domain/settlement/decide';
import { settlementDetails } from '../domain/settlement/details';
import {
  settlementCommandNames,
  type SettlementCommand,
  type SettlementCommandName,
  type SettlementOutcome,
} from '../domain/settlement/facts';
import { statusOf, type SettlementState, type SettlementStatus } from '../domain/settlement/state';
import { workflowTime } from './clock';
import {
  searchAttributes,
  settlementMessages,
  type MessageMeta,
  type SettlementCommandPayload,
  type SettlementInput,
  type SettlementReceipt,
} from './contract';
import { chains, isFailedWork } from './proxies';

/** After a round of failed tries: long enough not to burn actions, short enough that an outage of an hour costs minutes more. */
const restAfterFailure = '10 minutes';

interface Order {
  readonly id: string;
  readonly command: SettlementCommand;
  readonly actor: string;
  readonly requestId: string | null;
}

interface Run {
  state: SettlementState;
  readonly inbox: Order[];
  /** By command id, once it was carried out: the refusal, or null. */
  readonly outcomes: Map<string, Refusal | null>;
  hasNews: boolean;
  /** What operators can search for as it was told last. */
  toldAttention: boolean;
}

type Work = Exclude<SettlementStep, { kind: 'wait' } | { kind: 'end' }>;

export async function settlement({ state }: SettlementInput): Promise<{ status: SettlementStatus }> {
  const run: Run = { state, inbox: [], outcomes: new Map(), hasNews: false, toldAttention: false };
  registerMessages(run);
  // A cancellation in Temporal asks to abandon it, by the same rules: money that is on its way is not forgotten.
  await CancellationScope.nonCancellable(() => live(run));
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  return { status: statusOf(run.state) };
}

async function live(run: Run): Promise<void> {
  for (;;) {
    const order = run.inbox.shift();
    if (order !== undefined) {
      await carryOut(run, order);
      continue;
    }
    const { hasNews } = run;
    run.hasNews = false;
    const step = decideSettlement(run.state, workflowTime(), hasNews);
    if (step.kind === 'end') return show(run, 'It is over.');
    if (step.kind === 'wait') await rest(run, step);
    else if (!(await tryStep(run, () => perform(run, step)))) {
      await restAfterFault(run);
      // What was news before the failure still is.
      run.hasNews = true;
    }
  }
}

function perform({ state }: Run, step: Work): Promise<SettlementOutcome> {
  const now = workflowTime();
  switch (step.kind) {
    case 'open':
      return chains.openSettlement({ state, now });
    case 'review':
      return chains.reviewDeposits({ state, now });
    case 'pay':
      return chains.payLegs({ state, legIds: step.legIds, now });
    case 'close':
      return chains.closeSettlement({ state, now });
  }
}

const fold = (run: Run, outcome: SettlementOutcome): void => {
  if (outcome.kind !== 'unchanged') run.state = applyFact(run.state, outcome);
};

/** Does one thing; false when it failed for a round, which is noted for people. */
async function tryStep(run: Run, work: () => Promise<SettlementOutcome>): Promise<boolean> {
  try {
    fold(run, await work());
  } catch (error) {
    if (!isFailedWork(error)) throw error;
    await noteFault(run, error.cause?.message ?? error.message);
    return false;
  }
  await forgetFault(run);
  return true;
}

/** The fault of a round that failed, unless a person must look for another reason already. */
async function noteFault(run: Run, reason: string): Promise<void> {
  const { attention } = run.state;
  if (attention !== null) return;
  await note(run, { kind: 'fault', reason });
}

/** What failed works again; a payout that is blocked stays a reason to look. */
async function forgetFault(run: Run): Promise<void> {
  const { attention, legs } = run.state;
  if (attention?.kind === 'fault' && !legs.some(({ status }) => status === 'blocked')) await note(run, null);
}

async function note(run: Run, attention: SettlementState['attention']): Promise<void> {
  try {
    fold(run, await chains.noteSettlementAttention({ state: run.state, now: workflowTime(), attention }));
  } catch (error) {
    // The database is down, too: the details tell, and the next round tries again.
    if (!isFailedWork(error)) throw error;
    if (attention !== null) setCurrentDetails(`**needs attention**: ${attention.reason}`);
  }
}

async function rest(run: Run, { until, why }: Extract<SettlementStep, { kind: 'wait' }>): Promise<void> {
  show(run, why);
  const isWoken = (): boolean => run.hasNews || run.inbox.length > 0;
  if (until === null) await condition(isWoken);
  else await condition(isWoken, Math.max(until - workflowTime(), 1), { summary: why });
}

async function restAfterFault(run: Run): Promise<void> {
  show(run, 'It tries again in ten minutes, or when a message comes.');
  await condition(() => run.hasNews || run.inbox.length > 0, restAfterFailure, { summary: 'rests after a failure' });
}

function show(run: Run, why: string): void {
  setCurrentDetails(settlementDetails(run.state, why));
  const needsAttention = statusOf(run.state) === 'needs_attention';
  if (needsAttention === run.toldAttention) return;
  run.toldAttention = needsAttention;
  upsertSearchAttributes([{ key: searchAttributes.needsAttention, value: needsAttention }]);
}

/** The rules are asked again: something else may have come before its turn. */
async function carryOut(run: Run, { id, command, actor, requestId }: Order): Promise<void> {
  const refused = refuseSettlementCommand(run.state, command);
  const now = workflowTime();
  const send = () => chains.steerSettlement({ state: run.state, command, commandId: id, actor, requestId, now });
  const done = refused === null && (await tryStep(run, send));
  if (refused === null && !done) await restAfterFault(run);
  run.outcomes.set(id, refused);
}

function enqueue(run: Run, name: SettlementCommandName, payload: unknown, meta: unknown): string {
  const { legId } = textsOf(payload);
  const { commandId, actor = 'operator', requestId = null } = textsOf(meta);
  const id = commandId ?? uuid4();
  run.inbox.push({ id, command: { name, legId: legId ?? null }, actor, requestId });
  return id;
}

/** What comes with a message may be anything when it is typed by hand: only its texts count. */
function textsOf(given: unknown): Readonly<Record<string, string>> {
  const fields = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return Object.fromEntries(fields.filter(([, value]) => typeof value === 'string' && value.length > 0));
}

function refuse({ code, message, context }: Refusal): never {
  throw ApplicationFailure.nonRetryable(message, code, { context, fields: [] });
}

function registerUpdate(run: Run, name: SettlementCommandName): void {
  const validator = (payload?: SettlementCommandPayload, _meta?: MessageMeta): void => {
    const refused = refuseSettlementCommand(run.state, { name, legId: textsOf(payload)['legId'] ?? null });
    if (refused !== null) refuse(refused);
  };
  const handler = async (payload?: SettlementCommandPayload, meta?: MessageMeta): Promise<SettlementReceipt> => {
    const commandId = enqueue(run, name, payload, meta);
    await CancellationScope.nonCancellable(() => condition(() => run.outcomes.has(commandId)));
    const refused = run.outcomes.get(commandId) ?? null;
    if (refused !== null) refuse(refused);
    return { commandId, status: statusOf(run.state) };
  };
  const update = defineUpdate<SettlementReceipt, [SettlementCommandPayload?, MessageMeta?]>(name);
  setHandler(update, handler, { validator, description: `${name}: answers once it is carried out` });
}

function registerMessages(run: Run): void {
  for (const name of settlementCommandNames) {
    registerUpdate(run, name);
    setHandler(defineSignal<[SettlementCommandPayload?, MessageMeta?]>(name), (payload, meta) => {
      enqueue(run, name, payload, meta);
    });
  }
  setHandler(defineSignal(settlementMessages.chainNews), () => {
    run.hasNews = true;
  });
  CancellationScope.current().cancelRequested.catch(() => {
    enqueue(run, 'abandon', {}, { actor: 'operator' });
  });
  setHandler(defineQuery<SettlementState>(settlementMessages.state), () => run.state);
}
