/** Units bought or given ahead pay what a meter counts before money does: by priority and expiry, on the invoice and in the books. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, type InvoiceView, type MoneyView, Scene } from '../support/scenario';
import { meter, use } from '../support/usage';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface Made {
  readonly id: string;
}
interface WalletView extends Made {
  readonly meter_id: string | null;
  readonly balance: { readonly total: string };
}

const cent = { model: 'per_unit', amounts: { USD: '0.01' }, meter: 'calls', description: 'Calls' };

/** A customer from 1 June on whose calls cost a cent, with a wallet of calls. */
async function prepaid(price: object = cent, token: string | null = 'pm_card_visa', tenant: object = {}) {
  const scene = await Scene.open(engine, { now: '2026-06-01', tenant });
  await meter(scene, 'calls');
  const customer = await scene.customer(token);
  const rules = { unit_prices: { USD: '0.008' } };
  const wallet = await scene.api.post<WalletView>('/wallets', {
    customer_id: customer,
    unit: 'calls',
    meter: 'calls',
    top_up_rules: rules,
  });
  const subscription = await scene.subscribe(customer, await scene.plan([flat('5.00'), price]));
  const grant = (amount: string, more: object = {}) =>
    scene.api.post<Made>(`/wallets/${wallet.id}/grants`, { amount, ...more });
  const held = async () => (await scene.api.get<WalletView>(`/wallets/${wallet.id}`)).balance.total;
  const upcoming = async () =>
    (
      await scene.api.get<{ lines: readonly { amount: MoneyView }[] }>(
        `/subscriptions/${subscription}/upcoming-invoice`,
      )
    ).lines.map(({ amount }) => amount.amount);
  return { scene, customer, wallet, subscription, grant, held, upcoming };
}

const unitsOf = ({ lines }: InvoiceView) =>
  lines.flatMap(({ kind, quantity, explanation }) =>
    kind === 'unit_credits' ? [[quantity, (explanation as { text: string }).text]] : [],
  );

test('10,000 calls that were given pay 10,000 of 12,500; the invoice shows the burn-down, the preview said so', async () => {
  const { scene, customer, subscription, grant, held, upcoming } = await prepaid();
  await grant('10000', { expires_at: '2026-07-01T00:00:00.000Z' });
  await use(scene, customer, 'calls', ['2026-06-10', '12500']);
  const before = await upcoming();
  await scene.advance('2026-07-01');
  const invoice = await scene.newestInvoice(subscription);
  expect([amountsOf(invoice), before]).toEqual(Array(2).fill(['5.00', '125.00', '-100.00']));
  expect([invoice.total.amount, unitsOf(invoice)[0]?.[0], await held()]).toEqual(['30.00', '10000', '0']);
  expect(unitsOf(invoice)[0]?.[1]).toMatch(
    /^less what 12500 calls: 10000 calls of .* \(granted\), 2500 calls not held would cost$/,
  );
  await checkInvariants(scene);
});

test('what is left at the end of its last day expires, and pays nothing of July', async () => {
  const { scene, customer, subscription, grant, held } = await prepaid();
  await grant('1000', { expires_at: '2026-07-01T00:00:00.000Z' });
  await use(scene, customer, 'calls', ['2026-06-10', '400'], ['2026-07-02', '300']);
  await scene.advance('2026-08-01');
  const bills = (await scene.invoices(subscription)).map(amountsOf);
  expect([bills, await held()]).toEqual([[['5.00'], ['5.00', '4.00', '-4.00'], ['5.00', '3.00']], '0']);
  await checkInvariants(scene);
});

test('usage that waits a day for what comes late is still paid by units that expired when it ended', async () => {
  const { scene, customer, subscription, grant, held } = await prepaid(cent, 'pm_card_visa', { usage_grace_hours: 24 });
  await grant('1000', { expires_at: '2026-07-01T00:00:00.000Z' });
  await use(scene, customer, 'calls', ['2026-06-10', '400']);
  await scene.advance('2026-07-01');
  expect(await held()).toBe('0');
  await use(scene, customer, 'calls', ['2026-06-30', '100']);
  await scene.advance('2026-07-03');
  const bills = (await scene.invoices(subscription)).map(amountsOf);
  expect(bills).toEqual([['5.00'], ['5.00'], ['5.00', '-5.00']]);
  await checkInvariants(scene);
});

