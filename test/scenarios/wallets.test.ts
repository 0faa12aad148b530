/** Credits held in advance: granted and bought ones pay invoices, expire, roll over, and top themselves up. */
import { waitFor } from '../../dev/stack/wait';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { flat, instant, Scene } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface WalletView {
  readonly id: string;
  readonly balance: { readonly paid: string; readonly granted: string; readonly total: string };
  readonly automatic_top_up: string;
}

interface TopUpView {
  readonly id: string;
  readonly status: string;
  readonly failure: string | null;
  readonly amount: string;
  readonly bonus: string;
  readonly price: { readonly amount: string };
  readonly invoice_id: string | null;
}

const usd = (amount: string) => ({ amount, currency: 'USD' });

/** A customer with a wallet in USD on a clock that begins on 1 January. */
async function withWallet(rules: object | undefined = undefined, token: string | null = 'pm_card_visa') {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer(token);
  const body = { customer_id: customer, currency: 'USD', ...(rules === undefined ? {} : { top_up_rules: rules }) };
  const { id } = await scene.api.post<WalletView>('/wallets', body);
  const wallet = () => scene.api.get<WalletView>(`/wallets/${id}`);
  const grant = (amount: string, more: object = {}) =>
    scene.api.post<{ id: string }>(`/wallets/${id}/grants`, { amount, ...more });
  const topUp = (amount: string) => scene.api.post<TopUpView>(`/wallets/${id}/top-ups`, { amount });
  const topUps = async () => (await scene.api.get<{ data: TopUpView[] }>(`/wallets/${id}/top-ups`)).data;
  const movements = async () => {
    const page = await scene.api.get<{ data: { kind: string; amount: string }[] }>(
      `/wallets/${id}/movements?limit=100`,
    );
    return [...page.data].reverse().map(({ kind, amount }) => `${kind} ${amount}`);
  };
  return { scene, customer, id, wallet, grant, topUp, topUps, movements };
}

test('granted credits pay the first invoice in part, the card the rest, and nothing is left for the second', async () => {
  const { scene, customer, grant, wallet, movements } = await withWallet();
  await grant('30.00', { reason: 'welcome' });
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]));
  await scene.advance('2026-02-01');
  const [first, second] = await scene.invoices(subscription);
  expect(first).toMatchObject({
    status: 'paid',
    total: usd('49.00'),
    wallet_applied: usd('30.00'),
    amount_paid: usd('19.00'),
  });
  expect(second).toMatchObject({ status: 'paid', wallet_applied: usd('0.00'), amount_paid: usd('49.00') });
  expect((await wallet()).balance).toEqual({ paid: '0', granted: '0', total: '0' });
  expect(await movements()).toEqual(['granted 30', 'drawn -30']);
  // Granted credits are no money: what they pay lowers income, in a stream of its own.
  expect(await scene.account('revenue:granted_credits')).toBe('30.00');
  await checkInvariants(scene);
});

test('a top-up is charged once, stands as a liability, and is drawn before the card', async () => {
  const { scene, customer, topUp, wallet, movements } = await withWallet({ bonus_percent: '10' });
  const made = await topUp('100.00');
  expect(made).toMatchObject({ status: 'succeeded', amount: '100', bonus: '10', price: { amount: '100.00' } });
  expect((await wallet()).balance).toEqual({ paid: '100', granted: '10', total: '110' });
  expect(await scene.account('wallet_credits')).toBe('-100.00');
  const invoice = await scene.api.get(`/invoices/${made.invoice_id}`);
  expect(invoice).toMatchObject({
    status: 'paid',
    subscription_id: null,
    total: usd('100.00'),
    amount_paid: usd('100.00'),
  });
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]));
  expect(await scene.newestInvoice(subscription)).toMatchObject({
    status: 'paid',
    wallet_applied: usd('49.00'),
    amount_due: usd('0.00'),
  });
  // Granted before paid, because what was paid can still be given back.
  expect(await movements()).toEqual(['granted 100', 'granted 10', 'drawn -10', 'drawn -39']);
  expect(await scene.account('wallet_credits')).toBe('-61.00');
  await checkInvariants(scene);
});

