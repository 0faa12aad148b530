/**
 * What the demo story is played on: an API key of a fresh tenant, the Temporal client (operators' signals), and the provider's pages.
 */
import { strict as assert } from 'node:assert';
import type { Client } from '@temporalio/client';
import type { ApiClient } from '../api-client';
import { subscriptionWorkflowId } from '../../domain/ids';

export interface World {
  readonly api: ApiClient;
  readonly tenantId: string;
  readonly temporal: Client;
  /** The Stripe sandbox. */
  readonly stripeUrl: string;
  readonly apiUrl: string;
  readonly say: (line: string) => void;
}

export interface MoneyAnswer {
  readonly amount: string;
  readonly currency: string;
}

export interface SubscriptionView {
  readonly id: string;
  readonly status: string;
  readonly plan_id: string;
  readonly current_period: { readonly start: string; readonly end: string } | null;
  readonly cancel_at: string | null;
  readonly collection: { readonly invoice_id: string; readonly attempts: number; readonly waiting_for: string } | null;
}

export interface LineView {
  readonly id: string;
  readonly description: string;
  /** As it is priced: before coupons and tax. */
  readonly amount: MoneyAnswer;
  readonly explanation: { readonly text: string };
}

export interface TaxRowView {
  readonly country: string;
  readonly percent: string;
  readonly base: MoneyAnswer;
  readonly tax: MoneyAnswer;
}

export interface InvoiceView {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly subtotal: MoneyAnswer;
  readonly discount_total: MoneyAnswer;
  readonly tax_added: MoneyAnswer;
  readonly total: MoneyAnswer;
  readonly amount_due: MoneyAnswer;
  readonly taxes: { readonly rows: readonly TaxRowView[] } | null;
  readonly lines?: readonly LineView[];
}

interface TrialBalance {
  readonly accounts: readonly { readonly account: string; readonly balance: MoneyAnswer }[];
}

interface Page<T> {
  readonly data: readonly T[];
}

/** "49.00 USD" */
export const show = ({ amount, currency }: MoneyAnswer): string => `${amount} ${currency}`;

/** Tells what happened on a day of the story. */
export const step = (world: World, date: string, what: string): void => world.say(`  ${date}  ${what}`);

/** Tells the lines of an invoice with how each came about. */
export function sayLines(world: World, invoice: InvoiceView): void {
  for (const line of invoice.lines ?? [])
    world.say(`              ${show(line.amount).padStart(12)}  ${line.description}: ${line.explanation.text}`);
}

/** Tells what stands on each account; answers how to read one, "0.00" where nothing is booked. */
export async function sayBooks(world: World): Promise<(account: string) => string> {
  const { accounts } = await world.api.get<TrialBalance>('/ledger/trial-balance');
  world.say('  The books:');
  for (const { account, balance } of accounts) world.say(`    ${account.padEnd(26)} ${show(balance).padStart(14)}`);
  return (account) => accounts.find((row) => row.account === account)?.balance.amount ?? '0.00';
}

/** Fails the story with what was expected, in words. */
export function expectThat<T>(what: string, actual: T, expected: T): void {
  assert.deepEqual(actual, expected, `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** The newest invoice of a subscription, with its lines. */
export async function newestInvoice({ api }: World, subscriptionId: string): Promise<InvoiceView> {
  const page = await api.get<Page<InvoiceView>>(`/invoices?subscription_id=${subscriptionId}&limit=1&expand[]=lines`);
  const [invoice] = page.data;
  assert.ok(invoice, 'there is an invoice');
  return invoice;
}

export async function countInvoices({ api }: World, subscriptionId: string): Promise<number> {
  return (await api.get<Page<InvoiceView>>(`/invoices?subscription_id=${subscriptionId}&limit=100`)).data.length;
}

export function readSubscription({ api }: World, id: string): Promise<SubscriptionView> {
  return api.get(`/subscriptions/${id}`);
}

/** Advances the clock and waits until everything due is settled. */
export async function advance({ api }: World, clockId: string, to: string): Promise<void> {
  let clock = await api.post<{ status: string }>(`/test-clocks/${clockId}/advance`, { to });
  while (clock.status === 'advancing') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    clock = await api.get<{ status: string }>(`/test-clocks/${clockId}`);
  }
}

/** Asks again until it holds: for what arrives by signal or webhook. The bound is generous, so that a slow machine does not fail. */
export async function until<T>(what: string, read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    assert.ok(Date.now() < deadline, `${what}: still ${JSON.stringify(value)} after 20 seconds`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What an operator does in the Temporal UI: a signal with the bare payload. */
export function signal(world: World, subscriptionId: string, name: string, payload: object): Promise<void> {
  return world.temporal.workflow
    .getHandle(subscriptionWorkflowId(world.tenantId, subscriptionId))
    .signal(name, payload);
}

/** Attaches one of the provider's test cards and makes it the customer's default. */
export function attachCard(
  { api }: World,
  customerId: string,
  token: string,
): Promise<{ id: string; provider_ref?: string }> {
  return api.post('/payment-methods', { customer_id: customerId, rail: 'stripe', token });
}
