/** Issued invoices that are lowered: open ones ask for less, paid ones give back, and nothing is given back twice. */
import { waitFor } from '../../dev/stack/wait';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, Scene, type InvoiceView } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface Amount {
  readonly amount: string;
}

interface NoteView {
  readonly id: string;
  readonly number: string;
  readonly gross: Amount;
  readonly reduced: Amount;
  readonly refunded: Amount;
  readonly to_balance: Amount;
  readonly refund_id: string | null;
  readonly lines: readonly { readonly amount: Amount }[];
}

const usd = (amount: string) => ({ amount, currency: 'USD' });
const parts = ({ reduced, refunded, to_balance: toBalance }: NoteView) => [
  reduced.amount,
  refunded.amount,
  toBalance.amount,
];

async function billed(token: string | null, price = '49.00', more: object = {}) {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer(token);
  const subscription = await scene.subscribe(customer, await scene.plan([flat(price)]), more);
  const invoice = await scene.newestInvoice(subscription);
  const credit = (body: object = {}, id = invoice.id) =>
    scene.api.post<NoteView>(`/invoices/${id}/credit-notes`, { reason: 'outage', ...body });
  const preview = (body: object = {}) =>
    scene.api.post<NoteView>(`/invoices/${invoice.id}/credit-notes/preview`, { reason: 'outage', ...body });
  const read = () => scene.api.get<InvoiceView>(`/invoices/${invoice.id}`);
  const balance = async () => {
    type Balances = { balances: { amount: string }[] };
    return (await scene.api.get<Balances>(`/customers/${customer}/balance`)).balances[0]?.amount ?? '0.00';
  };
  return { scene, customer, subscription, invoice, credit, preview, read, balance };
}

test('a paid invoice is credited by the rail, up to what was charged and no further, and the preview says the same', async () => {
  const { scene, credit, preview, read } = await billed('pm_card_visa');
  expect(parts(await preview({ amount: '20.00', rest: 'refund' }))).toEqual(['0.00', '20.00', '0.00']);
  const note = await credit({ amount: '20.00', rest: 'refund' });
  expect(note.number).toBe('CN-000001');
  expect(parts(note)).toEqual(['0.00', '20.00', '0.00']);
  expect(await scene.api.get(`/refunds/${note.refund_id}`)).toMatchObject({
    status: 'succeeded',
    amount: usd('20.00'),
  });
  expect(await scene.refusal(credit({ amount: '29.01' }))).toBe('credit_exceeds_remaining');
  expect(parts(await credit({ rest: 'refund' }))).toEqual(['0.00', '29.00', '0.00']);
  expect(await scene.refusal(credit({ amount: '0.01' }))).toBe('credit_exceeds_remaining');
  expect(await read()).toMatchObject({ status: 'paid', amount_paid: usd('49.00') });
  expect(await scene.account('cash:stripe')).not.toBe('none');
  await checkInvariants(scene);
});

test('what is credited to the balance pays the next invoice', async () => {
  const { scene, subscription, credit, balance } = await billed('pm_card_visa');
  expect(parts(await credit({ amount: '15.00' }))).toEqual(['0.00', '0.00', '15.00']);
  expect(await balance()).toBe('15.00');
  await scene.advance('2026-02-01');
  expect(await scene.newestInvoice(subscription)).toMatchObject({
    balance_applied: usd('15.00'),
    amount_paid: usd('34.00'),
  });
  await checkInvariants(scene);
});

test('an open invoice asks for less, dunning goes on with the rest, and the card is charged that', async () => {
  const { scene, customer, subscription, credit, read } = await billed('pm_card_chargeCustomerFail');
  expect(parts(await credit({ amount: '20.00', rest: 'refund' }))).toEqual(['20.00', '0.00', '0.00']);
  expect(await read()).toMatchObject({ status: 'open', amount_due: usd('29.00'), credit_received: usd('20.00') });
  await scene.card(customer, 'pm_card_visa');
  await scene.until(subscription, 'The rest is paid', ({ collection }) => collection === null);
  expect(await read()).toMatchObject({ status: 'paid', amount_paid: usd('29.00') });
  await checkInvariants(scene);
});

test('an open invoice that is credited in full is paid, and the subscription is past due no more', async () => {
  const { scene, subscription, credit, read } = await billed('pm_card_chargeCustomerFail');
  expect((await scene.subscription(subscription)).status).toBe('past_due');
  await credit();
  expect(await read()).toMatchObject({ status: 'paid', amount_due: usd('0.00'), amount_paid: usd('0.00') });
  expect((await scene.subscription(subscription)).status).toBe('active');
  expect(await scene.account('receivable')).toBe('0.00');
  await checkInvariants(scene);
});

