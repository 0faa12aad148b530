/**
 * The commands of a subscription, once: what each carries, how a payload is checked and when the rules refuse it. Every command is
 * registered from this table as an update (the API) and as a signal of the same name (operators, other systems).
 */
import { fromIso, isIso, type Instant } from '../time';
import { refusal, type FieldError, type Refusal } from '../errors';
import type { CreditInvoice, InvoiceCommand, ReissueInvoice, RetryPayment, VoidInvoice } from './invoice-commands';
import type { AddAddOn, AddCharge, OverridePrice, RemoveAddOn, RemovePriceOverride } from './item-commands';
import { backlogFull, cancelWaits, finalStatuses, openInvoicesMaxOf, type SubscriptionState } from './state';

export interface ChangePlan {
  readonly planId: string;
  /** Absent: the newest version of the plan. */
  readonly planVersion?: number;
  readonly quantity?: number;
  readonly atPeriodEnd?: boolean;
  readonly proration?: string;
  /** The instant a preview was made for (ISO 8601), so that the change costs what the preview said. */
  readonly at?: string;
}
export interface ChangeQuantity {
  readonly quantity: number;
  readonly atPeriodEnd?: boolean;
  readonly proration?: string;
  readonly at?: string;
}
export interface Cancel {
  readonly atPeriodEnd?: boolean;
  /** Give back what was billed for the time that is not used; only when canceling at once. */
  readonly credit?: boolean;
  readonly reason?: string;
}
export interface PauseCommand {
  readonly resumeAt?: string;
  readonly mode?: string;
}
export interface UpdatePaymentMethod {
  readonly paymentMethodId?: string;
}
export interface ApplyCoupon {
  /** A coupon, or the code that the customer typed; never both. */
  readonly couponId?: string;
  readonly code?: string;
}
export interface RemoveCoupon {
  /** What `applyCoupon` made: the coupon as it is attached to the subscription. */
  readonly attachmentId: string;
}
export type NoPayload = Readonly<Record<string, never>>;

export interface CommandPayloads {
  readonly changePlan: ChangePlan;
  readonly changeQuantity: ChangeQuantity;
  readonly cancel: Cancel;
  readonly uncancel: NoPayload;
  readonly pause: PauseCommand;
  readonly resume: NoPayload;
  readonly updatePaymentMethod: UpdatePaymentMethod;
  readonly retryPayment: RetryPayment;
  readonly voidInvoice: VoidInvoice;
  readonly markUncollectible: InvoiceCommand;
  readonly creditInvoice: CreditInvoice;
  readonly reissueInvoice: ReissueInvoice;
  readonly applyCoupon: ApplyCoupon;
  readonly removeCoupon: RemoveCoupon;
  readonly addAddOn: AddAddOn;
  readonly removeAddOn: RemoveAddOn;
  readonly addCharge: AddCharge;
  readonly overridePrice: OverridePrice;
  readonly removePriceOverride: RemovePriceOverride;
}
export type CommandName = keyof CommandPayloads;

/** A command as it waits in the workflow: named, so that it is carried out once. */
export interface Command<N extends CommandName = CommandName> {
  readonly id: string;
  readonly name: N;
  readonly payload: CommandPayloads[N];
  readonly actor: string;
  readonly requestId: string | null;
}

/** A refusal with, for a payload that is not sound, its faults field by field. */
export interface CommandRefusal extends Refusal {
  readonly fields?: readonly FieldError[];
}

type FieldKind = 'string' | 'boolean' | 'quantity' | 'version' | 'instant' | 'lineCredits' | 'object';
interface FieldRule {
  readonly kind: FieldKind;
  readonly required?: true;
  readonly oneOf?: readonly string[];
}
interface CommandRule {
  readonly fields: Readonly<Record<string, FieldRule>>;
  /** Statuses in which the rules refuse the command. */
  readonly refusedIn: readonly SubscriptionState['status'][];
  readonly refuse?: (state: SubscriptionState, payload: never, now: Instant) => CommandRefusal | null;
}

/** More seats than this is a typing mistake, and would not fit the books' columns. */
export const quantityMax = 1_000_000_000;

