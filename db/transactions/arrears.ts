/**
 * What the end of a stretch bills for what is over: the usage of it, what came late to stretches that were billed before, and the fees in
 * arrears. Bills and previews both come here. A plan without any of it costs no query.
 */
import { isDeepStrictEqual } from 'node:util';
import { fail } from '../../domain/errors';
import { feesInArrears, usageWindow } from '../../domain/invoice/arrears';
import type { PeriodLimits } from '../../domain/invoice/limited-lines';
import type { InvoiceLine } from '../../domain/invoice/line';
import { adjustmentLine, countsOver, quantityIn, usageLine, type UsageReading } from '../../domain/invoice/usage-lines';
import { aggregations } from '../../domain/metering/aggregations';
import { usageDueAt, type LateUsage } from '../../domain/metering/late-usage';
import type { Window } from '../../domain/metering/window';
import type { VersionTerms } from '../../domain/plan';
import { billsInArrears, isMetered, type MeteredPrice } from '../../domain/plan/timing';
import { isAbove, minus, plus } from '../../domain/pricing/exact';
import type { Usage } from '../../domain/pricing/usage';
import { pricingModels } from '../../domain/pricing';
import type { ProrationMoment, ProrationPolicy } from '../../domain/proration';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { UnbilledUsage } from '../../domain/subscription/unbilled-usage';
import { addDays, type Instant } from '../../domain/time';
import type { Database } from '../pool';
import { knownMeter } from '../queries/meters';
import { billedUsageOf, type BilledWindow } from '../queries/usage-billings';
import { correctableLines } from './correctable-lines';
import { loadEndedLimits } from './ended-limits';
import type { UsageBillingRow } from './record-usage';
import { loadSeatLines } from './seat-changes';
import type { UsageQuestion } from './usage-buckets';
import { usageForPrice } from './usage-forms';
import { measureTogether } from './usage-of';

export interface ArrearsRequest {
  readonly state: SubscriptionState;
  /** In force in the ended stretch. */
  readonly plan: VersionTerms;
  readonly at: Instant;
  readonly policy: ProrationPolicy;
  /** Why the stretch ends, where it ends before its period: a change unless given. */
  readonly moment?: ProrationMoment;
  /** What the usage of the ended stretch will have come to, for a forecast; absent: what it is. */
  readonly foresee?: (usage: Usage, question: UsageQuestion) => Usage;
  /** A change of quantity ends fees alone. */
  readonly withUsage?: boolean;
  /** The fees were billed when the stretch ended; its usage is billed now that its grace is over. */
  readonly usageAlone?: boolean;
  /** What becomes of usage that came late or was corrected: a line, unless its invoice is to be corrected. */
  readonly lateUsage?: LateUsage;
  /** How long usage waits for what comes late; absent: it is read as it stands, as previews do. */
  readonly grace?: UsageGrace;
}

export interface UsageGrace {
  readonly hours: number;
  /** The end of the period that follows; null: none does. */
  readonly nextEnd: Instant | null;
}

export interface Arrears {
  readonly lines: readonly InvoiceLine[];
  /** What the lines billed, to be recorded with them. */
  readonly usage: readonly UsageBillingRow[];
  /** Least and most of what ends; null for neither. */
  readonly limits: PeriodLimits | null;
  /** The stretch whose usage is billed later; its limits are measured then, too. */
  readonly unbilled?: UnbilledUsage;
  /** Invoices that are credited and billed anew instead of an adjustment. */
  readonly late?: readonly string[];
}

export const noArrears: Arrears = { lines: [], usage: [], limits: null };

/** What came late is looked for so far back; what comes later still stays `late`, and is listed so. */
const lateDaysMax = 100;
/** Where periods are short, so many of them. */
const lateWindowsMax = 12;

/** What is asked of the meters: a new window, or one that was billed before. */
export interface Question extends UsageQuestion {
  readonly price: MeteredPrice;
  readonly currency: string;
  readonly billed: BilledWindow | null;
}

