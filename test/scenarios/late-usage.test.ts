/** Dated stories of usage that is late or wrong after its invoice, of a tenant that credits and bills anew. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, Scene } from '../support/scenario';
import { correct, meter, statesOf, use } from '../support/usage';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const perCall = { model: 'per_unit', meter: 'calls', description: 'Calls', amounts: { USD: '0.01' } };
const patient = { dunning_policy: { steps_days: [100], end: 'leave_unpaid' } };

interface NoteView {
  readonly invoice_id: string;
  readonly gross: { readonly amount: string };
  readonly to_balance: { readonly amount: string };
}

/** A metered subscription from 1 June on. */
async function metering(tenant: object = { late_usage: 'credit_and_reissue' }) {
  const scene = await Scene.open(engine, { now: '2026-06-01', tenant: { ...patient, ...tenant } });
  await meter(scene, 'calls');
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan([flat('10.00'), perCall]));
  const used = (...events: readonly (readonly [string, string])[]) => use(scene, customer, 'calls', ...events);
  const bills = async () =>
    (await scene.invoices(subscription)).map(
      ({ status, lines, amount_paid: paid }) =>
        `${status}: ${lines.map(({ kind, amount }) => `${kind} ${amount.amount}`).join(', ')}; paid ${paid.amount}`,
    );
  const notes = async () => {
    const { data } = await scene.api.get<{ data: NoteView[] }>('/credit-notes');
    return data.map(({ gross, to_balance: rest }) => [gross.amount, rest.amount]).sort();
  };
  return { scene, customer, subscription, used, bills, notes };
}

test('late usage of a paid invoice: Aug 1 its line is credited and billed anew, and the card pays the difference', async () => {
  const { scene, used, bills, notes } = await metering();
  const events = await used(['2026-06-05', '1000']);
  await scene.advance('2026-07-01');
  events.push(...(await used(['2026-06-20', '500'])));
  expect(await statesOf(scene, events)).toEqual(['billed', 'late']);
  await scene.advance('2026-08-01');
  expect((await bills()).slice(1)).toEqual([
    'paid: recurring 10.00, usage 10.00; paid 20.00',
    'paid: recurring 10.00, usage 0.00; paid 10.00',
    'paid: usage 15.00; paid 5.00',
  ]);
  expect(await notes()).toEqual([['10.00', '10.00']]);
  expect(await statesOf(scene, events)).toEqual(['billed', 'billed']);
  await scene.advance('2026-09-01');
  expect((await bills()).at(-1)).toBe('paid: recurring 10.00, usage 0.00; paid 10.00');
  await checkInvariants(scene);
});

test('usage that is voided after its invoice leaves what was paid too much on the balance, and the correction can be corrected', async () => {
  const { scene, customer, used, bills, notes } = await metering();
  const [first = '', second = ''] = await used(['2026-06-05', '1000'], ['2026-06-06', '200']);
  await scene.advance('2026-07-01');
  await correct(scene, customer, 'calls', { voids: second });
  await scene.advance('2026-08-01');
  expect((await bills()).at(-1)).toBe('paid: usage 10.00; paid 0.00');
  expect(await scene.account('customer_balance')).toBe('-2.00');
  await correct(scene, customer, 'calls', { voids: first });
  await scene.advance('2026-09-01');
  expect(await notes()).toEqual([
    ['10.00', '10.00'],
    ['12.00', '12.00'],
  ]);
  await checkInvariants(scene);
});

test('an open invoice is voided and issued anew with the right usage', async () => {
  const { scene, customer, used, bills, notes } = await metering();
  await used(['2026-06-05', '1000']);
  await scene.card(customer, 'pm_card_chargeCustomerFail');
  await scene.advance('2026-07-01');
  await used(['2026-06-20', '500']);
  await scene.advance('2026-08-01');
  expect((await bills()).slice(1)).toEqual([
    'void: recurring 10.00, usage 10.00; paid 0.00',
    'open: recurring 10.00, usage 0.00; paid 0.00',
    'open: recurring 10.00, usage 15.00; paid 0.00',
  ]);
  expect(await notes()).toEqual([]);
  await checkInvariants(scene);
});

test('whoever adjusts by default may correct a single invoice by asking for it, once', async () => {
  const { scene, used, bills, notes, subscription } = await metering({});
  await used(['2026-06-05', '1000']);
  await scene.advance('2026-07-01');
  const { id } = await scene.newestInvoice(subscription);
  await used(['2026-06-20', '500']);
  const anew = await scene.api.post<{ id: string; total: { amount: string } }>(`/invoices/${id}/reissue`, {
    reprice: true,
  });
  expect(anew.total.amount).toBe('15.00');
  expect(await notes()).toEqual([['10.00', '10.00']]);
  expect(await scene.refusal(scene.api.post(`/invoices/${id}/reissue`, { reprice: true }))).toBe(
    'invoice_not_reissuable',
  );
  await scene.advance('2026-08-01');
  expect((await bills()).at(-1)).toBe('paid: recurring 10.00, usage 0.00; paid 10.00');
  await checkInvariants(scene);
});

test('usage that waits for its grace is corrected after it, also where the subscription has ended', async () => {
  const { scene, subscription, used, bills } = await metering({
    late_usage: 'credit_and_reissue',
    usage_grace_hours: 24,
  });
  await used(['2026-06-05', '1000']);
  await scene.advance('2026-07-03');
  await used(['2026-06-20', '500']);
  await scene.command(subscription, 'cancel', {});
  await scene.advance('2026-07-10');
  expect((await bills()).slice(-2)).toEqual(['paid: usage 10.00; paid 10.00', 'paid: usage 15.00; paid 5.00']);
  expect((await scene.subscription(subscription)).next_due_at).toBeNull();
  await checkInvariants(scene);
});
