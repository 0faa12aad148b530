/**
 * A dated story on a tenant of its own: customers on one test clock, moved and asked through the public API, with a card that does what
 * the story says. Every refusal and every amount comes from the engine as a client sees it.
 */
import { randomUUID } from 'node:crypto';
import { ApiProblem, type ApiClient } from '../../dev/api-client';
import { waitFor } from '../../dev/stack/wait';
import { subscriptionWorkflowId } from '../../domain/ids';
import { createStripeControl, type ScriptOrder, type StripeControl } from '../../sandbox/stripe/control/client';
import type { TestEngine } from './perennial';
import { makeTenant } from './tenant';

export interface MoneyView {
  readonly amount: string;
  readonly currency: string;
}

export interface LineView {
  readonly kind: string;
  readonly description: string;
  readonly quantity: string;
  readonly amount: MoneyView;
  readonly discount: MoneyView;
  readonly tax: MoneyView;
  readonly net: MoneyView;
  readonly period: { readonly start: string; readonly end: string };
  readonly explanation: unknown;
}

export interface TaxesView {
  readonly rows: readonly {
    readonly kind: string;
    readonly country: string;
    readonly percent: string;
    readonly legend: string | null;
    readonly of: string;
    readonly base: MoneyView;
    readonly tax: MoneyView;
    readonly explanation: unknown;
  }[];
  readonly place: { readonly country: string; readonly presumed: string | null; readonly evidence: unknown } | null;
  readonly tax_number: { readonly register: string; readonly consultation: string | null } | null;
}

export interface InvoiceView {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly subtotal: MoneyView;
  readonly discount_total: MoneyView;
  readonly tax_added: MoneyView;
  readonly tax_included: MoneyView;
  readonly discounts: readonly {
    readonly name: string;
    readonly base: MoneyView;
    readonly amount: MoneyView;
    readonly explanation: unknown;
  }[];
  readonly taxes: TaxesView | null;
  readonly total: MoneyView;
  readonly credit_given: MoneyView;
  readonly credit_received: MoneyView;
  readonly wallet_applied: MoneyView;
  readonly balance_applied: MoneyView;
  readonly carried_over: MoneyView;
  readonly amount_due: MoneyView;
  readonly amount_paid: MoneyView;
  readonly period: { readonly start: string; readonly end: string };
  readonly created_at: string;
  readonly lines: readonly LineView[];
}

export interface SubscriptionView {
  readonly id: string;
  readonly status: string;
  readonly plan_id: string;
  readonly plan_version: number;
  readonly quantity: number;
  readonly current_period: { readonly index: number; readonly start: string; readonly end: string } | null;
  readonly trial_end: string | null;
  readonly cancel_at: string | null;
  readonly canceled_at: string | null;
  readonly next_due_at: string | null;
  readonly attention: string | null;
  readonly pause: { readonly cause: string; readonly resume_at: string | null } | null;
  readonly pending_change: { readonly plan_id: string; readonly quantity: number } | null;
  readonly collection: {
    readonly invoice_id: string;
    readonly open_invoices: number;
    readonly attempts: number;
    readonly dunning_step: number;
    readonly next_attempt_at: string | null;
    readonly waiting_for: string;
  } | null;
}

interface Identified {
  readonly id: string;
}

interface Page<T> {
  readonly data: readonly T[];
}

export interface SceneOptions {
  /** Where the test clock begins, such as `2026-01-31`. */
  readonly now: string;
  /** Settings of the tenant, such as its dunning policy. */
  readonly tenant?: object;
}

/** A day as an instant: `2026-01-31` means its midnight in UTC. */
export const instant = (day: string): string => (day.includes('T') ? day : `${day}T00:00:00.000Z`);

/** A price of one amount for the whole period, in USD unless amounts are given. */
export const flat = (amount: string | Record<string, string>, more: object = {}): object => ({
  model: 'flat',
  amounts: typeof amount === 'string' ? { USD: amount } : amount,
  description: 'Plan',
  ...more,
});

/** A price per seat and period, in USD. */
export const perSeat = (amount: string, more: object = {}): object => ({
  model: 'per_seat',
  amounts: { USD: amount },
  description: 'Seats',
  ...more,
});

export const monthly = { unit: 'month', count: 1 };
export const yearly = { unit: 'year', count: 1 };

export class Scene {
  private constructor(
    readonly engine: TestEngine,
    readonly tenantId: string,
    readonly api: ApiClient,
    readonly control: StripeControl,
    readonly clockId: string,
    private readonly productId: string,
  ) {}

  /** Makes the tenant, its product and its test clock. */
  static async open(engine: TestEngine, { now, tenant }: SceneOptions): Promise<Scene> {
    const { tenantId, api } = await makeTenant(engine, tenant);
    const product = await api.post<Identified>('/products', { name: 'Product' });
    const clock = await api.post<Identified>('/test-clocks', { name: 'story', now: instant(now) });
    return new Scene(engine, tenantId, api, createStripeControl(engine.sandbox.url), clock.id, product.id);
  }

  /** A plan of these prices, monthly unless said otherwise; answers its id. */
  async plan(prices: readonly object[], more: object = {}): Promise<string> {
    const code = `plan-${randomUUID()}`;
    const body = { product_id: this.productId, code, name: 'Plan', interval: monthly, prices, ...more };
    return (await this.api.post<Identified>('/plans', body)).id;
  }

  /** A customer on the clock, with a card of this token; null: without any. Answers the id. */
  async customer(token: string | null = 'pm_card_visa', more: object = {}): Promise<string> {
    const body = { name: 'Ada', test_clock_id: this.clockId, ...more };
    const { id } = await this.api.post<Identified>('/customers', body);
    if (token !== null) await this.card(id, token);
    return id;
  }

