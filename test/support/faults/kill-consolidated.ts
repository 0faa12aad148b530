/** Work on an invoice that two subscriptions share, during which a worker is killed: all of it stands afterwards, or nothing did. */
import { waitFor } from '../../../dev/stack/wait';
import { subscriptionWorkflowId } from '../../../domain/ids';
import type { SubscriptionState } from '../../../domain/subscription/state';
import { messages } from '../../../workflows/contract';
import {
  arrived,
  beginAdvance,
  declineCard,
  firstRenewal,
  paidSubscription,
  readInvoices,
  readSubscription,
  settleMsMax,
  subscribe,
  type Cast,
} from './cast';
import type { KillScenario } from './kill-scenarios';
import { declinesAtProvider } from './provider-facts';

const nextPeriod = ['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'];

/** The other subscription of the customer: the newer one, for which the older one collects. */
async function follower({ api }: Cast, leadId: string): Promise<string> {
  const { data } = await api.get<{ data: { id: string }[] }>('/subscriptions');
  expect(data).toHaveLength(2);
  return data.find(({ id }) => id !== leadId)?.id ?? '';
}

/** Both are paid, and renew together; answers the older one. */
async function twoPaid(cast: Cast): Promise<string> {
  await cast.api.patch(`/customers/${cast.customerId}`, { consolidate_invoices: true });
  const { id } = await paidSubscription(cast);
  const { id: other } = await subscribe(cast, { plan_id: cast.proId });
  const isPaid = async () => {
    const { status, collection } = await readSubscription(cast, other);
    return status === 'active' && collection === null;
  };
  await waitFor('the other one is paid', isPaid, { timeoutMs: settleMsMax, intervalMs: 200 });
  return id;
}

async function twoDeclining(cast: Cast): Promise<string> {
  const id = await twoPaid(cast);
  await declineCard(cast);
  return id;
}

const renew =
  (to: string) =>
  async (cast: Cast): Promise<void> => {
    beginAdvance(cast, to);
    await arrived(cast, to);
  };

async function expectShared(cast: Cast, status: string): Promise<void> {
  const invoices = await readInvoices(cast);
  expect(invoices.map((invoice) => [invoice.status, invoice.total.amount])).toEqual([
    ['paid', '49.00'],
    ['paid', '199.00'],
    [status, '248.00'],
  ]);
}

/** Rows and workflows of both agree on where they are. */
async function expectBoth(cast: Cast, leadId: string, status: string): Promise<void> {
  for (const id of [leadId, await follower(cast, leadId)]) {
    const row = await readSubscription(cast, id);
    expect([row.status, row.current_period?.start, row.current_period?.end]).toEqual([status, ...nextPeriod]);
    const workflow = cast.engine.temporal.workflow.getHandle(subscriptionWorkflowId(cast.tenantId, id));
    const agrees = async () => {
      const ended = (await workflow.describe()).status.name === 'COMPLETED';
      return ended || (await workflow.query<SubscriptionState>(messages.state)).status === status;
    };
    await waitFor('the workflow knows what its row says', agrees, { timeoutMs: settleMsMax, intervalMs: 300 });
  }
}

const sharedInvoice: KillScenario = {
  name: 'the invoice of two subscriptions',
  activity: 'issueInvoice',
  moments: ['asks', 'executed', 'recorded'],
  prepare: twoPaid,
  work: renew(firstRenewal),
  expect: async (cast, id) => {
    await expectShared(cast, 'paid');
    await expectBoth(cast, id, 'active');
  },
};

const sharedDecline: KillScenario = {
  name: 'the decline of a payment for two subscriptions',
  activity: 'collectPayment',
  moments: ['asks', 'executed', 'answered', 'recorded'],
  prepare: twoDeclining,
  work: renew(firstRenewal),
  expect: async (cast, id) => {
    await expectShared(cast, 'open');
    await expectBoth(cast, id, 'past_due');
    expect(await declinesAtProvider(cast)).toBe(1);
  },
};

const heardDecline: KillScenario = {
  name: 'the report of a decline to the other subscription',
  activity: 'nextFact',
  moments: ['recorded'],
  prepare: twoDeclining,
  work: renew(firstRenewal),
  expect: sharedDecline.expect,
};

const sharedEnd: KillScenario = {
  name: 'the end of dunning for two subscriptions',
  activity: 'endDunning',
  moments: ['executed', 'recorded'],
  cast: { tenant: { dunning_policy: { steps_days: [1], end: 'cancel' } } },
  prepare: twoDeclining,
  // The network asks to wait 72 hours after a decline for want of money.
  work: renew('2026-02-04T00:00:00.000Z'),
  expect: async (cast, id) => {
    await expectShared(cast, 'uncollectible');
    await expectBoth(cast, id, 'canceled');
  },
};

export const consolidatedKills: readonly KillScenario[] = [sharedInvoice, sharedDecline, heardDecline, sharedEnd];