/** The names of the policies in domain/proration.ts, which workflow code does not load: it asks Intl. */
const prorations = ['seconds', 'day', 'day_inclusive', 'fixed_30', 'none'];
const notStarted = ['pending'] as const;
const over = ['canceled', 'expired'] as const;
/** Statuses in which nothing new is billed. */
const unbilled = [...notStarted, ...over, 'incomplete', 'paused', 'unpaid'] as const;

const notInState = (state: SubscriptionState, action: string): CommandRefusal =>
  refusal('subscription_not_in_state', { status: state.status, action });

const faulty = (fields: readonly FieldError[]): CommandRefusal => ({ ...refusal('validation_failed'), fields });

/** An instant handed in by a caller may lie in the current period up to now, never elsewhere. */
function refuseInstant(
  state: SubscriptionState,
  payload: ChangePlan | ChangeQuantity,
  now: Instant,
): CommandRefusal | null {
  if (payload.at === undefined) return null;
  const at = fromIso(payload.at);
  const earliest = state.period?.start ?? now;
  if (at >= earliest && at <= now) return null;
  return faulty([{ path: 'at', message: 'must lie in the current period and not in the future' }]);
}

/** Behind so many open invoices nothing more is billed until one is settled; what waits for the end of the period may be planned. */
const refuseBacklog = (state: SubscriptionState): CommandRefusal | null =>
  backlogFull(state) ? notInState(state, `another invoice before one of ${openInvoicesMaxOf(state)} is settled`) : null;

function refuseChange(
  state: SubscriptionState,
  payload: ChangePlan | ChangeQuantity,
  now: Instant,
): CommandRefusal | null {
  return refuseInstant(state, payload, now) ?? (payload.atPeriodEnd === true ? null : refuseBacklog(state));
}

