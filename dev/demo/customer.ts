/**
 * What the customer and the customer's bank do in the demo: a card without funds, and a confirmation by 3-D Secure.
 */
import { strict as assert } from 'node:assert';
import { until, type World } from './world';

/** The sandbox takes any key of this shape. */
const sandboxKey = 'sk_test_perennial_sandbox';

async function sandbox<T>({ stripeUrl }: World, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${stripeUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${sandboxKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(
    response.ok,
    `the sandbox answered ${response.status} to ${method} ${path}: ${await response.clone().text()}`,
  );
  return (await response.json()) as T;
}

interface ProviderCustomers {
  readonly data: readonly { readonly id: string; readonly metadata: Readonly<Record<string, string>> }[];
}

/** From now on every charge of the customer's present card is declined: the account is empty. */
export async function declineForFunds(world: World, customerId: string): Promise<void> {
  const { data } = await sandbox<ProviderCustomers>(world, 'GET', '/v1/customers?limit=100');
  const customer = data.find(({ metadata }) => metadata['customer_id'] === customerId);
  assert.ok(customer, 'the provider knows the customer');
  type Methods = { data: readonly { id: string }[] };
  const methods = await sandbox<Methods>(world, 'GET', `/v1/customers/${customer.id}/payment_methods`);
  const always = { kind: 'decline', decline_code: 'insufficient_funds' };
  for (const { id } of methods.data) await sandbox(world, 'POST', '/_sandbox/outcomes', { target: id, always });
}

interface EventPage {
  readonly data: readonly { readonly type: string; readonly data: { readonly payment_url?: string } }[];
}

/** The newest payment link that the customer was sent. */
async function paymentLink({ api }: World, subscriptionId: string): Promise<string> {
  const page = await api.get<EventPage>(
    `/events?subscription_id=${subscriptionId}&type=invoice.payment_failed&limit=1`,
  );
  const url = page.data[0]?.data.payment_url;
  assert.ok(url, 'the failed payment came with a link');
  return url;
}

/** Opens the link, pays, confirms on the bank's page and comes back, as a browser would. */
export async function confirmThreeDSecure(world: World, subscriptionId: string): Promise<void> {
  const link = await paymentLink(world, subscriptionId);
  const page = await fetch(link);
  assert.equal(page.status, 200, 'the payment page opens');
  const paid = await fetch(link, { method: 'POST', redirect: 'manual' });
  assert.equal(paid.status, 303, `the bank's page is next: ${await paid.text()}`);
  const bank = paid.headers.get('location') ?? '';
  const confirmed = await fetch(bank, {
    method: 'POST',
    body: new URLSearchParams({ outcome: 'complete' }),
    redirect: 'manual',
  });
  assert.equal(confirmed.status, 303, 'the bank sends the customer back');
  await until(
    'the way back',
    () => fetch(confirmed.headers.get('location') ?? '').then((answer) => answer.status),
    (status) => status === 200,
  );
}