/** What is asked of the meter of a price for a window. @throws PerennialError `not_found` for a meter that is missing */
export async function questionOf(
  database: Database,
  { tenantId, customerId, currency }: SubscriptionState,
  price: MeteredPrice,
  window: Window,
  billed: BilledWindow | null,
): Promise<Question> {
  const meter = await knownMeter(database.as(tenantId), tenantId, price.meterId);
  if (meter === null) return fail('not_found', { resource: 'Meter', id: price.meterId });
  return { tenantId, customerId, currency, meter, price, ...window, billed };
}

/** The billed windows that may still be corrected, the oldest first. */
function correctable(windows: readonly BilledWindow[], at: Instant): BilledWindow[] {
  const earliest = addDays(at, -lateDaysMax);
  const prices = new Set(windows.map(({ rating }) => rating?.price.id));
  return [...prices].flatMap((id) => {
    const own = windows
      .filter(({ rating }) => rating !== null && !rating.isFree && rating.price.id === id)
      .sort((a, b) => a.from - b.from);
    const recent = new Set(own.filter(({ to }) => to > earliest).slice(-lateWindowsMax));
    // What was taken back is billed again, however old it is.
    return own.filter((window) => window.returned !== null || recent.has(window));
  });
}

/** The quantity of all windows of a meter, null for none; each window once however many prices look at it. */
function quantitiesOf(windows: readonly BilledWindow[], meterId: string): string | null {
  const byWindow = new Map(
    windows
      .filter(
        ({ returned, ...window }) => window.meterId === meterId && window.quantity !== null && returned !== 'whole',
      )
      .map(({ from, to, quantity }) => [`${from}/${to}`, quantity ?? '0']),
  );
  return byWindow.size === 0 ? null : [...byWindow.values()].reduce(plus, '0');
}

/**
 * What was counted before a window, as its price goes on counting. A maximum, a latest or a unique count of parts does not add up to that of
 * the whole, so each part stands for itself. Another price
 * of the meter counts on where more never costs less.
 */
function beforeOf({ price, meter }: Question, windows: readonly BilledWindow[], periodStart: Instant): string | null {
  const over = countsOver(price);
  if (over === 'part' || !aggregations[meter.definition.aggregation].adds) return null;
  if (over === 'contract') return quantitiesOf(windows, price.meterId);
  const { monotone } = pricingModels[price.model].capabilities;
  const inPeriod = windows.filter(({ from, priceId }) => from >= periodStart && (monotone || priceId === price.id));
  return quantitiesOf(inPeriod, price.meterId);
}

/** Equal as numbers, too: "5" and "5.0" are one quantity. */
export const sameUsage = (a: Usage, b: Usage): boolean => {
  const [left, right] = [quantityIn(a), quantityIn(b)];
  return left === null || right === null ? isDeepStrictEqual(a, b) : !isAbove(left, right) && !isAbove(right, left);
};

interface Progress {
  readonly lines: readonly InvoiceLine[];
  readonly usage: readonly UsageBillingRow[];
  /** The billed windows as they stand with what is billed now. */
  readonly windows: readonly BilledWindow[];
}

/** The row of a reading that is billed. */
export function rowOf(
  { subscriptionId, customerId }: SubscriptionState,
  reading: Omit<UsageReading, 'usage'>,
  { usage, exact, billed, counted }: Pick<UsageBillingRow, 'usage' | 'exact' | 'billed' | 'counted'>,
): UsageBillingRow {
  const { planId, price, window, before, isFree } = reading;
  const rating = { planId, price, before, isFree };
  return {
    subscriptionId,
    customerId,
    meterId: price.meterId,
    priceId: price.id,
    ...window,
    usage,
    counted,
    exact,
    billed,
    rating,
  };
}

/** A window whose billings were all taken back: its usage is billed as it was, by the price and at the place in the count of that time. */
function billAgain(
  progress: Progress,
  state: SubscriptionState,
  billed: BilledWindow,
  usage: Usage,
  counted: string,
): Progress {
  const { rating, from, to } = billed;
  if (rating === null) return progress;
  const reading = { ...rating, window: { from, to }, usage };
  const { line, exact } = usageLine(reading, state.currency);
  const row = rowOf(state, reading, { usage, exact, billed: exact, counted });
  const again = { ...billed, usage, quantity: quantityIn(usage), exact, returned: null };
  return {
    lines: line === null ? progress.lines : [...progress.lines, line],
    usage: [...progress.usage, row],
    windows: progress.windows.map((window) => (window === billed ? again : window)),
  };
}

