/** What each command yields, after the executions of the same names; null when it is refused. */
import { billChange } from '../../../domain/invoice/change-bill';
import { creditLines } from '../../../domain/invoice/change-lines';
import { fullPeriod } from '../../../domain/invoice/change-bill';
import type { InvoiceLine } from '../../../domain/invoice/line';
import { reductionsOf } from '../../../domain/invoice/reductions';
import { allocate, isZero, zero } from '../../../domain/money';
import {
  refuseCommand,
  type Cancel,
  type ChangePlan,
  type CommandName,
  type CommandPayloads,
  type PauseCommand,
} from '../../../domain/subscription/commands';
import type { CreditInvoice, InvoiceCommand, RetryPayment } from '../../../domain/subscription/invoice-commands';
import type { ItemChange, SubscriptionEvent } from '../../../domain/subscription/events';
import type { Terms } from '../../../domain/subscription/state';
import { fromIso } from '../../../domain/time';
import { exampleId } from './example';
import { issue, resume, settleable } from './perform';
import { billedNow, bookInvoice, booksOf, planOf, reduceInvoices, type World } from './world';
import { atLeast } from '../invoice/plans';

type Execution<N extends CommandName> = (world: World, payload: CommandPayloads[N]) => SubscriptionEvent | null;

function change(
  world: World,
  terms: Terms,
  { atPeriodEnd, proration, at }: Omit<ChangePlan, 'planId'>,
): SubscriptionEvent {
  const { state, now } = world;
  if (atPeriodEnd === true) return { type: 'terms_scheduled', at: now, terms };
  const when = at === undefined ? now : fromIso(at);
  const made = billChange(state, {
    current: planOf(world, state.terms),
    target: planOf(world, terms),
    billed: billedNow(world).filter((line) => line.periodEnd > when),
    terms,
    policy: proration === 'none' ? 'none' : 'seconds',
    at: when,
  });
  const common = { type: 'terms_changed', at: now, terms, label: state.label, calendar: made.calendar } as const;
  return made.lines.length === 0 ? { ...common, invoice: null } : { ...common, ...issueCredits(world, made.lines) };
}

/** What credit lines credit of open invoices comes off those. */
function issueCredits(world: World, lines: readonly InvoiceLine[]) {
  const reductions = reductionsOf(lines, billedNow(world), atLeast('0.50'));
  const invoice = issue(world, lines, reductions);
  return { invoice, credited: reduceInvoices(world, reductions) };
}

function cancel(world: World, { atPeriodEnd, credit }: Cancel): SubscriptionEvent | null {
  const { state, now } = world;
  if (atPeriodEnd === true && state.period !== null)
    return { type: 'cancel_scheduled', at: now, cancelAt: state.trialEnd ?? state.period.end };
  if (state.status === 'incomplete') {
    const ids = settleable(world);
    if (ids === null) return null;
    for (const id of ids) booksOf(world, id).status = 'void';
    return { type: 'canceled', at: now, invoice: null };
  }
  const billed = billedNow(world).filter((line) => line.periodEnd > now);
  if (credit !== true || state.period === null || billed.length === 0)
    return { type: 'canceled', at: now, invoice: null };
  const full = fullPeriod(state, planOf(world, state.terms));
  const lines = creditLines(billed, { full, at: now, policy: 'seconds', timeZone: state.timeZone });
  return { type: 'canceled', at: now, ...(lines.length === 0 ? { invoice: null } : issueCredits(world, lines)) };
}

/** Takes an open invoice out of the books, unless money is coming for it. */
function settleOne(
  world: World,
  { invoiceId }: InvoiceCommand,
  how: 'voided' | 'uncollectible',
): SubscriptionEvent | null {
  const invoice = booksOf(world, invoiceId);
  if (invoice.status !== 'open' || invoice.truth === 'succeeded' || invoice.truth === 'processing') return null;
  invoice.status = how === 'voided' ? 'void' : 'uncollectible';
  return { type: 'invoice_settled', at: world.now, invoiceId, how };
}

