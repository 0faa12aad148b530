/** Money that goes back: in full, in part, refused, late, and refunds that the bank undoes. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { waitFor } from '../../dev/stack/wait';
import { insertRefund } from '../../db/queries/refunds';
import { newId } from '../../domain/ids';
import { money } from '../../domain/money';
import { fromIso } from '../../domain/time';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, Scene } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface RefundView {
  readonly id: string;
  readonly status: string;
  readonly amount: { readonly amount: string };
}

async function paid(token = 'pm_card_visa') {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const subscription = await scene.subscribe(await scene.customer(token), await scene.plan([flat('49.00')]));
  const invoice = await scene.newestInvoice(subscription);
  expect(invoice.status).toBe('paid');
  const payment = await scene.payment(invoice.id);
  const usd = (amount: string) => ({ amount: { amount, currency: 'USD' } });
  const refund = (body: object = {}) => scene.api.post<RefundView>('/refunds', { payment_id: payment.id, ...body });
  const providerRef = async (id: string): Promise<string> => {
    const statement = { name: 'test_refund_ref', text: 'select provider_ref from refunds where id = $1' };
    return String((await engine.database.as(scene.tenantId).query(statement, [id]))[0]?.['provider_ref']);
  };
  const until = (id: string, status: string) =>
    waitFor(
      `The refund is ${status}`,
      async () => (await scene.api.get<RefundView>(`/refunds/${id}`)).status === status,
    );
  return { scene, subscription, payment, usd, refund, providerRef, until };
}

test('a refund in parts and then of all that is left goes up to the payment and no further', async () => {
  const { scene, usd, refund } = await paid();
  expect(await refund(usd('10.00'))).toMatchObject({ status: 'succeeded', amount: { amount: '10.00' } });
  expect(await scene.refusal(refund(usd('39.01')))).toBe('refund_exceeds_payment');
  expect(await refund()).toMatchObject({ status: 'succeeded', amount: { amount: '39.00' } });
  expect(await scene.refusal(refund(usd('0.01')))).toBe('refund_exceeds_payment');
  expect(await scene.account('refunds')).toBe('49.00');
  await checkInvariants(scene);
});

test('two refunds at once of the whole payment give the money back once', async () => {
  const { scene, refund } = await paid();
  const made = await Promise.allSettled([refund(), refund()]);
  expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await scene.account('refunds')).toBe('49.00');
  await checkInvariants(scene);
});

test('a refund that the bank undoes later is taken back in the books, and may be made again', async () => {
  const { scene, refund, providerRef, until } = await paid();
  const { id } = await refund();
  await scene.control.settle(await providerRef(id), 'fail');
  await until(id, 'failed');
  expect(await scene.account('refunds')).toBe('0.00');
  await checkInvariants(scene);
  expect((await refund()).status).toBe('succeeded');
  expect(await scene.account('refunds')).toBe('49.00');
  await checkInvariants(scene);
});

test('a refund that takes days is booked when the provider accepts it, and ends when the bank says so', async () => {
  const { scene, refund, providerRef, until } = await paid('pm_card_pendingRefund');
  const { id, status } = await refund();
  expect(status).toBe('pending');
  expect(await scene.account('refunds')).toBe('49.00');
  await checkInvariants(scene);
  await scene.control.settle(await providerRef(id), 'succeed');
  await until(id, 'succeeded');
  expect(await scene.account('refunds')).toBe('49.00');
  await checkInvariants(scene);
});

test('a payment that did not succeed cannot be refunded', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer('pm_card_chargeCustomerFail');
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]));
  const payment = await scene.payment((await scene.newestInvoice(subscription)).id);
  const refused = await scene.refusal(scene.api.post('/refunds', { payment_id: payment.id }));
  expect(refused).toBe('payment_not_refundable');
  await checkInvariants(scene);
});

test('a refund leaves the subscription as it is, and the next period is billed', async () => {
  const { scene, subscription, refund } = await paid();
  await refund();
  await scene.advance('2026-02-01');
  expect(await scene.billed(subscription)).toEqual(['paid 49.00', 'paid 49.00']);
  expect((await scene.subscription(subscription)).status).toBe('active');
  await checkInvariants(scene);
});

test('a refund that is being written while a cancellation credits the same money is not written', async () => {
  const { scene, subscription, payment, refund } = await paid();
  await scene.advance('2026-01-16');
  const written = engine.database.transaction(scene.tenantId, async (db) => {
    const amount = money('49.00', 'USD');
    const row = {
      id: newId('re'),
      paymentId: payment.id,
      amount,
      reason: null,
      occurredAt: fromIso('2026-01-16T00:00:00Z'),
    };
    await insertRefund(db, { ...row, tenantId: scene.tenantId });
    // Nothing of it can be seen yet: the cancellation credits what it finds.
    await scene.command(subscription, 'cancel', { credit: true });
  });
  await expect(written).rejects.toMatchObject({ code: '40001' });
  expect((await scene.billed(subscription)).at(-1)).toBe('paid -25.29');
  expect(await refund()).toMatchObject({ status: 'succeeded', amount: { amount: '23.71' } });
  await checkInvariants(scene);
});

test('a refund and a cancellation with credit at the same instant never give the same money twice', async () => {
  const { scene, subscription, refund } = await paid();
  await scene.advance('2026-01-16');
  const cancel = scene.command(subscription, 'cancel', { credit: true });
  await Promise.allSettled([refund(), cancel, refund()]);
  await scene.until(subscription, 'Canceled', ({ status }) => status === 'canceled');
  await checkInvariants(scene);
});

test('what was credited of one charge and refunded of the rest leaves nothing of the other to credit', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const prices = [flat('30.00'), flat('20.00', { description: 'Support' })];
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan(prices));
  const invoice = await scene.newestInvoice(subscription);
  const [first = ''] = (await scene.api.get<{ lines: { id: string }[] }>(`/invoices/${invoice.id}`)).lines.map(
    ({ id }) => id,
  );
  const note = { lines: [{ line_id: first, amount: '30.00' }], reason: 'other', rest: 'balance' };
  await scene.api.post(`/invoices/${invoice.id}/credit-notes`, note);
  const { id: paymentId } = await scene.payment(invoice.id);
  await scene.api.post('/refunds', { payment_id: paymentId, amount: { amount: '15.00', currency: 'USD' } });
  await scene.command(subscription, 'cancel', { credit: true });
  expect((await scene.billed(subscription)).at(-1)).toBe('paid -5.00');
  await checkInvariants(scene);
});
