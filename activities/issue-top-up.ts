/** Issues the invoice of a top-up: one line, no tax (what the credits pay for is taxed), no balance and no wallet. */
import { ensureAccounts } from '../db/transactions/ensure-accounts';
import { record } from '../db/transactions/record';
import type { TopUpFacts } from '../db/transactions/top-up-facts';
import { insertEvent, issueTopUp, lockTopUp, type StoredTopUp } from '../db/transactions/wallet-books';
import { topUpPostings } from '../domain/credits/postings';
import { fail } from '../domain/errors';
import { newId } from '../domain/ids';
import type { InvoiceLine } from '../domain/invoice/line';
import { invoiceTotals } from '../domain/invoice/totals';
import { formatMoney, zero } from '../domain/money';
import type { ActivityDependencies } from './dependencies';

function lineOf({ topUp, walletName, now }: TopUpFacts): InvoiceLine {
  const { amount, price } = topUp;
  return {
    kind: 'one_off',
    description: `Top-up of ${walletName}`,
    priceId: null,
    planId: null,
    productId: null,
    meterId: null,
    stream: 'credits',
    quantity: amount,
    amount: price,
    periodStart: now,
    periodEnd: now,
    creditsLineId: null,
    explanation: {
      exact: price.amount,
      pricing: { amount, bonus: topUp.bonus },
      ratio: null,
      rounding: 'half_up',
      text: `${amount} for ${formatMoney(price)}`,
    },
  };
}

async function write(db: Parameters<typeof record>[0], facts: TopUpFacts, topUp: StoredTopUp, id: string) {
  const { tenantId, customerId, walletId, price } = topUp;
  const { now } = facts;
  const line = lineOf(facts);
  const totals = invoiceTotals(price, zero(price.currency), { minimum: null, step: null });
  await record(db, {
    tenantId,
    now,
    subscription: null,
    invoice: {
      id,
      customerId,
      subscriptionId: null,
      walletId,
      businessKey: topUp.key,
      entityId: facts.entityId,
      series: facts.invoiceSeries,
      totals,
      periodStart: now,
      periodEnd: now,
      lines: [{ ...line, id: newId('il') }],
    },
    entries: [{ id: newId('le'), kind: 'invoice', source: id, postings: topUpPostings(price) }],
  });
  await issueTopUp(db, topUp, id);
  const data = { total: price, amount_due: price, top_up_id: topUp.id };
  const event = { type: 'invoice.finalized', customerId, subscriptionId: null, invoiceId: id, data, occurredAt: now };
  await insertEvent(db, { ...event, id: newId('evt'), tenantId });
}

/** Issues it once, whoever asks and how often: the top-up's row is locked meanwhile. */
export async function issueTopUpInvoice(deps: ActivityDependencies, facts: TopUpFacts): Promise<void> {
  const { tenantId, id, price } = facts.topUp;
  await ensureAccounts(
    deps.database,
    tenantId,
    topUpPostings(price).map(({ account }) => account),
  );
  await deps.database.transaction(tenantId, async (db) => {
    const topUp = (await lockTopUp(db, tenantId, id)) ?? fail('not_found', { resource: 'Top-up', id });
    if (topUp.status === 'requested') await write(db, facts, topUp, newId('inv'));
  });
}
