/**
 * The messages of a subscription. Every command is registered from the one table, as an update (its validator refuses at once and
 * writes nothing to history) and as a signal of the same name.
 */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { Refusal } from '../../domain/errors';
import { noticePayment, noticePaymentMethod } from '../../domain/subscription/apply';
import {
  commandNames,
  refuseCommand,
  type CommandName,
  type CommandPayloads,
} from '../../domain/subscription/commands';
import { rememberFact, type SubscriptionState } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import { businessTime } from '../clock';
import { messages, type CommandReceipt, type MessageMeta, type ProviderFact } from '../contract';
import { wake, type Entity } from './entity';
import { nextSignalId } from './signal-ids';

type Payload = CommandPayloads[CommandName];

/** A refusal as the caller of an update receives it: type = the error code, details = context and faulty fields. */
export function refusalFailure(refused: Refusal): ApplicationFailure {
  const { fields } = refused as Refusal & { fields?: unknown };
  return ApplicationFailure.nonRetryable(refused.message, refused.code, {
    context: refused.context,
    fields: fields ?? [],
  });
}

/** Puts a command in the inbox and answers its id: the sender's, or one of our own. */
function enqueue(entity: Entity, name: CommandName, payload: Payload, meta: MessageMeta): string {
  const named = meta.commandId === undefined ? nextSignalId(entity.state, name, payload) : null;
  if (named !== null) entity.state = named.state;
  const id = named?.id ?? meta.commandId ?? '';
  entity.inbox.push({ id, name, payload, actor: meta.actor ?? 'operator', requestId: meta.requestId ?? null });
  wake(entity);
  return id;
}

/** A command without fields is typed without any input, in the UI and on the command line. */
const payloadOf = (given: Payload | null | undefined): Payload => given ?? ({} as Payload);

/** What comes with a message may be anything when it is typed by hand: only its texts count. */
function textsOf(given: unknown): Readonly<Record<string, string>> {
  const fields = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return Object.fromEntries(fields.filter(([, value]) => typeof value === 'string' && value.length > 0));
}

/** Waits until it is so. A cancellation of the workflow is a command like another: it breaks no sender's wait. */
const until = (isSo: () => boolean): Promise<void> => CancellationScope.nonCancellable(() => condition(isSo));

function registerUpdate(entity: Entity, name: CommandName): void {
  const update = defineUpdate<CommandReceipt, [Payload?, MessageMeta?]>(name);
  const validator = (payload?: Payload, _meta?: MessageMeta): void => {
    const refused = refuseCommand(entity.state, name, payloadOf(payload), businessTime(entity.state));
    if (refused !== null) throw refusalFailure(refused);
  };
  const handler = async (payload?: Payload, given?: MessageMeta): Promise<CommandReceipt> => {
    const id = enqueue(entity, name, payloadOf(payload), textsOf(given));
    await until(() => entity.outcomes.has(id) && (entity.quiet || entity.outcomes.get(id) !== null));
    const refused = entity.outcomes.get(id) ?? null;
    entity.outcomes.delete(id);
    if (refused !== null) throw refusalFailure(refused);
    return { commandId: id, status: entity.state.status };
  };
  setHandler(update, handler, { validator, description: `${name}: answers once it is carried out` });
}

function registerSignal(entity: Entity, name: CommandName): void {
  const signal = defineSignal<[Payload?, MessageMeta?]>(name);
  const handler = (payload?: Payload, given?: MessageMeta): void => {
    enqueue(entity, name, payloadOf(payload), textsOf(given));
  };
  setHandler(signal, handler, { description: `${name}: like the update, without an answer` });
}

/**
 * Temporal's own cancellation (`temporal workflow cancel`, "Request Cancellation" in the UI) means what it says: the subscription is
 * canceled now, without a credit. The workflow then ends by itself once nothing is owed, as after the command.
 */
function registerCancellation(entity: Entity): void {
  CancellationScope.current().cancelRequested.catch(() => {
    enqueue(entity, 'cancel', { reason: 'requested in Temporal' }, {});
  });
}

function registerFacts(entity: Entity): void {
  const notice = (given: unknown, take: (state: SubscriptionState, at: Instant) => SubscriptionState): void => {
    const { eventId } = textsOf(given);
    if (eventId !== undefined && entity.state.handledFacts.includes(eventId)) return;
    if (eventId !== undefined) entity.state = rememberFact(entity.state, eventId);
    entity.state = take(entity.state, businessTime(entity.state));
    wake(entity);
  };
  setHandler(defineSignal(messages.factsRecorded), () => fallBehind(entity));
  setHandler(defineSignal<[ProviderFact?]>(messages.providerFact), (fact) => notice(fact, noticePayment));
  setHandler(defineSignal<[ProviderFact?]>(messages.paymentMethodChanged), (fact) => notice(fact, noticePaymentMethod));
}

/** There is something to read: the main loop does so before anything else. */
function fallBehind(entity: Entity): void {
  entity.behind = true;
  wake(entity);
}

function registerTime(entity: Entity): void {
  setHandler(defineUpdate<CommandReceipt>(messages.settle), async () => {
    await until(() => entity.quiet);
    return { commandId: messages.settle, status: entity.state.status };
  });
  setHandler(defineUpdate<CommandReceipt, [Instant]>(messages.advanceTo), async (target: Instant) => {
    const { clock } = entity.state;
    if (clock !== null && target > clock.now) {
      entity.state = { ...entity.state, clock: { ...clock, now: target } };
      wake(entity);
    }
    // The clock answers once all is settled, also what others recorded.
    if (entity.state.follows === true) fallBehind(entity);
    await until(() => entity.quiet);
    return { commandId: `${messages.advanceTo}:${target}`, status: entity.state.status };
  });
}

/** Registers everything. Must run before the first await: a handler may be called before the main loop. */
export function registerMessages(entity: Entity): void {
  for (const name of commandNames) {
    registerUpdate(entity, name);
    registerSignal(entity, name);
  }
  registerCancellation(entity);
  registerFacts(entity);
  registerTime(entity);
  setHandler(defineQuery<SubscriptionState>(messages.state), () => entity.state);
}
