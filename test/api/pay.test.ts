/** The payment page: behind a sealed link, a customer pays, confirms with their bank, or learns why not. */
import { createHmac } from 'node:crypto';
import { signPaymentLink, type PaymentLink } from '../../domain/payment-link';
import { waitFor } from '../../dev/stack/wait';
import type { Wire } from '../support/api';
import { startTestEngine, testAdminKey, type TestEngine } from '../support/perennial';

let engine: TestEngine;
let key = testAdminKey;
let tenantId: string;
let planId: string;

type Body = Record<string, Wire>;

async function api(method: string, path: string, body?: unknown): Promise<Body> {
  const response = await fetch(`${engine.apiUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Body;
}

beforeAll(async () => {
  engine = await startTestEngine();
  const tenant = await api('POST', '/tenants', { name: 'Kilima <b>&', mode: 'test' });
  key = tenant['key'];
  tenantId = tenant['id'];
  const product = await api('POST', '/products', { name: 'Pro' });
  const prices = [{ model: 'flat', amounts: { USD: '49.00' }, description: 'Pro' }];
  planId = (
    await api('POST', '/plans', {
      product_id: product['id'],
      code: 'pro',
      name: 'Pro',
      interval: { unit: 'month' },
      prices,
    })
  )['id'];
});
afterAll(() => engine.stop());

/** A subscription whose first invoice could not be paid, and the link that its customer got. */
async function unpaid(token: string): Promise<{ subscriptionId: string; path: string; link: PaymentLink }> {
  const customer = await api('POST', '/customers', { name: 'Acme' });
  const method = await api('POST', '/payment-methods', { customer_id: customer['id'], rail: 'stripe', token });
  expect(method['id']).toMatch(/^pm_/);
  const made = await api('POST', '/subscriptions', { customer_id: customer['id'], plan_id: planId, currency: 'USD' });
  expect(made['status']).toBe('past_due');
  const { data } = await api('GET', `/events?subscription_id=${made['id']}&type=invoice.payment_failed`);
  const url = new URL(
    Object.values<string>(data[0].data).find((value) => String(value).includes('/pay/'))!,
    engine.apiUrl,
  );
  const [, invoiceId] = /\.(inv_[^.]+)\./.exec(url.pathname)!;
  return {
    subscriptionId: made['id'],
    path: url.pathname,
    link: { tenantId, subscriptionId: made['id'], invoiceId: invoiceId!, expiresAt: 0 },
  };
}

async function page(method: string, path: string): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(`${engine.apiUrl}${path}`, { method, redirect: 'manual' });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const authenticate = (url: string, outcome: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ outcome }), redirect: 'manual' });

test('a customer confirms with the bank and comes back to a paid invoice', async () => {
  const { subscriptionId, path } = await unpaid('pm_card_authenticationRequired');
  const shown = await page('GET', path);
  expect([shown.status, shown.text.includes('Pay 49.00 USD')]).toEqual([200, true]);
  expect(shown.text).toContain('Kilima &lt;b&gt;&amp;');
  expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");

  const sent = await page('POST', path);
  expect(sent.status).toBe(303);
  const bank = sent.headers.get('location')!;
  const again = await page('GET', path);
  expect(again.text).toContain('Confirm with your bank');
  const back = await authenticate(bank, 'complete');
  const returnPath = new URL(back.headers.get('location')!, engine.apiUrl).pathname;
  expect([back.status, returnPath.endsWith('/return')]).toEqual([303, true]);
  const returned = await page('GET', returnPath);
  expect([returned.status, returned.text.includes('http-equiv="refresh"')]).toEqual([200, true]);

  await waitFor('the invoice is paid', async () => (await page('GET', path)).text.includes('this invoice is paid'), {
    timeoutMs: 10_000,
  });
  expect((await api('GET', `/subscriptions/${subscriptionId}`))['status']).toBe('active');
  // Once paid the page pays nothing more.
  expect((await page('POST', path)).text).toContain('this invoice is paid');
});

test('a decline is told, and two clicks on one page are one command and one try', async () => {
  const { path, link } = await unpaid('pm_card_chargeCustomerFail');
  const payment = async () => (await api('GET', `/payments?invoice_id=${link.invoiceId}`))['data'][0] as Body;
  const before = (await payment())['attempt_count'];
  const answers = await Promise.all([page('POST', path), page('POST', path)]);
  expect(answers.some((answer) => answer.text.includes('declined'))).toBe(true);
  expect((await payment())['attempt_count']).toBe(before + 1);
  const audit = await api('GET', `/audit-log?subject_id=${link.subscriptionId}&action=retryPayment`);
  expect(audit['data']).toHaveLength(1);
});

const seal = (secret: string) => (text: string) => createHmac('sha256', secret).update(text).digest('base64url');
/** The engine of the tests signs with this. */
const secret = 'link-secret-of-the-tests';

test('a link that has run out is 410, one with another seal or other facts is 400', async () => {
  const { link, path } = await unpaid('pm_card_threeDSecure2Required');
  const at = async (token: string) => (await page('GET', `/pay/${token}`)).status;
  const future = Date.now() + 60_000;
  expect(await at(signPaymentLink({ ...link, expiresAt: future }, seal(secret)))).toBe(200);
  expect(await at(signPaymentLink({ ...link, expiresAt: Date.now() - 1 }, seal(secret)))).toBe(410);
  expect(await at(signPaymentLink({ ...link, expiresAt: future }, seal('another secret')))).toBe(400);
  expect(await at(signPaymentLink({ ...link, subscriptionId: 'sub_other', expiresAt: future }, seal(secret)))).toBe(
    400,
  );
  const token = path.split('/').at(-1)!;
  expect(await at(token.replace(link.invoiceId, 'inv_other'))).toBe(400);
  expect(await at('')).toBe(404);
});