/** What came late to a window, or was corrected in it. */
function adjust(
  progress: Progress,
  state: SubscriptionState,
  billed: BilledWindow,
  usage: Usage,
  counted: string,
): Progress {
  const { rating, usage: then, exact, returned } = billed;
  if (returned === 'whole') return billAgain(progress, state, billed, usage, counted);
  if (rating === null || then === null || (sameUsage(usage, then) && returned === null)) return progress;
  const reading = { ...rating, window: { from: billed.from, to: billed.to }, usage: then, exact };
  const contract = quantitiesOf(progress.windows, billed.meterId) ?? '0';
  const isShort = returned !== null;
  const made = adjustmentLine({ billed: reading, usage, contract, isShort, currency: state.currency });
  const row = rowOf(state, reading, { usage, exact: made.exact, billed: minus(made.exact, exact), counted });
  const windows = progress.windows.map((window) =>
    window === billed ? { ...window, usage, quantity: quantityIn(usage), exact: made.exact, returned: null } : window,
  );
  return {
    lines: made.line === null ? progress.lines : [...progress.lines, made.line],
    usage: [...progress.usage, row],
    windows,
  };
}

/** The usage of a window that was not billed before. */
function bill(
  progress: Progress,
  { state, plan }: ArrearsRequest,
  question: Question,
  usage: Usage,
  counted: string,
): Progress {
  const { price, from, to } = question;
  const isFree = isFreeTrial(state, plan);
  const before = isFree ? null : beforeOf(question, progress.windows, state.period?.start ?? from);
  const planId = price.booked === undefined ? plan.planId : null;
  const reading = { planId, price, window: { from, to }, usage, before, isFree };
  const { line, exact } = usageLine(reading, state.currency);
  const row = rowOf(state, reading, { usage, exact, billed: exact, counted });
  return {
    ...progress,
    lines: line === null ? progress.lines : [...progress.lines, line],
    usage: [...progress.usage, row],
  };
}

/** What is used in a trial is free unless the plan says otherwise. */
const isFreeTrial = ({ status, pause }: SubscriptionState, { definition }: VersionTerms): boolean =>
  (status === 'trialing' || pause?.cause === 'trial_end') && definition.trial?.usage !== 'billed';

/** The stretch, if its usage waits for what comes late, or for an older one that does; null: it is billed now. */
function waiting(request: ArrearsRequest): UnbilledUsage | null {
  const { state, plan, at, grace, moment, withUsage = true } = request;
  const window = usageWindow(state, at);
  const isMeteredPlan = plan.definition.prices.some(isMetered);
  if (grace === undefined || window === null || !withUsage || !isMeteredPlan) return null;
  const { terms, period, anchor, planSince, unbilledUsage = [], status, pause } = state;
  // In their order: a price goes on counting over the stretches of a period.
  const before = unbilledUsage.at(-1);
  if (period === null || isFreeTrial(state, plan) || (grace.hours === 0 && before === undefined)) return null;
  return {
    ...window,
    dueAt: Math.max(usageDueAt(at, grace.hours, grace.nextEnd), before?.dueAt ?? at),
    terms,
    period,
    anchor,
    ...(planSince === undefined ? {} : { planSince }),
    ...(moment === 'termination' ? { isLast: true } : {}),
    ...(status === 'trialing' || pause?.cause === 'trial_end' ? { isTrial: true } : {}),
  };
}

/** The part of a window in which a price counts: an add-on's is booked within it. Null for none. */
function bookedIn({ booked }: MeteredPrice, window: Window): Window | null {
  if (booked === undefined) return window;
  const part = { from: Math.max(window.from, booked.from), to: Math.min(window.to, booked.to ?? window.to) };
  return part.from < part.to ? part : null;
}

/** True for a window that is billed with another usage than it has now. */
const isLate = (billed: BilledWindow | null, usage: Usage | undefined): billed is BilledWindow =>
  billed !== null &&
  billed.returned === null &&
  billed.usage !== null &&
  usage !== undefined &&
  !sameUsage(usage, billed.usage);