  /** Attaches a test card as the customer's default; answers the provider's id of it. */
  async card(customerId: string, token: string): Promise<string> {
    const body = { customer_id: customerId, rail: 'stripe', token };
    const { id } = await this.api.post<Identified>('/payment-methods', body);
    return this.providerRef(id);
  }

  private async providerRef(methodId: string): Promise<string> {
    const statement = { name: 'test_provider_ref', text: 'select provider_ref from payment_methods where id = $1' };
    const [row] = await this.engine.database.as(this.tenantId).query(statement, [methodId]);
    return String(row?.['provider_ref']);
  }

  /** What a card (the provider's id) does when it is charged. */
  script(target: string, order: Omit<ScriptOrder, 'target'>): Promise<void> {
    return this.control.script({ target, ...order });
  }

  /** A subscription in USD unless said otherwise; answers its id. */
  async subscribe(customerId: string, planId: string, more: object = {}): Promise<string> {
    const body = { customer_id: customerId, plan_id: planId, currency: 'USD', ...more };
    return (await this.api.post<Identified>('/subscriptions', body)).id;
  }

  /** Moves the clock and waits until everything due is settled. */
  async advance(to: string): Promise<void> {
    const path = `/test-clocks/${this.clockId}`;
    const moved = await this.api.post<{ status: string }>(`${path}/advance`, { to: instant(to) });
    if (moved.status === 'ready') return;
    const arrived = async () => (await this.api.get<{ status: string }>(path)).status === 'ready';
    await waitFor('The clock arrives', arrived, { timeoutMs: 300_000, intervalMs: 200 });
  }

  subscription(id: string): Promise<SubscriptionView> {
    return this.api.get(`/subscriptions/${id}`);
  }

  /** All invoices of a subscription with their lines, oldest first. */
  async invoices(subscriptionId: string): Promise<InvoiceView[]> {
    const page = await this.api.get<Page<InvoiceView>>(
      `/invoices?subscription_id=${subscriptionId}&limit=100&expand[]=lines`,
    );
    return [...page.data].reverse();
  }

  async newestInvoice(subscriptionId: string): Promise<InvoiceView> {
    const newest = (await this.invoices(subscriptionId)).at(-1);
    if (newest === undefined) throw new Error('The subscription has no invoice.');
    return newest;
  }

  /** Each invoice as "status total", oldest first: a story at a glance. */
  async billed(subscriptionId: string): Promise<string[]> {
    return (await this.invoices(subscriptionId)).map(({ status, total }) => `${status} ${total.amount}`);
  }

  /** Sends a command as its path says, such as `change-plan`. */
  command(subscriptionId: string, path: string, body: object = {}): Promise<SubscriptionView> {
    return this.api.post(`/subscriptions/${subscriptionId}/${path}`, body);
  }

  /** The code with which the API refuses. */
  async refusal(request: Promise<unknown>): Promise<string> {
    const problem = await request.then(
      () => null,
      (error: unknown) => error,
    );
    if (problem instanceof ApiProblem) return problem.problem.code ?? '';
    throw problem ?? new Error('Nothing was refused.');
  }

  /** What an operator does in the Temporal UI: a signal with the bare payload. */
  signal(subscriptionId: string, name: string, payload: object = {}): Promise<void> {
    const workflowId = subscriptionWorkflowId(this.tenantId, subscriptionId);
    return this.engine.temporal.workflow.getHandle(workflowId).signal(name, payload);
  }

  /** Reads until it holds: for what comes by signal or webhook. */
  async until(
    subscriptionId: string,
    what: string,
    holds: (now: SubscriptionView) => boolean,
  ): Promise<SubscriptionView> {
    const read = async (): Promise<SubscriptionView | null> => {
      const now = await this.subscription(subscriptionId);
      return holds(now) ? now : null;
    };
    return waitFor(what, read);
  }

  /** Types of the events of a subscription in their order. */
  async eventTypes(subscriptionId: string): Promise<string[]> {
    const page = await this.api.get<Page<{ type: string }>>(`/events?subscription_id=${subscriptionId}&limit=100`);
    return [...page.data].reverse().map(({ type }) => type);
  }

  /** What stands on an account, debit less credit. */
  async account(account: string, currency = 'USD'): Promise<string> {
    type Books = { readonly accounts: readonly { readonly account: string; readonly balance: MoneyView }[] };
    const { accounts } = await this.api.get<Books>(`/ledger/trial-balance?currency=${currency}`);
    return accounts.find((row) => row.account === account)?.balance.amount ?? 'none';
  }

  /** The newest payment of an invoice. */
  async payment(
    invoiceId: string,
  ): Promise<{ id: string; status: string; provider_ref: string; attempt_count: number }> {
    type Payment = { id: string; status: string; provider_ref: string; attempt_count: number };
    const { data } = await this.api.get<Page<Payment>>(`/payments?invoice_id=${invoiceId}`);
    if (data[0] === undefined) throw new Error('The invoice has no payment.');
    return data[0];
  }
}

/** The amounts of an invoice's lines, in their order. */
export const amountsOf = (invoice: InvoiceView): string[] => invoice.lines.map((line) => line.amount.amount);

/** "2026-01-31..2026-02-28" for what a thing covers. */
export const spanOf = ({ period }: { period: { start: string; end: string } }): string =>
  `${period.start.slice(0, 10)}..${period.end.slice(0, 10)}`;