export const commandRules: { readonly [N in CommandName]: CommandRule } = {
  changePlan: {
    fields: {
      planId: { kind: 'string', required: true },
      planVersion: { kind: 'version' },
      quantity: { kind: 'quantity' },
      atPeriodEnd: { kind: 'boolean' },
      proration: { kind: 'string', oneOf: prorations },
      at: { kind: 'instant' },
    },
    refusedIn: [...notStarted, ...over, 'incomplete', 'paused', 'unpaid'],
    refuse: refuseChange,
  },
  changeQuantity: {
    fields: {
      quantity: { kind: 'quantity', required: true },
      atPeriodEnd: { kind: 'boolean' },
      proration: { kind: 'string', oneOf: prorations },
      at: { kind: 'instant' },
    },
    refusedIn: [...notStarted, ...over, 'incomplete', 'paused', 'unpaid'],
    refuse: refuseChange,
  },
  cancel: {
    fields: { atPeriodEnd: { kind: 'boolean' }, credit: { kind: 'boolean' }, reason: { kind: 'string' } },
    refusedIn: [],
    refuse: (state, payload: Cancel) => {
      if (finalStatuses.has(state.status)) return refusal('already_canceled');
      if (payload.atPeriodEnd !== true) return null;
      if (state.cancelAt !== null) return refusal('already_canceled');
      return state.period === null || state.status === 'incomplete' ? notInState(state, 'cancel at period end') : null;
    },
  },
  uncancel: {
    fields: {},
    refusedIn: over,
    refuse: (state) => (state.cancelAt === null ? refusal('cancel_not_scheduled') : null),
  },
  pause: {
    fields: { resumeAt: { kind: 'instant' }, mode: { kind: 'string', oneOf: ['keep_schedule', 'shift_schedule'] } },
    refusedIn: [...notStarted, ...over, 'incomplete', 'trialing', 'unpaid'],
    refuse: (state, payload: PauseCommand, now) => {
      if (state.status === 'paused') return refusal('already_paused');
      if (payload.resumeAt === undefined || fromIso(payload.resumeAt) > now) return null;
      return faulty([{ path: 'resumeAt', message: 'must lie in the future' }]);
    },
  },
  resume: {
    fields: {},
    refusedIn: over,
    refuse: (state, _payload, now) => {
      if (state.status !== 'paused') return refusal('not_paused');
      // After an outage the cancellation that was due meanwhile comes first.
      const isOver = state.cancelAt !== null && state.cancelAt <= now && !cancelWaits(state);
      return isOver ? refusal('already_canceled') : refuseBacklog(state);
    },
  },
  updatePaymentMethod: { fields: { paymentMethodId: { kind: 'string' } }, refusedIn: [] },
  retryPayment: {
    fields: { invoiceId: { kind: 'string' }, customerPresent: { kind: 'boolean' } },
    refusedIn: [],
    refuse: (state, payload: RetryPayment) => refuseUnlessOwed(state, payload.invoiceId),
  },
  voidInvoice: {
    fields: {
      invoiceId: { kind: 'string', required: true },
      usage: { kind: 'string', oneOf: ['rebill', 'keep'] },
    },
    refusedIn: [],
    refuse: (state, { invoiceId, usage }: VoidInvoice) =>
      refuseUnlessOwed(state, invoiceId) ??
      (usage === 'rebill' && finalStatuses.has(state.status) ? notInState(state, 'bill its usage again') : null),
  },
  markUncollectible: {
    fields: { invoiceId: { kind: 'string', required: true } },
    refusedIn: [],
    refuse: (state, payload: InvoiceCommand) => refuseUnlessOwed(state, payload.invoiceId),
  },
  reissueInvoice: {
    fields: {
      invoiceId: { kind: 'string', required: true },
      lines: { kind: 'lineCredits' },
      reprice: { kind: 'boolean' },
    },
    refusedIn: [],
    refuse: (state, { invoiceId, lines, reprice }: ReissueInvoice) => {
      if (reprice !== true) return refuseUnlessOwed(state, invoiceId);
      return lines === undefined ? null : faulty([{ path: 'lines', message: 'cannot be given with reprice' }]);
    },
  },
  creditInvoice: {
    fields: {
      invoiceId: { kind: 'string', required: true },
      creditNoteId: { kind: 'string' },
      lines: { kind: 'lineCredits' },
      amount: { kind: 'string' },
      basis: { kind: 'string', oneOf: ['gross', 'net'] },
      rest: { kind: 'string', oneOf: ['refund', 'balance'] },
      reason: { kind: 'string', required: true },
      memo: { kind: 'string' },
    },
    refusedIn: [],
    refuse: (state, payload: CreditInvoice) => refuseUnlessOwed(state, payload.invoiceId),
  },
  applyCoupon: {
    fields: { couponId: { kind: 'string' }, code: { kind: 'string' } },
    refusedIn: over,
    refuse: (_state, { couponId, code }: ApplyCoupon) =>
      (couponId === undefined) === (code === undefined)
        ? faulty([{ path: 'couponId', message: 'or code must be given, and not both' }])
        : null,
  },
  removeCoupon: { fields: { attachmentId: { kind: 'string', required: true } }, refusedIn: over },
  addAddOn: {
    fields: { priceId: { kind: 'string', required: true }, quantity: { kind: 'quantity' } },
    refusedIn: unbilled,
    refuse: refuseBacklog,
  },
  removeAddOn: {
    fields: { addOnId: { kind: 'string', required: true }, atPeriodEnd: { kind: 'boolean' } },
    refusedIn: unbilled,
    refuse: (state, payload: RemoveAddOn) => (payload.atPeriodEnd === true ? null : refuseBacklog(state)),
  },
  addCharge: {
    fields: {
      priceId: { kind: 'string', required: true },
      quantity: { kind: 'quantity' },
      invoice: { kind: 'string', oneOf: ['now', 'next'] },
    },
    refusedIn: unbilled,
    refuse: (state, payload: AddCharge) => (payload.invoice === 'next' ? null : refuseBacklog(state)),
  },
  overridePrice: {
    fields: {
      priceId: { kind: 'string', required: true },
      model: { kind: 'string' },
      parameters: { kind: 'object', required: true },
      description: { kind: 'string' },
    },
    refusedIn: [...notStarted, ...over],
  },
  removePriceOverride: {
    fields: { overrideId: { kind: 'string', required: true } },
    refusedIn: [...notStarted, ...over],
  },
};