test('the lowest priority is drawn first, then what expires first; bought units are earned at what was paid for them', async () => {
  const { scene, customer, wallet, subscription, grant, held } = await prepaid();
  await scene.api.post(`/wallets/${wallet.id}/top-ups`, { amount: '500', currency: 'USD' });
  expect(await scene.account('wallet_credits')).toBe('-4.00');
  const late = await grant('100', { expires_at: '2026-12-01T00:00:00.000Z' });
  const soon = await grant('100', { expires_at: '2026-08-01T00:00:00.000Z' });
  const first = await grant('50', { priority: 1 });
  await use(scene, customer, 'calls', ['2026-06-10', '500']);
  await scene.advance('2026-07-01');
  const { data } = await scene.api.get<{ data: { kind: string; grant_id: string; amount: string }[] }>(
    `/wallets/${wallet.id}/movements`,
  );
  const drawn = [...data].reverse().filter(({ kind }) => kind === 'used');
  expect(drawn.slice(0, 3).map(({ grant_id: id }) => id)).toEqual([first.id, soon.id, late.id]);
  expect(drawn.map(({ amount }) => amount)).toEqual(['-50', '-100', '-100', '-250']);
  expect([amountsOf(await scene.newestInvoice(subscription)), await held()]).toEqual([
    ['5.00', '5.00', '-5.00'],
    '250',
  ]);
  expect([await scene.account('wallet_credits'), await scene.account('revenue:credits')]).toEqual(['-2.00', '-2.00']);
  await checkInvariants(scene);
});

test('units take the last of the quantity off, so the rest walks the tiers from the first', async () => {
  const tiers = [
    { up_to: '100', amounts: { USD: '1.00' } },
    { up_to: null, amounts: { USD: '0.50' } },
  ];
  const graduated = { model: 'graduated', parameters: { tiers }, meter: 'calls', description: 'Calls' };
  const { scene, customer, subscription, grant } = await prepaid(graduated);
  await grant('60');
  await use(scene, customer, 'calls', ['2026-06-10', '150']);
  await scene.advance('2026-07-01');
  // 100 at 1.00 and 50 at 0.50; without the last 60 calls 90 at 1.00.
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['5.00', '125.00', '-35.00']);
  await checkInvariants(scene);
});

test('an invoice that is voided gives the units back, and what was paid for them is owed again', async () => {
  const { scene, customer, wallet, subscription, held } = await prepaid();
  await scene.api.post(`/wallets/${wallet.id}/top-ups`, { amount: '500', currency: 'USD' });
  await use(scene, customer, 'calls', ['2026-06-10', '600']);
  const ref = await scene.card(customer, 'pm_card_visa');
  await scene.script(ref, {
    always: { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null },
  });
  await scene.advance('2026-07-01');
  const invoice = await scene.newestInvoice(subscription);
  expect([amountsOf(invoice), await held()]).toEqual([['5.00', '6.00', '-5.00'], '0']);
  expect(await scene.refusal(scene.api.post(`/invoices/${invoice.id}/reissue`, {}))).toBe('invoice_not_reissuable');
  await scene.api.post(`/invoices/${invoice.id}/void`, {});
  expect([await held(), await scene.account('wallet_credits'), await scene.account('revenue:credits')]).toEqual([
    '500',
    '-4.00',
    '0.00',
  ]);
  await checkInvariants(scene);
});

test('a meter is refused for money, for quantities that do not add up, and when there is none', async () => {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  await meter(scene, 'calls');
  await meter(scene, 'peak', { aggregation: 'max' });
  const customer_id = await scene.customer(null);
  const fieldsOf = (body: object) =>
    scene.api
      .post('/wallets', { customer_id, ...body })
      .catch((error: { problem: { errors: { field: string }[] } }) => error.problem.errors.map(({ field }) => field));
  expect(await fieldsOf({ currency: 'USD', meter: 'calls' })).toEqual(['meter']);
  expect(await fieldsOf({ unit: 'peak', meter: 'peak' })).toEqual(['meter']);
  expect(await fieldsOf({ unit: 'calls', meter: 'nothing' })).toEqual(['meter']);
});
