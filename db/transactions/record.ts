/**
 * Writes everything that one business fact changes, in one statement and so in one transaction: an invoice with its number, its
 * lines, payments, postings, the subscription's row, events, audit and outbox. A part that finds its row changed meanwhile undoes
 * the whole (`serialization_failure`), and the caller reads again.
 */
import type { Money } from '../../domain/money';
import { assertBalanced, type Posting } from '../../domain/ledger';
import { nextDueAt } from '../../domain/subscription/decide';
import type { SubscriptionEvent } from '../../domain/subscription/events';
import type { SubscriptionState } from '../../domain/subscription/state';
import { toIso, type Instant } from '../../domain/time';
import { gather } from '../gather';
import type { Queryable } from '../pool';
import {
  creditNoteLineRows,
  creditNoteRow,
  grantRows,
  movementRows,
  type CreditNoteRow,
  type WalletChange,
} from './record-credits';
import { couponRows, type CouponChanges } from './record-coupons';
import { itemRows, type ItemChanges } from './record-items';
import { invoiceRow, lineRows, type NewInvoice } from './record-invoice';
import { returnRows } from './record-returns';
import { partNames, recordStatement, type Part } from './record-statement';
import { usageRows, type UsageBillingRow } from './record-usage';
import type { CouponBack } from './voided-uses';

/** Settles an open invoice. */
export interface InvoiceChange {
  readonly id: string;
  readonly status: 'paid' | 'void' | 'uncollectible';
  readonly amountPaid: Money;
  /** What it must ask for, or nothing is written. */
  readonly expected?: Money;
}

/** What a credit takes off an open invoice, which may settle it; the provider's payment of the old amount was canceled before. */
export interface InvoiceReduction {
  readonly id: string;
  /** What it must ask for, or nothing is written. */
  readonly expected: Money;
  readonly credit: Money;
  readonly carriedOver: Money;
  readonly status: 'open' | 'paid' | 'uncollectible';
}

/** The payment row as it shall be; `expected` is the number of finished attempts it must have, or nothing is written. */
export interface PaymentRow {
  readonly id: string;
  readonly invoiceId: string;
  readonly subscriptionId: string | null;
  readonly customerId: string;
  readonly rail: string;
  readonly providerRef: string;
  readonly status: string;
  readonly amount: Money;
  readonly attempts: number;
  readonly attemptBegun: {
    readonly number: number;
    readonly methodId: string;
    readonly fingerprint: string;
    readonly customerPresent: boolean;
    readonly at: Instant;
  } | null;
  readonly lastChargeRef: string | null;
  readonly nextActionUrl: string | null;
  readonly balanceTransactionRef: string | null;
  readonly fee: string | null;
}

export interface AttemptRow {
  readonly paymentId: string;
  readonly number: number;
  readonly methodId: string | null;
  readonly fingerprint: string | null;
  readonly outcome: 'succeeded' | 'declined' | 'requires_action' | 'processing';
  readonly decline: unknown;
  readonly chargeRef: string | null;
  readonly customerPresent: boolean;
}

export interface EntryRow {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  readonly postings: readonly Posting[];
}

export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly invoiceId?: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface AuditRow {
  readonly id: string;
  readonly actor: string;
  readonly action: string;
  readonly subjectId: string;
  readonly commandId: string | null;
  readonly outcome: 'applied' | 'refused';
  readonly before: unknown;
  readonly after: unknown;
  readonly result: unknown;
  readonly requestId: string | null;
}

/** The fact of another subscription that is written in the same transaction. */
export interface OtherFact {
  readonly subscription: NonNullable<Recording['subscription']>;
  readonly fact: SubscriptionEvent;
  readonly events: readonly EventRow[];
}

