/** What the conformance suite of the rails stands on: a provider that can be told how to behave, and payments made through the port alone. */
import { randomUUID } from 'node:crypto';
import type { DeclineFacts, PaymentMethodFacts, PaymentState, Rail } from '../../adapters/rails/port';
import { attemptKey, createPaymentKey } from '../../domain/ids';
import { money, type Money } from '../../domain/money';

/** How a stored payment method behaves from now on when a payment is tried with it. */
export type RailBehavior =
  'succeeds' | 'declines_never' | 'declines_customer' | 'declines_later' | 'asks_customer' | 'settles_later';

/** The actions whose reply can be lost. */
export type RailAction = 'create' | 'confirm' | 'cancel' | 'refund';

/** A rail against a provider, or its double, that can be told how to behave. */
export interface RailHarness {
  readonly rail: Rail;
  /** A currency that the rail can charge. */
  readonly currency: string;
  /** A token that is attached without trouble. */
  readonly token: string;
  /** A token that is declined while it is attached; null when the provider does not check it then. */
  readonly tokenDeclinedAtAttach: string | null;
  /** Makes an attached method behave; false when this provider cannot be made to. */
  behave(method: PaymentMethodFacts, behavior: RailBehavior): Promise<boolean>;
  /** Plays the customer at the page that `requires_action` names. */
  answerAction(redirectUrl: string, answer: 'complete' | 'fail'): Promise<void>;
  settle(providerRef: string, outcome: 'succeed' | 'fail'): Promise<void>;
  /** The payer's bank disputes a paid payment; answers the provider's id of the dispute. Rejects where there are no disputes. */
  dispute(providerRef: string, kind: 'inquiry' | 'chargeback'): Promise<string>;
  decideDispute(disputeRef: string, outcome: 'won' | 'lost'): Promise<void>;
  /** From now on no reply to this action arrives, until `heal`. */
  loseReplies(action: RailAction, moment: 'before_commit' | 'after_commit'): Promise<void>;
  heal(): Promise<void>;
  /** How often money was really taken for this invoice, from the provider's own records. */
  chargesOf(invoiceId: string): Promise<number>;
  /** A true webhook of the provider about this payment, signed at this instant (epoch milliseconds). */
  webhookAbout(providerRef: string, signedAt: number): Promise<{ rawBody: string; signature: string }>;
  close(): Promise<void>;
}

/** One unpaid payment with its method, ready to be tried. */
export interface RailCase {
  readonly harness: RailHarness;
  readonly rail: Rail;
  readonly tenantId: string;
  readonly invoiceId: string;
  readonly amount: Money;
  readonly customerRef: string;
  readonly method: PaymentMethodFacts;
  readonly providerRef: string;
}

export const uniqueKey = (prefix: string): string => `${prefix}_${randomUUID()}`;

/** Attaches a method that behaves so. */
export async function attach(
  harness: RailHarness,
  customerRef: string,
  behavior: RailBehavior,
): Promise<PaymentMethodFacts> {
  const outcome = await harness.rail.attachPaymentMethod({
    customerRef,
    token: harness.token,
    idempotencyKey: uniqueKey('attach'),
  });
  if (outcome.kind !== 'attached') throw new Error('The token of the harness must attach.');
  if (!(await harness.behave(outcome.method, behavior)))
    throw new Error(`The provider cannot be made to: ${behavior}.`);
  return outcome.method;
}

export async function newCustomer(harness: RailHarness): Promise<string> {
  const { customerRef } = await harness.rail.createCustomer({
    tenantId: 'ten_conformance',
    customerId: uniqueKey('cus'),
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    idempotencyKey: uniqueKey('customer'),
  });
  return customerRef;
}

/** A new customer with a method that behaves so, and an untried payment over 49.00. */
export async function openPayment(harness: RailHarness, behavior: RailBehavior, amount = '49.00'): Promise<RailCase> {
  const customerRef = await newCustomer(harness);
  const method = await attach(harness, customerRef, behavior);
  const invoiceId = uniqueKey('inv');
  const charged = money(amount, harness.currency);
  const created = { tenantId: 'ten_conformance', invoiceId, amount: charged, customerRef };
  const { providerRef } = await harness.rail.createPayment({
    ...created,
    description: 'Pro monthly',
    idempotencyKey: createPaymentKey(invoiceId, 1),
  });
  return { harness, rail: harness.rail, ...created, method, providerRef };
}

/** Tries the payment, by default with nobody at the screen, as the n-th attempt. */
export function confirm(
  payment: RailCase,
  options: { attempt?: number; customerPresent?: boolean; method?: PaymentMethodFacts } = {},
): Promise<PaymentState> {
  return payment.rail.confirmPayment({
    providerRef: payment.providerRef,
    paymentMethodRef: (options.method ?? payment.method).providerRef,
    customerPresent: options.customerPresent ?? false,
    returnUrl: options.customerPresent === true ? 'https://billing.example.com/return' : null,
    idempotencyKey: attemptKey(payment.invoiceId, options.attempt ?? 1),
  });
}

/** A payment that succeeded, also on a rail that asks and waits. */
export async function paidPayment(harness: RailHarness, amount = '49.00'): Promise<RailCase> {
  const payment = await openPayment(harness, 'succeeds', amount);
  const state = await confirm(payment);
  if (state.kind === 'processing') await harness.settle(payment.providerRef, 'succeed');
  expect((await payment.rail.readPayment(payment)).kind).toBe('succeeded');
  return payment;
}

/** The decline of a state that must be one. */
export function declineOf(state: PaymentState): DeclineFacts {
  if (state.kind !== 'declined') throw new Error(`Expected a decline, got ${state.kind}.`);
  return state.decline;
}
