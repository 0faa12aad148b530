/** Coupons take off what they say, in their order, for as long as they say; and no more often than they may be redeemed. */
import { startTestEngine, type TestEngine } from '../support/perennial';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { flat, type InvoiceView, Scene } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface Identified {
  readonly id: string;
}

interface CouponView extends Identified {
  readonly redemptions: number;
}

const coupon = async (scene: Scene, terms: object): Promise<string> =>
  (await scene.api.post<Identified>('/coupons', { name: 'Coupon', duration: 'forever', ...terms })).id;

const codeOf = async (scene: Scene, couponId: string, code: string, more: object = {}): Promise<string> => {
  await scene.api.post(`/coupons/${couponId}/codes`, { code, ...more });
  return code;
};

/** "2026-01-31 49.00 - 9.80 = 39.20" of each invoice. */
const discounted = async (scene: Scene, subscription: string): Promise<string[]> =>
  (await scene.invoices(subscription)).map(
    ({ created_at, subtotal, discount_total, total }) =>
      `${created_at.slice(0, 10)} ${subtotal.amount} - ${discount_total.amount} = ${total.amount}`,
  );

const shares = ({ discounts }: InvoiceView) =>
  discounts.map(({ name, base, amount }) => [name, base.amount, amount.amount]);

async function plain(now = '2026-01-31', price: string | Record<string, string> = '49.00') {
  const scene = await Scene.open(engine, { now });
  return { scene, plan: await scene.plan([flat(price)]), customer: await scene.customer() };
}

test('20 % for three periods, redeemed by its code with the subscription, ends with the fourth', async () => {
  const { scene, plan, customer } = await plain();
  const spring = await coupon(scene, { name: 'Spring', percent: '20', duration: 'periods', periods: 3 });
  await codeOf(scene, spring, 'SPRING26');
  const subscription = await scene.subscribe(customer, plan, { coupons: [{ code: ' spring26 ' }] });
  await scene.advance('2026-05-01');
  expect(await discounted(scene, subscription)).toEqual([
    '2026-01-31 49.00 - 9.80 = 39.20',
    '2026-02-28 49.00 - 9.80 = 39.20',
    '2026-03-31 49.00 - 9.80 = 39.20',
    '2026-04-30 49.00 - 0.00 = 49.00',
  ]);
  const [first] = await scene.invoices(subscription);
  expect(shares(first!)).toEqual([['Spring', '49.00', '9.80']]);
  expect(first!.discounts[0]!.explanation).toMatchObject({ exact: '9.8', text: '20 % of 49.00 USD' });
  expect(first!.lines[0]).toMatchObject({ discount: { amount: '9.80' }, net: { amount: '39.20' } });
  await checkInvariants(scene);
});

test('a fixed coupon takes off its amount in each currency, and none in one that it lacks', async () => {
  const { scene, plan, customer } = await plain('2026-01-31', { USD: '49.00', EUR: '45.00', KES: '6000.00' });
  const fixed = await coupon(scene, { name: 'Ten', amounts: { USD: '10.00', EUR: '9.00' } });
  const bought = (currency: string) => scene.subscribe(customer, plan, { currency, coupons: [{ coupon_id: fixed }] });
  expect(await discounted(scene, await bought('USD'))).toEqual(['2026-01-31 49.00 - 10.00 = 39.00']);
  expect(await discounted(scene, await bought('EUR'))).toEqual(['2026-01-31 45.00 - 9.00 = 36.00']);
  expect(await scene.refusal(bought('KES'))).toBe('coupon_not_redeemable');
  await checkInvariants(scene);
});

test.each([
  [
    '10 % and then 20.00',
    ['percent', 'fixed'],
    [
      ['Tenth', '100.00', '10.00'],
      ['Twenty', '90.00', '20.00'],
    ],
    '70.00',
  ],
  [
    '20.00 and then 10 %',
    ['fixed', 'percent'],
    [
      ['Twenty', '100.00', '20.00'],
      ['Tenth', '80.00', '8.00'],
    ],
    '72.00',
  ],
])('coupons stack in the order of attachment: %s', async (_what, order, taken, total) => {
  const { scene, plan, customer } = await plain('2026-01-01', '100.00');
  const coupons: Record<string, string> = {
    percent: await coupon(scene, { name: 'Tenth', percent: '10' }),
    fixed: await coupon(scene, { name: 'Twenty', amounts: { USD: '20.00' } }),
  };
  const subscription = await scene.subscribe(customer, plan, {
    coupons: order.map((name) => ({ coupon_id: coupons[name] })),
  });
  const invoice = await scene.newestInvoice(subscription);
  expect([shares(invoice), invoice.total.amount]).toEqual([taken, total]);
  await checkInvariants(scene);
});

test('a coupon of the customer lowers all of their subscriptions; one for once lowers one invoice of them', async () => {
  const { scene, plan, customer } = await plain('2026-01-01', '100.00');
  const once = await coupon(scene, { name: 'Once', percent: '50', duration: 'once' });
  const always = await coupon(scene, { name: 'Always', amounts: { USD: '5.00' } });
  await scene.api.post(`/customers/${customer}/coupons`, { coupon_id: always });
  const attached = await scene.api.post<Identified>(`/customers/${customer}/coupons`, { coupon_id: once });
  const first = await scene.subscribe(customer, plan);
  const second = await scene.subscribe(customer, plan);
  await scene.advance('2026-02-01');
  expect(await discounted(scene, first)).toEqual([
    '2026-01-01 100.00 - 52.50 = 47.50',
    '2026-02-01 100.00 - 5.00 = 95.00',
  ]);
  expect(await discounted(scene, second)).toEqual([
    '2026-01-01 100.00 - 5.00 = 95.00',
    '2026-02-01 100.00 - 5.00 = 95.00',
  ]);
  const read = await scene.api.get<{ uses: { subscription_id: string }[] }>(`/coupon-attachments/${attached.id}`);
  expect(read.uses).toMatchObject([{ subscription_id: first, invoices: 1, taken: { amount: '47.50' } }]);
  await checkInvariants(scene);
});