/** Voids an open invoice and issues it anew; now and then there is nothing left to ask for. */
function reissueOne(world: World, { invoiceId }: InvoiceCommand): SubscriptionEvent | null {
  const before = booksOf(world, invoiceId);
  if (before.status !== 'open' || before.truth === 'succeeded' || before.truth === 'processing') return null;
  before.status = 'void';
  const due = world.draw(4) === 0 ? zero(before.due.currency) : before.due;
  world.billed = world.billed.filter(({ openInvoice }) => openInvoice?.id !== invoiceId);
  return { type: 'invoice_reissued', at: world.now, invoiceId, invoice: bookInvoice(world, before.due, due) };
}

/** Takes half of what an open invoice asks for off it, or all of it. */
function creditOne(world: World, { invoiceId, rest }: CreditInvoice): SubscriptionEvent | null {
  const invoice = booksOf(world, invoiceId);
  if (invoice.status !== 'open' || invoice.truth === 'succeeded' || invoice.truth === 'processing') return null;
  const [left] = allocate(invoice.due, ['1', '1']);
  const isWhole = rest === 'refund' || left === undefined || isZero(left);
  if (!isWhole) invoice.due = left;
  // The payment of the old amount was canceled at the provider.
  invoice.recorded = null;
  invoice.truth = null;
  if (isWhole) invoice.status = 'paid';
  const creditNoteId = exampleId('cn', ++world.made);
  return { type: 'invoice_credited', at: world.now, creditNoteId, credited: [{ invoiceId, open: !isWhole }] };
}

/** What stands beside a plan bills by rules of its own: here it leaves the state as it is. */
const itemsChanged = (at: number, change: ItemChange): SubscriptionEvent => ({
  type: 'items_changed',
  at,
  change,
  itemId: exampleId('si', 1),
  invoice: null,
});

const executions: { readonly [N in CommandName]: Execution<N> } = {
  changePlan: (world, payload) =>
    change(
      world,
      { planId: payload.planId, planVersion: 1, quantity: payload.quantity ?? world.state.terms.quantity },
      payload,
    ),
  changeQuantity: (world, payload) => change(world, { ...world.state.terms, quantity: payload.quantity }, payload),
  cancel,
  uncancel: ({ now }) => ({ type: 'cancel_unscheduled', at: now }),
  pause: ({ now, state }, { resumeAt, mode }: PauseCommand) => ({
    type: 'paused',
    at: now,
    resumeAt: resumeAt === undefined ? null : fromIso(resumeAt),
    mode: mode === 'shift_schedule' ? mode : 'keep_schedule',
    ...(mode === 'shift_schedule' && now < (state.period?.end ?? now) ? { periodWaits: true } : {}),
  }),
  resume: (world) => resume(world, world.now),
  updatePaymentMethod: (world) => {
    world.hasMethod = true;
    return { type: 'payment_method_changed', at: world.now, customerActed: false };
  },
  retryPayment: ({ now }, { customerPresent }: RetryPayment) => ({
    type: 'payment_requested',
    at: now,
    customerPresent: customerPresent ?? false,
    customerActed: customerPresent ?? false,
  }),
  voidInvoice: (world, payload) => settleOne(world, payload, 'voided'),
  markUncollectible: (world, payload) => settleOne(world, payload, 'uncollectible'),
  reissueInvoice: reissueOne,
  creditInvoice: creditOne,
  applyCoupon: ({ now }) => ({
    type: 'coupon_applied',
    at: now,
    attachmentId: exampleId('ca', 1),
    couponId: exampleId('cpn', 1),
  }),
  removeCoupon: ({ now }, { attachmentId }) => ({ type: 'coupon_removed', at: now, attachmentId }),
  addAddOn: ({ now }) => itemsChanged(now, 'add_on_added'),
  removeAddOn: ({ now }) => itemsChanged(now, 'add_on_removed'),
  addCharge: ({ now }) => itemsChanged(now, 'charge_added'),
  overridePrice: ({ now }) => itemsChanged(now, 'price_overridden'),
  removePriceOverride: ({ now }) => itemsChanged(now, 'price_override_removed'),
};

/** The fact of a command, or null when the rules or the books refuse it. */
export function execute<N extends CommandName>(
  world: World,
  name: N,
  payload: CommandPayloads[N],
): SubscriptionEvent | null {
  if (refuseCommand(world.state, name, payload, world.now) !== null) return null;
  return executions[name](world, payload);
}
