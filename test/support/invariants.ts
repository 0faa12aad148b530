/**
 * What must hold of every tenant at any quiet moment, whatever happened to it: read through the public API, from the rows, from the
 * workflows and from the provider.
 */
import { checkAgainstProvider } from '../../dev/demo/reconcile';
import { waitFor } from '../../dev/stack/wait';
import { allTenants } from '../../db/pool';
import { bookRules } from './invariants/books';
import { creditRules } from './invariants/credits';
import { brokenExplanations } from './invariants/explanations';
import { brokenFacts } from './invariants/facts';
import { invoiceRules } from './invariants/invoices';
import { paymentRules } from './invariants/payments';
import { brokenCharges } from './invariants/provider';
import { brokenRevenue } from './invariants/revenue';
import type { Rule } from './invariants/rule';
import { subscriptionRules } from './invariants/subscriptions';
import { usageRules } from './invariants/usage';
import { brokenWorkflows } from './invariants/workflows';
import type { Scene } from './scenario';

export const rules: readonly Rule[] = [
  ...bookRules,
  ...creditRules,
  ...invoiceRules,
  ...paymentRules,
  ...subscriptionRules,
  ...usageRules,
];

/** Whose rows they are, and where. */
interface Books {
  readonly engine: Pick<Scene['engine'], 'database'>;
  readonly tenantId: string;
}

/** The rows that break a rule, as "rule: row". */
export async function brokenRules({ engine, tenantId }: Books): Promise<string[]> {
  const db = engine.database.as(tenantId);
  const found: string[] = [];
  for (const [index, { rule, rows }] of rules.entries()) {
    const broken = await db.query({ name: `invariant_${index}`, text: rows }, [tenantId]);
    found.push(...broken.map((row) => `${rule}: ${JSON.stringify(row)}`));
  }
  return found;
}

async function brokenTrialBalance({ api }: Scene): Promise<string[]> {
  const books = await api.get<{ balanced: boolean }>('/ledger/trial-balance');
  return books.balanced ? [] : [`the trial balance is balanced and ties to the rows: ${JSON.stringify(books)}`];
}

// A refund that the provider accepted is booked then; the provider itself moves the money when the bank has taken it.
const currenciesStatement = {
  name: 'test_currencies',
  text: `
select distinct currency from ledger_postings where tenant_id = $1
except select currency from refunds where tenant_id = $1 and status in ('pending', 'requires_action')`,
};

/** The currencies in which no money is between us and a bank. */
async function comparableCurrencies({ engine, tenantId }: Scene): Promise<string[]> {
  const rows = await engine.database.as(tenantId).query(currenciesStatement, [tenantId]);
  return rows.map((row) => String(row['currency']));
}

async function brokenProviderTotals(scene: Scene): Promise<string[]> {
  const world = { api: scene.api, tenantId: scene.tenantId, stripeUrl: scene.engine.sandbox.url };
  const broken: string[] = [];
  for (const currency of await comparableCurrencies(scene)) {
    await checkAgainstProvider(world, currency).catch((error: Error) => broken.push(error.message));
  }
  return broken;
}

/** Messages on their way may still move a workflow, so what is broken is asked again for a while before it counts. */
async function expectNothingBroken(what: string, find: () => Promise<string[]>): Promise<void> {
  let broken: string[] = [];
  const holds = async (): Promise<boolean> => (broken = await find()).length === 0;
  await waitFor(what, holds, { timeoutMs: 10_000, intervalMs: 250 }).catch((error: Error) => {
    throw broken.length > 0 ? new Error(`These rules are broken:\n${broken.join('\n')}`) : error;
  });
}

/** The cheap part: one round of statements and the trial balance. */
export function checkBooks(scene: Scene): Promise<void> {
  return expectNothingBroken('The books agree', async () => [
    ...(await brokenRules(scene)),
    ...(await brokenTrialBalance(scene)),
    ...(await brokenRevenue(scene)),
  ]);
}

/** Everything. */
export function checkInvariants(scene: Scene): Promise<void> {
  return expectNothingBroken('Everything agrees', async () => {
    const found = await Promise.all([
      brokenRules(scene),
      brokenTrialBalance(scene),
      brokenRevenue(scene),
      brokenExplanations(scene),
      brokenFacts(scene),
      brokenWorkflows(scene),
      brokenCharges(scene),
      brokenProviderTotals(scene),
    ]);
    return found.flat();
  });
}

const undeliveredStatement = {
  name: 'test_undelivered',
  text: `
select 'outbox ' || id as what from outbox where delivered_at is null
union all select 'inbox ' || event_id || ' ' || type from webhook_inbox where status = 'pending'`,
};

/** Nothing waits in the outbox or the inbox; a webhook of a try under way is left alone for some seconds, so it is waited for. */
export async function checkDelivered({ engine }: Pick<Scene, 'engine'>): Promise<void> {
  let waiting: string[] = [];
  const quiet = async (): Promise<boolean> => {
    const rows = await engine.database.as(allTenants).query(undeliveredStatement, []);
    waiting = rows.map((row) => String(row['what']));
    return waiting.length === 0;
  };
  await waitFor('Every message is delivered', quiet, { timeoutMs: 60_000, intervalMs: 200 }).catch((error: Error) => {
    throw waiting.length > 0 ? new Error(`These messages wait for ever:\n${waiting.join('\n')}`) : error;
  });
}
