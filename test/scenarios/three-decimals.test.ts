/** A currency that the books count finer than the card networks do: Kuwaiti dinars, to the fils in the books and to ten fils on a card. */
import { checkDelivered, checkInvariants } from '../support/invariants';
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

const kwd = (amount: string) => ({ amount, currency: 'KWD' });

/** What an invoice asked for, of its total. */
async function asked(scene: Scene, subscription: string): Promise<string[]> {
  type View = { status: string; total: { amount: string }; amount_due: { amount: string } };
  const invoices = (await scene.invoices(subscription)) as unknown as View[];
  return invoices.map(({ status, total, amount_due: due }) => `${status} ${due.amount} of ${total.amount}`);
}

test('1.505 KWD a month is charged as 1.500 and 1.510 in turns, and the fils are carried over', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const plan = await scene.plan([flat({ KWD: '1.505' })]);
  const subscription = await scene.subscribe(await scene.customer(), plan, { currency: 'KWD' });
  expect(await asked(scene, subscription)).toEqual(['paid 1.500 of 1.505']);
  expect(await scene.account('customer_balance', 'KWD')).toBe('0.005');
  await checkInvariants(scene);

  type Preview = { amount_due: { amount: string }; carried_over: { amount: string } };
  const next = await scene.api.get<Preview>(`/subscriptions/${subscription}/upcoming-invoice`);
  expect([next.amount_due, next.carried_over]).toEqual([kwd('1.510'), kwd('0.000')]);

  await scene.advance('2026-03-02');
  expect(await asked(scene, subscription)).toEqual([
    'paid 1.500 of 1.505',
    'paid 1.510 of 1.505',
    'paid 1.500 of 1.505',
  ]);
  const { status, attention } = await scene.subscription(subscription);
  expect([status, attention]).toEqual(['active', null]);
  expect(await scene.account('receivable', 'KWD')).toBe('0.000');
  await checkInvariants(scene);
});

test('a change of plan in mid-period bills its fils, and what a card cannot carry waits for the next invoice', async () => {
  const scene = await Scene.open(engine, { now: '2026-04-01' });
  const small = await scene.plan([flat({ KWD: '3.000' })]);
  const large = await scene.plan([flat({ KWD: '10.000' })]);
  const subscription = await scene.subscribe(await scene.customer(), small, { currency: 'KWD' });
  await scene.advance('2026-04-12');
  // 19 of 30 days are left: 10.000 × 19/30 = 6.333 less 3.000 × 19/30 = 1.900.
  await scene.command(subscription, 'change-plan', { plan_id: large });
  expect(await asked(scene, subscription)).toEqual(['paid 3.000 of 3.000', 'paid 4.430 of 4.433']);
  await scene.advance('2026-05-01');
  expect((await asked(scene, subscription)).at(-1)).toBe('paid 10.000 of 10.000');
  expect(await scene.account('customer_balance', 'KWD')).toBe('0.003');
  await checkInvariants(scene);
});

test('a refund that the rail cannot pay out is refused by name, one in its steps goes through', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const plan = await scene.plan([flat({ KWD: '1.505' })]);
  const subscription = await scene.subscribe(await scene.customer(), plan, { currency: 'KWD' });
  const { id } = await scene.payment((await scene.newestInvoice(subscription)).id);
  const refund = (amount: string) =>
    scene.api.post<{ status: string }>('/refunds', { payment_id: id, amount: kwd(amount) });
  expect(await scene.refusal(refund('0.505'))).toBe('validation_failed');
  expect((await refund('0.500')).status).toBe('succeeded');
  await checkInvariants(scene);
});