test('a void after a credit note takes back the rest alone', async () => {
  const { scene, invoice, credit, read } = await billed('pm_card_chargeCustomerFail');
  await credit({ amount: '20.00' });
  await scene.api.post(`/invoices/${invoice.id}/void`, {});
  expect(await read()).toMatchObject({ status: 'void' });
  expect(await scene.refusal(credit())).toBe('invoice_not_creditable');
  expect(await scene.account('receivable')).toBe('0.00');
  expect(await scene.account('customer_balance')).toBe('none');
  await checkInvariants(scene);
});

test('an invoice that was given up for the rest cannot be credited: nothing of it was paid', async () => {
  const { scene, invoice, credit } = await billed('pm_card_chargeCustomerFail');
  await credit({ amount: '9.00' });
  await scene.api.post(`/invoices/${invoice.id}/mark-uncollectible`, {});
  expect(await scene.refusal(credit())).toBe('invoice_not_creditable');
  expect(await scene.account('bad_debt')).toBe('40.00');
  await checkInvariants(scene);
});

test('credit notes at once never give back more than the invoice', async () => {
  const { scene, credit, balance } = await billed('pm_card_visa');
  const made = await Promise.allSettled(Array.from({ length: 5 }, () => credit({ amount: '20.00' })));
  const given = made.filter(({ status }) => status === 'fulfilled').length;
  expect(given).toBeGreaterThan(0);
  expect(given).toBeLessThanOrEqual(2);
  expect(await balance()).toBe(`${given * 20}.00`);
  await checkInvariants(scene);
});

test('a refund and a credit note of the same money: the second is refused, in either order', async () => {
  const first = await billed('pm_card_visa');
  const payment = await first.scene.payment(first.invoice.id);
  await first.scene.api.post('/refunds', { payment_id: payment.id, amount: usd('40.00') });
  expect(await first.scene.refusal(first.credit({ amount: '9.01' }))).toBe('credit_exceeds_remaining');
  expect(parts(await first.credit({ rest: 'refund' }))).toEqual(['0.00', '9.00', '0.00']);
  await checkInvariants(first.scene);
  const second = await billed('pm_card_visa');
  const other = await second.scene.payment(second.invoice.id);
  await second.credit({ amount: '40.00' });
  const refund = (amount: string) => second.scene.api.post('/refunds', { payment_id: other.id, amount: usd(amount) });
  expect(await second.scene.refusal(refund('9.01'))).toBe('refund_exceeds_payment');
  await refund('9.00');
  await checkInvariants(second.scene);
});

test('a cancellation with credit gives no money back that was refunded, and a refund none that was credited', async () => {
  const refunded = await billed('pm_card_visa', '31.00');
  const payment = await refunded.scene.payment(refunded.invoice.id);
  await refunded.scene.api.post('/refunds', { payment_id: payment.id });
  await refunded.scene.advance('2026-01-11');
  await refunded.scene.command(refunded.subscription, 'cancel', { credit: true });
  expect(await refunded.balance()).toBe('0.00');
  await checkInvariants(refunded.scene);
  const credited = await billed('pm_card_visa', '31.00');
  const other = await credited.scene.payment(credited.invoice.id);
  await credited.scene.advance('2026-01-11');
  await credited.scene.command(credited.subscription, 'cancel', { credit: true });
  expect(await credited.balance()).toBe('21.00');
  const refund = (amount: string) => credited.scene.api.post('/refunds', { payment_id: other.id, amount: usd(amount) });
  expect(await credited.scene.refusal(refund('10.01'))).toBe('refund_exceeds_payment');
  await refund('10.00');
  await checkInvariants(credited.scene);
});

test('a cancellation with credit after a credit note gives back the unused part of what is left', async () => {
  const { scene, subscription, credit, balance } = await billed('pm_card_visa', '31.00');
  await credit({ amount: '15.50' });
  await scene.advance('2026-01-11');
  await scene.command(subscription, 'cancel', { credit: true });
  // 15.50 by the note, and 21 of 31 days of the 15.50 that are left.
  expect(await balance()).toBe('26.00');
  expect(await scene.refusal(credit({ amount: '5.01' }))).toBe('credit_exceeds_remaining');
  expect(parts(await credit())).toEqual(['0.00', '0.00', '5.00']);
  await checkInvariants(scene);
});

test('credits that paid an invoice come back to the wallet when it is voided', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer('pm_card_chargeCustomerFail');
  const wallet = await scene.api.post<{ id: string }>('/wallets', { customer_id: customer, currency: 'USD' });
  await scene.api.post(`/wallets/${wallet.id}/grants`, { amount: '30.00' });
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]));
  const invoice = await scene.newestInvoice(subscription);
  expect(invoice).toMatchObject({ status: 'open', wallet_applied: usd('30.00'), amount_due: usd('19.00') });
  await scene.api.post(`/invoices/${invoice.id}/void`, {});
  const { balance } = await scene.api.get<{ balance: { granted: string } }>(`/wallets/${wallet.id}`);
  expect(balance.granted).toBe('30');
  expect(await scene.account('revenue:granted_credits')).toBe('0.00');
  await checkInvariants(scene);
});