/** As many as an invoice can have in reason. */
const creditedLinesMax = 10_000;

const isLineCredit = (value: unknown): boolean => {
  const { line_id: lineId, amount } = (value ?? {}) as Record<string, unknown>;
  return typeof lineId === 'string' && typeof amount === 'string';
};

/** Commands about money owed need an open invoice, and none whose payment is under way at the provider. */
function refuseUnlessOwed(state: SubscriptionState, invoiceId: string | undefined): CommandRefusal | null {
  const { collection } = state;
  const owed = collection === null ? [] : [collection.invoiceId, ...collection.queue];
  if (collection === null || (invoiceId !== undefined && !owed.includes(invoiceId))) {
    return refusal('invoice_not_open', { invoiceId: invoiceId ?? 'of the subscription', status: 'settled' });
  }
  return collection.waitingFor === 'provider'
    ? refusal('payment_in_progress', { invoiceId: collection.invoiceId })
    : null;
}

export const commandNames = Object.keys(commandRules) as readonly CommandName[];

/** A price's parameters are no novel; the history of a workflow keeps them. */
const objectLengthMax = 20_000;

const isPlainObject = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  JSON.stringify(value).length <= objectLengthMax;

const fieldChecks: Readonly<Record<FieldKind, { readonly ok: (value: unknown) => boolean; readonly reason: string }>> =
  {
    string: {
      ok: (value) => typeof value === 'string' && value.length > 0 && value.length <= 500,
      reason: 'must be a text of 1 to 500 characters',
    },
    lineCredits: {
      ok: (value) => Array.isArray(value) && value.length <= creditedLinesMax && value.every(isLineCredit),
      reason: 'must be a list of { line_id, amount }',
    },
    object: { ok: isPlainObject, reason: `must be an object of at most ${objectLengthMax} characters as JSON` },
    boolean: { ok: (value) => typeof value === 'boolean', reason: 'must be true or false' },
    quantity: {
      ok: (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= quantityMax,
      reason: `must be a whole number from 0 to ${quantityMax}`,
    },
    version: {
      ok: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
      reason: 'must be a whole number from 1',
    },
    instant: {
      ok: (value) => isIso(value) && value.endsWith('Z'),
      reason: 'must be an ISO 8601 instant in UTC, such as 2026-01-31T00:00:00Z',
    },
  };

function checkField(name: string, rule: FieldRule, value: unknown): FieldError | null {
  if (value === undefined) return rule.required ? { path: name, message: 'is required' } : null;
  const check = fieldChecks[rule.kind];
  if (!check.ok(value)) return { path: name, message: check.reason };
  if (rule.oneOf !== undefined && !rule.oneOf.includes(value as string)) {
    return { path: name, message: `must be one of ${rule.oneOf.join(', ')}` };
  }
  return null;
}

/** The faults of a payload, field by field; empty when it is sound. Unknown fields are refused: a misspelt option must not be ignored. */
export function payloadFaults(name: CommandName, payload: unknown): FieldError[] {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return [{ path: '', message: 'must be a JSON object' }];
  }
  const values = payload as Record<string, unknown>;
  const { fields } = commandRules[name];
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(fields, key));
  return [
    ...unknown.map((path) => ({ path, message: 'is not known' })),
    ...Object.entries(fields).flatMap(
      ([field, rule]) => checkField(field, rule, Object.hasOwn(values, field) ? values[field] : undefined) ?? [],
    ),
  ];
}

/** The rule that forbids a command now, or null. Pure and synchronous: it is the update's validator. */
export function refuseCommand(
  state: SubscriptionState,
  name: CommandName,
  payload: unknown,
  now: Instant,
): CommandRefusal | null {
  const fields = payloadFaults(name, payload);
  if (fields.length > 0) return faulty(fields);
  const rule = commandRules[name];
  if (rule.refusedIn.includes(state.status)) {
    return finalStatuses.has(state.status)
      ? refusal('subscription_ended', { subscriptionId: state.subscriptionId })
      : notInState(state, name);
  }
  return rule.refuse?.(state, payload as never, now) ?? null;
}