test('a declined top-up grants nothing and leaves nothing owed', async () => {
  const { scene, topUp, wallet } = await withWallet({}, 'pm_card_chargeCustomerFail');
  const made = await topUp('50.00');
  expect(made).toMatchObject({ status: 'failed', failure: 'generic_decline' });
  expect((await wallet()).balance.total).toBe('0');
  expect(await scene.api.get(`/invoices/${made.invoice_id}`)).toMatchObject({ status: 'void' });
  expect(await scene.account('wallet_credits')).toBe('0.00');
  expect(await scene.account('receivable')).toBe('0.00');
  await checkInvariants(scene);
});

test('a top-up by debit is one of its account to the end, though the customer has given a card meanwhile', async () => {
  const { scene, customer, topUp, topUps, wallet } = await withWallet({}, 'pm_usBankAccount_processing');
  const { invoice_id: invoiceId } = await topUp('50.00');
  const payment = await scene.payment(invoiceId ?? '');
  expect(payment.status).toBe('processing');
  await scene.card(customer, 'pm_card_visa');
  await scene.control.settle(payment.provider_ref, 'succeed');
  await waitFor('the debit arrives', async () => (await topUps()).every(({ status }) => status === 'succeeded'));
  const { attempts } = await scene.api.get<{ attempts: readonly { payment_method_id: string }[] }>(
    `/payments/${payment.id}`,
  );
  expect(new Set(attempts.map((attempt) => attempt.payment_method_id)).size).toBe(1);
  expect((await wallet()).balance).toEqual({ paid: '50', granted: '0', total: '50' });
  await checkInvariants(scene);
});

test('a top-up outside of the rules is refused, and charges nothing', async () => {
  const { scene, topUp, topUps } = await withWallet({ minimum: '10.00', maximum: '200.00', balance_maximum: '250.00' });
  expect(await scene.refusal(topUp('9.99'))).toBe('top_up_refused');
  expect(await scene.refusal(topUp('200.01'))).toBe('top_up_refused');
  await topUp('200.00');
  expect(await scene.refusal(topUp('50.01'))).toBe('top_up_refused');
  expect(await scene.refusal(topUp('1e2'))).toBe('top_up_refused');
  expect(await topUps()).toHaveLength(1);
  await checkInvariants(scene);
});

test('credits expire on time: what was paid for them is earned, and the next invoice is paid by the card', async () => {
  const { scene, customer, topUp, grant, wallet, movements } = await withWallet({
    expires_after: { unit: 'day', count: 20 },
  });
  await topUp('40.00');
  await grant('5.00', { expires_at: instant('2026-01-15') });
  await scene.advance('2026-01-15');
  expect((await wallet()).balance).toEqual({ paid: '40', granted: '0', total: '40' });
  await scene.advance('2026-01-21');
  expect((await wallet()).balance.total).toBe('0');
  expect(await movements()).toEqual(['granted 40', 'granted 5', 'expired -5', 'expired -40']);
  expect(await scene.account('revenue:breakage')).toBe('-40.00');
  expect(await scene.account('wallet_credits')).toBe('0.00');
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]));
  expect(await scene.newestInvoice(subscription)).toMatchObject({
    wallet_applied: usd('0.00'),
    amount_paid: usd('49.00'),
  });
  await checkInvariants(scene);
});

test('credits that expire at the instant of a renewal do not pay it', async () => {
  const { scene, customer, grant } = await withWallet();
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]));
  await grant('10.00', { expires_at: instant('2026-02-01') });
  await grant('7.00', { expires_at: '2026-02-01T00:00:00.001Z' });
  await scene.advance('2026-02-02');
  expect(await scene.newestInvoice(subscription)).toMatchObject({
    wallet_applied: usd('7.00'),
    amount_paid: usd('42.00'),
  });
  await checkInvariants(scene);
});