export interface Recording {
  readonly tenantId: string;
  readonly now: Instant;
  readonly subscription: {
    readonly state: SubscriptionState;
    readonly canceledAt?: Instant;
  } | null;
  readonly others?: readonly OtherFact[];
  readonly invoice?: NewInvoice;
  /** Usage that is billed by the invoice that is written with it; without one, what came to nothing. */
  readonly usage?: readonly UsageBillingRow[];
  /** Billings of usage that the fact takes back, by their ids. */
  readonly usageReturned?: readonly string[];
  /** Coupons that a voided invoice had used, as they are without it. */
  readonly couponsBack?: readonly CouponBack[];
  readonly invoiceChanges?: readonly InvoiceChange[];
  readonly reductions?: readonly InvoiceReduction[];
  readonly coupons?: CouponChanges;
  readonly items?: ItemChanges;
  /** Adds to a customer's balance; `expected` is the balance that the invoice was computed with. */
  readonly balance?: { readonly customerId: string; readonly change: Money; readonly expected: Money | null };
  readonly wallet?: WalletChange;
  /** Wallets of units that usage of the invoice was paid from, or that a voided one gives back to. */
  readonly unitWallets?: readonly WalletChange[];
  readonly creditNote?: CreditNoteRow;
  readonly payment?:
    { readonly row: PaymentRow; readonly expectedAttempts: number; readonly expectedBegun: number | null } | undefined;
  /** The declines of the card in the last 31 days that the decision to try it knew of; another one undoes the whole. */
  readonly declines?: { readonly fingerprint: string; readonly seen: number };
  readonly attempt?: AttemptRow;
  readonly methodStatus?: { readonly id: string; readonly status: string } | undefined;
  readonly entries?: readonly EntryRow[];
  /** The fact that all this records; it is kept with the first event. */
  readonly fact?: SubscriptionEvent;
  readonly events?: readonly EventRow[];
  readonly audit?: readonly AuditRow[];
}

function reductionRow({ id, expected, credit, carriedOver, status }: InvoiceReduction) {
  return { id, expected: expected.amount, credit: credit.amount, carried_over: carriedOver.amount, status };
}

function paymentRow({ row, expectedAttempts, expectedBegun }: NonNullable<Recording['payment']>) {
  return {
    id: row.id,
    invoice_id: row.invoiceId,
    subscription_id: row.subscriptionId,
    customer_id: row.customerId,
    rail: row.rail,
    provider_ref: row.providerRef,
    status: row.status,
    amount: row.amount.amount,
    currency: row.amount.currency,
    attempts: row.attempts,
    attempt_begun: row.attemptBegun?.number ?? null,
    attempt_method_id: row.attemptBegun?.methodId ?? null,
    attempt_fingerprint: row.attemptBegun?.fingerprint ?? null,
    attempt_customer_present: row.attemptBegun?.customerPresent ?? null,
    attempt_begun_at: row.attemptBegun === null ? null : toIso(row.attemptBegun.at),
    last_charge_ref: row.lastChargeRef,
    next_action_url: row.nextActionUrl,
    balance_transaction_ref: row.balanceTransactionRef,
    fee: row.fee,
    expected_attempts: expectedAttempts,
    expected_begun: expectedBegun,
  };
}

function attemptRow(attempt: AttemptRow) {
  return {
    payment_id: attempt.paymentId,
    number: attempt.number,
    payment_method_id: attempt.methodId,
    fingerprint: attempt.fingerprint,
    outcome: attempt.outcome,
    decline: attempt.decline,
    charge_ref: attempt.chargeRef,
    customer_present: attempt.customerPresent,
  };
}

function subscriptionRow(subscription: NonNullable<Recording['subscription']>) {
  const { state, canceledAt } = subscription;
  const due = nextDueAt(state);
  return {
    id: state.subscriptionId,
    state,
    next_due_at: due === null ? null : toIso(due),
    canceled_at: canceledAt === undefined ? null : toIso(canceledAt),
  };
}

function eventRows({ subscription, events, fact }: Pick<Recording, 'subscription' | 'events' | 'fact'>) {
  const state = subscription?.state;
  return (events ?? []).map((event, index) => ({
    id: event.id,
    type: event.type,
    customer_id: state?.customerId ?? null,
    subscription_id: state?.subscriptionId ?? null,
    invoice_id: event.invoiceId ?? null,
    data: event.data,
    ...(index === 0 && fact !== undefined ? { fact_seq: state?.seq, fact } : {}),
  }));
}

function auditRows(recording: Recording) {
  return (recording.audit ?? []).map(({ subjectId, commandId, requestId, ...rest }) => ({
    ...rest,
    subject_id: subjectId,
    command_id: commandId,
    request_id: requestId,
  }));
}

function postingRows(recording: Recording) {
  return (recording.entries ?? []).flatMap((entry) =>
    entry.postings.map((posting, position) => ({
      entry_id: entry.id,
      position,
      account: posting.account,
      currency: posting.amount.currency,
      amount: posting.amount.amount,
    })),
  );
}

function balanceRow({ customerId, change, expected }: NonNullable<Recording['balance']>) {
  return {
    customer_id: customerId,
    currency: change.currency,
    change: change.amount,
    expected: expected?.amount ?? null,
  };
}

const oneOrNone = <T, R>(value: T | null | undefined, rowOf: (value: T) => R): R[] =>
  value === undefined || value === null ? [] : [rowOf(value)];