test('applied and removed by commands, by the API and by signal, it lowers what lies between', async () => {
  const { scene, plan, customer } = await plain('2026-01-01', '100.00');
  const half = await coupon(scene, { percent: '50' });
  const subscription = await scene.subscribe(customer, plan);
  await scene.signal(subscription, 'applyCoupon', { couponId: half });
  await scene.advance('2026-02-01');
  const { data } = await scene.api.get<{ data: Identified[] }>(`/coupon-attachments?subscription_id=${subscription}`);
  expect(await scene.refusal(scene.command(subscription, 'apply-coupon', { coupon_id: half }))).toBe(
    'coupon_not_redeemable',
  );
  await scene.command(subscription, 'remove-coupon', { attachment_id: data[0]!.id });
  expect(await scene.refusal(scene.command(subscription, 'remove-coupon', { attachment_id: data[0]!.id }))).toBe(
    'coupon_not_attached',
  );
  await scene.advance('2026-03-01');
  expect(await discounted(scene, subscription)).toEqual([
    '2026-01-01 100.00 - 0.00 = 100.00',
    '2026-02-01 100.00 - 50.00 = 50.00',
    '2026-03-01 100.00 - 0.00 = 100.00',
  ]);
  expect(await scene.eventTypes(subscription)).toEqual(
    expect.arrayContaining(['subscription.coupon_applied', 'subscription.coupon_removed']),
  );
  await checkInvariants(scene);
});

test('of many who redeem the last places at once, exactly as many get one as there are', async () => {
  const { scene, plan } = await plain('2026-01-01', '10.00');
  const few = await coupon(scene, { percent: '10', redemptions_max: 3 });
  const customers = await Promise.all(Array.from({ length: 12 }, () => scene.customer(null)));
  const code = await codeOf(scene, few, 'FEW', { redemptions_max: 2 });
  const asked = await Promise.all(
    customers.map((customer, index) =>
      scene.api.post(`/customers/${customer}/coupons`, index % 2 === 0 ? { code } : { coupon_id: few }).then(
        () => 'redeemed',
        (error: { problem?: { code?: string } }) => error.problem?.code,
      ),
    ),
  );
  expect(asked.filter((answer) => answer === 'redeemed')).toHaveLength(3);
  expect(new Set(asked)).toEqual(new Set(['redeemed', 'coupon_not_redeemable']));
  expect((await scene.api.get<CouponView>(`/coupons/${few}`)).redemptions).toBe(3);
  const subscribed = scene.subscribe(customers[0]!, plan, { coupons: [{ coupon_id: few }] });
  expect(await scene.refusal(subscribed)).toBe('coupon_not_redeemable');
  await checkInvariants(scene);
});

test('an expired coupon, one taken out of use, another customer’s code and a second redemption are refused', async () => {
  const { scene, customer } = await plain('2026-06-01');
  const other = await scene.customer(null);
  const expired = await coupon(scene, { percent: '10', redeem_by: '2026-06-01T00:00:00.000Z' });
  const archived = await coupon(scene, { percent: '10' });
  await scene.api.post(`/coupons/${archived}/archive`, {});
  const single = await coupon(scene, { percent: '10', redemptions_per_customer_max: 1 });
  const code = await codeOf(scene, single, 'MINE', { customer_id: other });
  const attach = (body: object) => scene.api.post<Identified>(`/customers/${customer}/coupons`, body);
  expect(await scene.refusal(attach({ coupon_id: expired }))).toBe('coupon_not_redeemable');
  expect(await scene.refusal(attach({ coupon_id: archived }))).toBe('coupon_not_redeemable');
  expect(await scene.refusal(attach({ code }))).toBe('coupon_not_redeemable');
  expect(await scene.refusal(attach({ code: 'NOBODY' }))).toBe('coupon_not_found');
  const { id } = await attach({ coupon_id: single });
  await scene.api.post(`/coupon-attachments/${id}/detach`, {});
  expect(await scene.refusal(attach({ coupon_id: single }))).toBe('coupon_not_redeemable');
  await checkInvariants(scene);
});

test('an upgrade credits what was paid, not what was discounted, and moves a fixed coupon to the new charge', async () => {
  const { scene, plan, customer } = await plain('2026-06-01', '60.00');
  const bigger = await scene.plan([flat('120.00')]);
  const fixed = await coupon(scene, { amounts: { USD: '30.00' } });
  const subscription = await scene.subscribe(customer, plan, { coupons: [{ coupon_id: fixed }] });
  await scene.advance('2026-06-16');
  const preview = await scene.api.post<InvoiceView>(`/subscriptions/${subscription}/preview-change`, {
    plan_id: bigger,
  });
  await scene.command(subscription, 'change-plan', { plan_id: bigger });
  const change = await scene.newestInvoice(subscription);
  expect(change.lines.map(({ amount, discount, net }) => [amount.amount, discount.amount, net.amount])).toEqual([
    ['-30.00', '-15.00', '-15.00'],
    ['60.00', '15.00', '45.00'],
  ]);
  expect([preview.total.amount, change.total.amount]).toEqual(['30.00', '30.00']);
  await scene.command(subscription, 'cancel', { credit: true });
  expect((await scene.newestInvoice(subscription)).total.amount).toBe('-45.00');
  await checkInvariants(scene);
});