test('what is left of a grant rolls over within its bounds, month after month', async () => {
  const { scene, grant, wallet, movements } = await withWallet();
  const rollover = { minimum: '0', maximum: '12.00', interval: { unit: 'month', count: 1 } };
  await grant('20.00', { expires_at: instant('2026-02-01'), rollover });
  await scene.advance('2026-03-15');
  expect((await wallet()).balance.granted).toBe('12');
  expect(await movements()).toEqual([
    'granted 20',
    'expired -8',
    'rolled_over -12',
    'granted 12',
    'rolled_over -12',
    'granted 12',
  ]);
  await checkInvariants(scene);
});

test('an automatic top-up begins below the threshold and not at it, once, and is there before the next renewal', async () => {
  const { scene, customer, id, topUp, topUps, wallet } = await withWallet();
  await topUp('20.00');
  const rules = { automatic: { threshold: '20.00', amount: '60.00' } };
  await scene.api.patch(`/wallets/${id}`, { top_up_rules: rules });
  await scene.advance('2026-01-02');
  expect(await topUps()).toHaveLength(1);
  const subscription = await scene.subscribe(customer, await scene.plan([flat('30.00')]));
  await scene.advance('2026-03-15');
  expect(
    (await scene.invoices(subscription)).map(({ status, wallet_applied: paid }) => `${status} ${paid.amount}`),
  ).toEqual(['paid 20.00', 'paid 30.00', 'paid 30.00']);
  // 20.00 by hand; 60.00 after the first invoice, and 60.00 after the third, which left nothing.
  expect((await topUps()).map(({ status, amount }) => `${status} ${amount}`)).toEqual([
    'succeeded 60',
    'succeeded 60',
    'succeeded 20',
  ]);
  expect((await wallet()).balance).toEqual({ paid: '60', granted: '0', total: '60' });
  await checkInvariants(scene);
});

test('an automatic top-up that is declined stops the others until the customer has another card', async () => {
  const rules = { automatic: { threshold: '20.00', amount: '60.00' } };
  const { scene, customer, topUps, wallet } = await withWallet(rules, 'pm_card_chargeCustomerFail');
  await scene.advance('2026-01-02');
  expect((await topUps()).map(({ status }) => status)).toEqual(['failed']);
  await scene.advance('2026-01-20');
  expect(await topUps()).toHaveLength(1);
  expect((await wallet()).automatic_top_up).toBe('halted');
  await scene.card(customer, 'pm_card_visa');
  await scene.advance('2026-01-21');
  expect((await topUps()).map(({ status }) => status)).toEqual(['succeeded', 'failed']);
  expect((await wallet()).balance.paid).toBe('60');
  await checkInvariants(scene);
});

test('two subscriptions that renew together never draw the same credit twice', async () => {
  const { scene, customer, grant, wallet } = await withWallet();
  const plan = await scene.plan([flat('49.00')]);
  const subscriptions = [];
  for (let index = 0; index < 4; index++) subscriptions.push(await scene.subscribe(customer, plan));
  await grant('100.00');
  await scene.advance('2026-02-01');
  const renewals = await Promise.all(subscriptions.map((id) => scene.newestInvoice(id)));
  const drawn = renewals.map(({ wallet_applied: paid }) => paid.amount).sort();
  expect(drawn).toEqual(['0.00', '2.00', '49.00', '49.00']);
  expect((await wallet()).balance.total).toBe('0');
  await checkInvariants(scene);
});

test('units are used at once or not at all, and earn what was paid for them', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer();
  const body = {
    customer_id: customer,
    unit: 'token',
    pay_currency: 'USD',
    stream: 'tokens',
    top_up_rules: { unit_prices: { USD: '0.02' } },
  };
  const { id } = await scene.api.post<WalletView>('/wallets', body);
  const use = (amount: string) => scene.api.post<WalletView>(`/wallets/${id}/uses`, { amount });
  await scene.api.post(`/wallets/${id}/top-ups`, { amount: '1000' });
  expect((await use('250')).balance.paid).toBe('750');
  expect(await scene.refusal(use('750.5'))).toBe('wallet_too_low');
  expect((await use('750')).balance.total).toBe('0');
  expect(await scene.account('revenue:tokens')).toBe('-20.00');
  expect(await scene.account('wallet_credits')).toBe('0.00');
  await checkInvariants(scene);
});
