/**
 * What must hold after any fault: no invoice charged twice, books that balance and tie to the provider, numbers without gaps, and
 * nothing that waits for ever.
 */
import { checkAgainstProvider } from '../../../dev/demo/reconcile';
import { waitFor } from '../../../dev/stack/wait';
import { allTenants } from '../../../db/pool';
import { subscriptionWorkflowId } from '../../../domain/ids';
import { brokenRules } from '../invariants';
import { readInvoices, settleMsMax, type Cast, type InvoiceView, type SubscriptionView } from './cast';

/** Enough for the relay's longest pause before an event whose attempt is under way is told to the workflow. */
const deliveryMsMax = 120_000;

const finalStatuses = new Set(['canceled', 'expired']);

async function chargesOf({ control }: Cast): Promise<Readonly<Record<string, readonly { amount: number }[]>>> {
  return control.charges();
}

function centsOf(invoice: InvoiceView): number {
  return Math.round(Number.parseFloat(invoice.amount_due.amount) * 100);
}

/** Each paid invoice was charged once, in full, and no other was charged. */
async function expectOneChargePerPaidInvoice(cast: Cast): Promise<void> {
  const charges = await chargesOf(cast);
  const charged = (await readInvoices(cast)).map((invoice) => [
    invoice.number,
    invoice.status,
    (charges[invoice.id] ?? []).map(({ amount }) => amount),
  ]);
  const expected = (await readInvoices(cast)).map((invoice) => {
    const isCharged = invoice.status === 'paid' && centsOf(invoice) > 0;
    return [invoice.number, invoice.status, isCharged ? [centsOf(invoice)] : []];
  });
  expect(charged).toEqual(expected);
}

async function expectNumbersWithoutGaps({ engine, tenantId }: Cast): Promise<void> {
  const rows = await engine.database.as(tenantId).query<{ gaps: string }>(
    {
      name: 'sequences',
      text: `select series, max(sequence) - count(distinct sequence) as gaps
        from (select series, sequence from invoices union all select series, sequence from credit_notes) n group by series`,
    },
    [],
  );
  expect(rows.filter(({ gaps }) => gaps !== '0')).toEqual([]);
}

async function expectBooksInOrder(cast: Cast): Promise<void> {
  const books = await cast.api.get<{ balanced: boolean; ties: { name: string; holds: boolean }[] }>(
    '/ledger/trial-balance',
  );
  expect([books.balanced, books.ties.filter((tie) => !tie.holds)]).toEqual([true, []]);
  await checkAgainstProvider(cast);
}

async function waitingRows({ engine, tenantId }: Cast): Promise<readonly object[]> {
  const text = `
select 'outbox' as box, kind as what from outbox where tenant_id = $1 and delivered_at is null
union all select 'inbox', type from webhook_inbox where tenant_id = $1 and status = 'pending'`;
  return engine.database.as(allTenants).query({ name: 'waiting_rows', text }, [tenantId]);
}

/** Every message is delivered; the relay rests longer between tries the older a message is. */
async function expectNothingUndelivered(cast: Cast): Promise<void> {
  await waitFor('every message is delivered', async () => (await waitingRows(cast)).length === 0, {
    timeoutMs: deliveryMsMax,
    intervalMs: 500,
  });
}

/** No activity is retried and no task fails again and again. */
async function isAtRest({ engine, tenantId }: Cast, subscriptionId: string): Promise<boolean> {
  const workflow = engine.temporal.workflow.getHandle(subscriptionWorkflowId(tenantId, subscriptionId));
  const { raw } = await workflow.describe();
  return (raw.pendingActivities ?? []).length === 0 && (raw.pendingWorkflowTask ?? null) === null;
}

function expectPlanned(subscription: SubscriptionView): void {
  expect(subscription.attention).toBeNull();
  if (finalStatuses.has(subscription.status)) return;
  expect(subscription).toMatchObject({ next_due_at: expect.stringMatching(/Z$/) });
}

/** Everything that must hold, whatever went wrong before. */
export async function expectSound(cast: Cast): Promise<void> {
  await expectNothingUndelivered(cast);
  const { data } = await cast.api.get<{ data: SubscriptionView[] }>('/subscriptions?limit=100');
  for (const subscription of data) {
    expectPlanned(subscription);
    await waitFor('the workflow is at rest', () => isAtRest(cast, subscription.id), {
      timeoutMs: settleMsMax,
      intervalMs: 500,
    });
  }
  await expectOneChargePerPaidInvoice(cast);
  await expectNumbersWithoutGaps(cast);
  await expectBooksInOrder(cast);
  expect(await brokenRules(cast)).toEqual([]);
}