/** The windows whose invoices can be corrected; the others are adjusted. */
async function correctedLater(
  database: Database,
  state: SubscriptionState,
  changed: readonly BilledWindow[],
): Promise<BilledWindow[]> {
  const ids = [...new Set(changed.flatMap(({ invoiceId }) => invoiceId ?? []))];
  if (ids.length === 0) return [];
  const lines = await correctableLines(database.as(state.tenantId), state, ids);
  return changed.filter(
    ({ priceId, from, to, rating }) =>
      rating !== null &&
      countsOver(rating.price) !== 'contract' &&
      lines.some((line) => line.priceId === priceId && line.from === from && line.to === to),
  );
}

async function usageArrears(database: Database, request: ArrearsRequest): Promise<Omit<Arrears, 'limits'>> {
  const { state, plan, at } = request;
  const prices = plan.definition.prices.filter(isMetered);
  const window = usageWindow(state, at);
  if ((prices.length === 0 && state.usageReturned !== true) || request.withUsage === false) return noArrears;
  const windows = await billedUsageOf(database.as(state.tenantId), state, addDays(at, -lateDaysMax));
  const questions = await Promise.all([
    ...correctable(windows, at).flatMap((billed) =>
      billed.rating === null ? [] : questionOf(database, state, billed.rating.price, billed, billed),
    ),
    ...prices.flatMap((price) => {
      const counted = window === null ? null : bookedIn(price, window);
      return counted === null ? [] : questionOf(database, state, price, counted, null);
    }),
  ]);
  const [first, ...rest] = questions;
  if (first === undefined) return noArrears;
  const { usages, counted } = await measureTogether(database, [first, ...rest], (db, question) =>
    usageForPrice(db, question, question.price, question.currency),
  );
  const changed = questions.flatMap(({ billed }, index) => (isLate(billed, usages[index]) ? [billed] : []));
  const corrected = request.lateUsage === 'credit_and_reissue' ? await correctedLater(database, state, changed) : [];
  const begun: Progress = { lines: [], usage: [], windows };
  const made = questions.reduce((progress, question, index) => {
    if (question.billed !== null && corrected.includes(question.billed)) return progress;
    const read = usages[index] ?? fail('internal');
    const usage = question.billed === null ? (request.foresee?.(read, question) ?? read) : read;
    // A window that was adjusted before in this run stands in the progress as it is now.
    return question.billed === null
      ? bill(progress, request, question, usage, counted)
      : adjust(progress, state, question.billed, usage, counted);
  }, begun);
  const late = [...new Set(corrected.flatMap(({ invoiceId }) => invoiceId ?? []))];
  return { ...made, ...(late.length === 0 ? {} : { late }) };
}

/**
 * Reads what ends at an instant and is billed for the time before it.
 * @throws PerennialError `not_found` for a meter that is missing, and what pricing throws for usage that cannot be priced.
 */
export async function loadArrears(database: Database, request: ArrearsRequest): Promise<Arrears> {
  const { state, plan, at, policy, moment = 'change' } = request;
  const { limits: bounds, seats } = plan.definition;
  const isOfPlan = billsInArrears(plan.definition) || bounds !== undefined || seats?.added === 'next_invoice';
  if (state.period === null || (!isOfPlan && state.usageReturned !== true)) return noArrears;
  const unbilled = waiting(request);
  const read = unbilled === null ? await meteredArrears(database, request) : noArrears;
  if (request.usageAlone === true) return read;
  const fees = feesInArrears({
    state,
    plan,
    quantity: plan.definition.quantity ?? state.terms.quantity,
    at,
    policy,
    moment,
  });
  const changed = await loadSeatLines(database, request);
  return { ...read, lines: [...fees, ...changed, ...read.lines], ...(unbilled === null ? {} : { unbilled }) };
}

/** Usage, and the limits that are measured with it. */
async function meteredArrears(database: Database, request: ArrearsRequest): Promise<Arrears> {
  const limits = await loadEndedLimits(database, request);
  return { ...(await usageArrears(database, request)), limits };
}