/** The rows of each part; a part without any is left out of the statement. */
function rowsOf(recording: Recording): Readonly<Record<Part, readonly object[]>> {
  const changes = recording.invoiceChanges ?? [];
  const reductions = recording.reductions ?? [];
  const others = recording.others ?? [];
  const wallets = [...oneOrNone(recording.wallet, (wallet) => wallet), ...(recording.unitWallets ?? [])];
  return {
    invoice: oneOrNone(recording.invoice, invoiceRow),
    lines: recording.invoice === undefined ? [] : lineRows(recording.invoice),
    usage: usageRows(recording.invoice?.id, recording.usage),
    ...returnRows(recording.usageReturned, recording.couponsBack),
    changes: changes.map(({ id, status, amountPaid, expected }) => ({
      id,
      status,
      amount_paid: amountPaid.amount,
      ...(expected === undefined ? {} : { expected: expected.amount }),
    })),
    balance: oneOrNone(recording.balance, balanceRow),
    reduced: reductions.map(reductionRow),
    wallet: wallets.map(({ walletId: id, expected }) => ({ id, expected })),
    grants: wallets.flatMap(grantRows),
    movements: wallets.flatMap(movementRows),
    note: oneOrNone(recording.creditNote, creditNoteRow),
    noteLines: recording.creditNote === undefined ? [] : creditNoteLineRows(recording.creditNote),
    closed: [...changes.filter(({ status }) => status !== 'paid'), ...reductions].map(({ id }) => ({ id })),
    payment: oneOrNone(recording.payment, paymentRow),
    declines: oneOrNone(recording.declines, (declines) => declines),
    attempt: oneOrNone(recording.attempt, attemptRow),
    method: oneOrNone(recording.methodStatus, (status) => status),
    entries: (recording.entries ?? []).map(({ id, kind, source }) => ({ id, kind, source })),
    postings: postingRows(recording),
    ...couponRows(recording.coupons),
    ...itemRows(recording.items, recording.invoice?.id ?? null),
    subscription: [
      ...oneOrNone(recording.subscription, subscriptionRow),
      ...others.map(({ subscription }) => subscriptionRow(subscription)),
    ],
    events: [recording, ...others].flatMap(eventRows),
    audit: auditRows(recording),
  };
}

type Rows = ReturnType<typeof rowsOf>;

interface Composed {
  readonly tenantId: string;
  readonly now: Instant;
  readonly rows: Rows;
}

/** A round's statement stays in the milliseconds. */
const roundMax = 25;

type Numbers = Readonly<Record<string, string>> | null;

/** Writes recordings that have rows for the same parts; each gets its place and its business time on every row. */
async function write(
  db: Queryable,
  parts: readonly Part[],
  recordings: readonly Composed[],
): Promise<(string | null)[]> {
  const [first] = recordings;
  if (first === undefined) return [];
  const rowsOfPart = (part: Part) =>
    recordings.flatMap(({ rows, now }, n) => rows[part].map((row) => ({ ...row, n, at: toIso(now) })));
  const values = [first.tenantId, ...parts.map((part) => JSON.stringify(rowsOfPart(part)))];
  const [row] = await db.query<{ numbers: Numbers }>(recordStatement(parts), values);
  return recordings.map((_, n) => row?.numbers?.[n] ?? null);
}

type Write = (recording: Composed) => Promise<string | null>;

/** Recordings of one tenant and one shape that come at the same time are written together: the cost of a commit is shared. */
const writers = new WeakMap<Queryable, Map<string, Write>>();

function writerOf(db: Queryable, parts: readonly Part[]): Write {
  const ofDatabase = writers.get(db) ?? new Map<string, Write>();
  writers.set(db, ofDatabase);
  const shape = parts.join();
  const writer =
    ofDatabase.get(shape) ??
    gather({ ask: (recordings: readonly Composed[]) => write(db, parts, recordings), roundMax });
  ofDatabase.set(shape, writer);
  return writer;
}

/**
 * Carries out a recording. Answers the number that the new invoice got, or null.
 * @throws the database's error; `serialization_failure` (40001) when something moved meanwhile, `unique_violation` (23505) when the
 * same fact is recorded already.
 */
export async function record(db: Queryable, recording: Recording): Promise<{ number: string | null }> {
  for (const entry of recording.entries ?? []) assertBalanced(entry.postings);
  const rows = rowsOf(recording);
  const parts = partNames.filter((part) => rows[part].length > 0);
  if (parts.length === 0) return { number: null };
  const { tenantId, now } = recording;
  return { number: await writerOf(db, parts)({ tenantId, now, rows }) };
}