test('a refund of a credit note that the bank undoes goes to the balance instead, once', async () => {
  const { scene, credit, balance } = await billed('pm_card_visa');
  const { refund_id: refundId } = await credit({ amount: '20.00', rest: 'refund' });
  const statement = { name: 'test_note_refund_ref', text: 'select provider_ref from refunds where id = $1' };
  const [row] = await engine.database.as(scene.tenantId).query(statement, [refundId]);
  await scene.control.settle(String(row?.['provider_ref']), 'fail');
  await waitFor('The refund has failed', async () => {
    return (await scene.api.get<{ status: string }>(`/refunds/${refundId}`)).status === 'failed';
  });
  expect(await balance()).toBe('20.00');
  expect(await scene.account('refunds')).toBe('0.00');
  await checkInvariants(scene);
});

test('an open invoice is voided and issued anew in one step, with new amounts where they are given, and the card pays the new one', async () => {
  const { scene, customer, subscription, invoice, read } = await billed('pm_card_chargeCustomerFail');
  const lineId = (invoice.lines[0] as unknown as { id: string }).id;
  const reissue = (body: object, id = invoice.id) =>
    scene.api.post<InvoiceView & { reissues_invoice_id: string }>(`/invoices/${id}/reissue`, body);
  expect(await scene.refusal(reissue({ lines: [{ line_id: lineId, amount: '-1.00' }] }))).toBe('validation_failed');
  const made = await reissue({ lines: [{ line_id: lineId, amount: '39.00' }] });
  expect(made).toMatchObject({
    status: 'open',
    total: usd('39.00'),
    reissues_invoice_id: invoice.id,
    number: 'INV-000002',
  });
  expect(await read()).toMatchObject({ status: 'void', number: 'INV-000001' });
  expect(await scene.refusal(reissue({}))).toBe('invoice_not_open');
  await scene.card(customer, 'pm_card_visa');
  await scene.until(subscription, 'The new invoice is paid', ({ collection }) => collection === null);
  expect(await scene.billed(subscription)).toEqual(['void 49.00', 'paid 39.00']);
  await scene.advance('2026-01-16T12:00:00.000Z');
  await scene.command(subscription, 'cancel', { credit: true });
  // Half of the period of what was really billed.
  expect((await scene.newestInvoice(subscription)).total.amount).toBe('-19.50');
  await checkInvariants(scene);
});

test('an invoice that the wallet paid in part is issued anew with the same credits', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer('pm_card_chargeCustomerFail');
  const wallet = await scene.api.post<{ id: string }>('/wallets', { customer_id: customer, currency: 'USD' });
  await scene.api.post(`/wallets/${wallet.id}/grants`, { amount: '30.00' });
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]));
  const invoice = await scene.newestInvoice(subscription);
  const made = await scene.api.post<InvoiceView>(`/invoices/${invoice.id}/reissue`, {});
  expect(made).toMatchObject({ status: 'open', wallet_applied: usd('30.00'), amount_due: usd('19.00') });
  await checkInvariants(scene);
});

test('tax goes back with what it was charged on, to the cent of the whole, and is owed no more', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const registrations = [{ country: 'DE', tax_number: 'DE136695976', from: '2015-01-01' }];
  await scene.api.patch('/tax-settings', { seller: { country: 'DE', registrations, union_scheme: true } });
  const customer = await scene.customer();
  const address = { country: 'DE', region: null, line1: 'Street 1' };
  await scene.api.patch(`/customers/${customer}/billing-details`, { address });
  const subscription = await scene.subscribe(customer, await scene.plan([flat('33.33')]));
  const invoice = await scene.newestInvoice(subscription);
  expect(invoice.total.amount).toBe('39.66');
  const credit = (amount: string) =>
    scene.api.post<NoteView & { net: Amount; tax: Amount }>(`/invoices/${invoice.id}/credit-notes`, {
      amount,
      reason: 'outage',
    });
  const given: string[] = [];
  for (const amount of ['13.22', '13.22', '13.22']) {
    const { net, tax } = await credit(amount);
    given.push(`${net.amount} + ${tax.amount}`);
  }
  expect(given).toEqual(['11.11 + 2.11', '11.11 + 2.11', '11.11 + 2.11']);
  expect(await scene.account('tax:DE')).toBe('0.00');
  expect(await scene.refusal(credit('0.01'))).toBe('credit_exceeds_remaining');
  await checkInvariants(scene);
});

test('the invoice of a top-up is not credited', async () => {
  const { scene, customer, credit } = await billed('pm_card_visa');
  const wallet = await scene.api.post<{ id: string }>('/wallets', { customer_id: customer, currency: 'USD' });
  const topUp = await scene.api.post<{ invoice_id: string }>(`/wallets/${wallet.id}/top-ups`, { amount: '10.00' });
  expect(await scene.refusal(credit({}, topUp.invoice_id))).toBe('invoice_not_creditable');
  await checkInvariants(scene);
});
