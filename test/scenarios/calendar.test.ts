/** The calendar of a subscription: month ends, fixed days, zones, starts in the past and the future, pauses. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, Scene, spanOf, yearly, type SubscriptionView } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const spans = async (scene: Scene, subscription: string): Promise<string[]> =>
  (await scene.invoices(subscription)).map(spanOf);

test('a month from 31 January goes by the 29th of February in a leap year and comes back to the 31st', async () => {
  const scene = await Scene.open(engine, { now: '2028-01-31' });
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('49.00')]));
  await scene.advance('2028-06-01');
  expect(await spans(scene, subscription)).toEqual([
    '2028-01-31..2028-02-29',
    '2028-02-29..2028-03-31',
    '2028-03-31..2028-04-30',
    '2028-04-30..2028-05-31',
    '2028-05-31..2028-06-30',
  ]);
  await checkInvariants(scene);
});

test('a year from 29 February ends on the 28th in common years and on the 29th in leap years', async () => {
  const scene = await Scene.open(engine, { now: '2024-02-29' });
  const plan = await scene.plan([flat('490.00')], { interval: yearly });
  const subscription = await scene.subscribe(await scene.customer(), plan);
  await scene.advance('2028-03-01');
  expect(await spans(scene, subscription)).toEqual([
    '2024-02-29..2025-02-28',
    '2025-02-28..2026-02-28',
    '2026-02-28..2027-02-28',
    '2027-02-28..2028-02-29',
    '2028-02-29..2029-02-28',
  ]);
  await checkInvariants(scene);
});

test('a fixed billing day prorates the first stretch and bills whole months from then on', async () => {
  const scene = await Scene.open(engine, { now: '2026-02-10' });
  const plan = await scene.plan([flat('28.00'), flat('5.00', { kind: 'one_off', description: 'Set-up' })]);
  const subscription = await scene.subscribe(await scene.customer(), plan, { billing_day: 1 });
  await scene.advance('2026-04-01');
  expect(await spans(scene, subscription)).toEqual([
    '2026-02-10..2026-03-01',
    '2026-03-01..2026-04-01',
    '2026-04-01..2026-05-01',
  ]);
  // 19 of the 28 days of February, and the one-off fee in full.
  expect(await scene.billed(subscription)).toEqual(['paid 24.00', 'paid 28.00', 'paid 28.00']);
  await checkInvariants(scene);
});

test('billing day 31 takes the last day of shorter months', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-31' });
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('31.00')]), {
    billing_day: 31,
  });
  await scene.advance('2026-04-30');
  expect(await spans(scene, subscription)).toEqual([
    '2026-01-31..2026-02-28',
    '2026-02-28..2026-03-31',
    '2026-03-31..2026-04-30',
    '2026-04-30..2026-05-31',
  ]);
  await checkInvariants(scene);
});

test('periods follow midnight of the customer over daylight saving', async () => {
  const scene = await Scene.open(engine, { now: '2026-02-28T23:00:00.000Z' });
  const customer = await scene.customer('pm_card_visa', { time_zone: 'Europe/Berlin' });
  const subscription = await scene.subscribe(customer, await scene.plan([flat('10.00')]));
  await scene.advance('2026-11-15');
  const starts = (await scene.invoices(subscription)).map(({ period }) => period.start.slice(5, 16));
  expect(starts).toEqual([
    '02-28T23:00',
    '03-31T22:00',
    '04-30T22:00',
    '05-31T22:00',
    '06-30T22:00',
    '07-31T22:00',
    '08-31T22:00',
    '09-30T22:00',
    '10-31T23:00',
  ]);
  await checkInvariants(scene);
});

test('a trial of days ends at the same local time, though a night lost an hour', async () => {
  const scene = await Scene.open(engine, { now: '2026-03-20T11:00:00.000Z' });
  const customer = await scene.customer('pm_card_visa', { time_zone: 'Europe/Berlin' });
  const plan = await scene.plan([flat('10.00')], { trial: { days: 14 } });
  const { trial_end: end } = await scene.subscription(await scene.subscribe(customer, plan));
  expect(end).toBe('2026-04-03T10:00:00.000Z');
  await checkInvariants(scene);
});

test('a start two years back bills and collects every period that has passed, in order', async () => {
  const scene = await Scene.open(engine, { now: '2026-03-15' });
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('49.00')]), {
    start_at: '2024-03-15T00:00:00.000Z',
  });
  await scene.until(
    subscription,
    'It has caught up',
    ({ current_period: period }) => (period?.end ?? '') > '2026-03-15',
  );
  const invoices = await scene.invoices(subscription);
  expect(invoices).toHaveLength(25);
  expect(new Set(invoices.map(({ status, total }) => `${status} ${total.amount}`))).toEqual(new Set(['paid 49.00']));
  expect(invoices.map(({ period }) => period.end).slice(0, -1)).toEqual(
    invoices.map(({ period }) => period.start).slice(1),
  );
  expect(spanOf(invoices.at(-1) ?? { period: { start: '', end: '' } })).toBe('2026-03-15..2026-04-15');
  await checkInvariants(scene);
});

test('a start two years back with a card that declines stops after the first open invoice has ended dunning', async () => {
  const scene = await Scene.open(engine, { now: '2026-03-15' });
  const customer = await scene.customer(null);
  const subscription = await scene.subscribe(customer, await scene.plan([flat('49.00')]), {
    start_at: '2024-03-15T00:00:00.000Z',
  });
  await scene.until(subscription, 'It is behind', ({ status }) => status === 'past_due');
  await scene.advance('2026-03-30');
  expect((await scene.subscription(subscription)).status).toBe('canceled');
  expect(await scene.account('receivable')).toBe('0.00');
  await checkInvariants(scene);
});

test('billing waits behind as many open invoices as the tenant allows, and bills what went by once they are paid', async () => {
  const dunning_policy = { open_invoices_max: 2, steps_days: [100] };
  const scene = await Scene.open(engine, { now: '2026-01-01', tenant: { dunning_policy } });
  const customer = await scene.customer(null);
  const weekly = await scene.plan([flat('7.00')], { interval: { unit: 'week', count: 1 } });
  const subscription = await scene.subscribe(customer, weekly);
  await scene.advance('2026-01-29');
  expect(await scene.billed(subscription)).toEqual(['open 7.00', 'open 7.00']);
  expect(await scene.refusal(scene.command(subscription, 'change-quantity', { quantity: 2 }))).toBe(
    'subscription_not_in_state',
  );
  await checkInvariants(scene);
  await scene.card(customer, 'pm_card_visa');
  const upToDate = ({ collection, current_period: period }: SubscriptionView) =>
    collection === null && (period?.end ?? '') > '2026-02';
  await scene.until(subscription, 'It has caught up', upToDate);
  expect(await spans(scene, subscription)).toEqual([
    '2026-01-01..2026-01-08',
    '2026-01-08..2026-01-15',
    '2026-01-15..2026-01-22',
    '2026-01-22..2026-01-29',
    '2026-01-29..2026-02-05',
  ]);
  expect(new Set(await scene.billed(subscription))).toEqual(new Set(['paid 7.00']));
  await checkInvariants(scene);
});

test('a start in the future bills nothing before', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('49.00')]), {
    start_at: '2026-02-15T12:00:00.000Z',
  });
  expect((await scene.subscription(subscription)).status).toBe('pending');
  await scene.advance('2026-02-15');
  expect(await scene.billed(subscription)).toEqual([]);
  await scene.advance('2026-02-16');
  expect((await scene.newestInvoice(subscription)).period.start).toBe('2026-02-15T12:00:00.000Z');
  await checkInvariants(scene);
});

test('a start in the future that is canceled before it comes bills nothing ever', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('49.00')]), {
    start_at: '2026-02-15T12:00:00.000Z',
  });
  await scene.command(subscription, 'cancel');
  await scene.advance('2026-03-01');
  expect([(await scene.subscription(subscription)).status, await scene.billed(subscription)]).toEqual(['canceled', []]);
  await checkInvariants(scene);
});

test('every 3 weeks and every 10 days are counted from the start', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer();
  const weeks = await scene.subscribe(
    customer,
    await scene.plan([flat('3.00')], { interval: { unit: 'week', count: 3 } }),
  );
  const days = await scene.subscribe(
    customer,
    await scene.plan([flat('1.00')], { interval: { unit: 'day', count: 10 } }),
  );
  await scene.advance('2026-02-01');
  expect(await spans(scene, weeks)).toEqual(['2026-01-01..2026-01-22', '2026-01-22..2026-02-12']);
  expect(await spans(scene, days)).toEqual([
    '2026-01-01..2026-01-11',
    '2026-01-11..2026-01-21',
    '2026-01-21..2026-01-31',
    '2026-01-31..2026-02-10',
  ]);
  await checkInvariants(scene);
});

describe('a pause', () => {
  async function paused(body: object, change: object | null = null) {
    const scene = await Scene.open(engine, { now: '2026-01-01' });
    const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('31.00')]));
    await scene.advance('2026-01-11');
    if (change !== null)
      await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('93.00')]), ...change });
    await scene.command(subscription, 'pause', body);
    return { scene, subscription };
  }

  test('that keeps the schedule and ends within the period costs nothing more', async () => {
    const { scene, subscription } = await paused({ resume_at: '2026-01-21T00:00:00Z' });
    await scene.advance('2026-02-01');
    expect(await spans(scene, subscription)).toEqual(['2026-01-01..2026-02-01', '2026-02-01..2026-03-01']);
    await checkInvariants(scene);
  });

  test('that keeps the schedule bills only the rest of the period in which it ends', async () => {
    const { scene, subscription } = await paused({});
    await scene.advance('2026-03-22');
    await checkInvariants(scene);
    await scene.command(subscription, 'resume');
    // 10 of the 31 days of March.
    expect(await scene.billed(subscription)).toEqual(['paid 31.00', 'paid 10.00']);
    await scene.advance('2026-04-01');
    expect((await spans(scene, subscription)).slice(1)).toEqual(['2026-03-22..2026-04-01', '2026-04-01..2026-05-01']);
    await checkInvariants(scene);
  });

  test('that shifts the schedule gives the paid time after it', async () => {
    const { scene, subscription } = await paused({ mode: 'shift_schedule', resume_at: '2026-03-12T00:00:00Z' });
    await scene.advance('2026-03-12');
    const resumed = await scene.subscription(subscription);
    expect([resumed.status, resumed.current_period?.end]).toEqual(['active', '2026-04-02T00:00:00.000Z']);
    expect(await scene.billed(subscription)).toEqual(['paid 31.00']);
    await scene.advance('2026-04-02');
    expect((await spans(scene, subscription)).slice(1)).toEqual(['2026-04-02..2026-05-02']);
    await checkInvariants(scene);
  });

  test('that shifted the schedule leaves paid time, which a change or a cancellation credits', async () => {
    const { scene, subscription } = await paused({ mode: 'shift_schedule', resume_at: '2026-03-12T00:00:00Z' });
    await scene.advance('2026-03-23');
    // 31.00 were paid for 31 days: 10 were used before the pause and 11 after it.
    await scene.command(subscription, 'cancel', { credit: true });
    expect(await scene.account('customer_balance')).toBe('-10.00');
    await checkInvariants(scene);
  });

  test('that keeps the schedule lets a change that was scheduled for a boundary in it rule from the resume on', async () => {
    const { scene, subscription } = await paused({}, { at_period_end: true });
    await scene.advance('2026-03-22');
    await checkInvariants(scene);
    const resumed = await scene.command(subscription, 'resume');
    expect(resumed.pending_change).toBeNull();
    // 10 of the 31 days of March by the new price.
    expect(await scene.billed(subscription)).toEqual(['paid 31.00', 'paid 30.00']);
    await scene.advance('2026-04-01');
    expect(await scene.billed(subscription)).toEqual(['paid 31.00', 'paid 30.00', 'paid 93.00']);
    await checkInvariants(scene);
  });

  test('that keeps the schedule and ends by itself after the boundary bills the scheduled plan, too', async () => {
    const { scene, subscription } = await paused({ resume_at: '2026-02-15T00:00:00Z' }, { at_period_end: true });
    await scene.advance('2026-02-15');
    expect(await scene.billed(subscription)).toEqual(['paid 31.00', 'paid 46.50']);
    expect((await scene.subscription(subscription)).pending_change).toBeNull();
    await checkInvariants(scene);
  });

  test('that shifts the schedule leaves a scheduled change to the end of the paid time', async () => {
    const body = { mode: 'shift_schedule', resume_at: '2026-03-12T00:00:00Z' };
    const { scene, subscription } = await paused(body, { at_period_end: true });
    await scene.advance('2026-04-01');
    expect(await scene.billed(subscription)).toEqual(['paid 31.00']);
    await scene.advance('2026-04-02');
    expect(await scene.billed(subscription)).toEqual(['paid 31.00', 'paid 93.00']);
    expect(await spans(scene, subscription)).toEqual(['2026-01-01..2026-02-01', '2026-04-02..2026-05-02']);
    await checkInvariants(scene);
  });

  test('that shifts the schedule takes a cancellation at the end of the period along: the paid time is served first', async () => {
    const { scene, subscription } = await paused({ mode: 'shift_schedule' });
    await scene.command(subscription, 'cancel', { at_period_end: true });
    await scene.advance('2026-03-12');
    expect((await scene.subscription(subscription)).status).toBe('paused');
    await checkInvariants(scene);
    await scene.command(subscription, 'resume');
    await scene.advance('2026-05-01');
    const ended = await scene.subscription(subscription);
    expect([ended.status, ended.canceled_at]).toEqual(['canceled', '2026-04-02T00:00:00.000Z']);
    expect(await scene.billed(subscription)).toEqual(['paid 31.00']);
    await checkInvariants(scene);
  });

  test('can be canceled, at once or at its end, and is over then', async () => {
    const { scene, subscription } = await paused({ resume_at: '2026-03-12T00:00:00Z' });
    await scene.command(subscription, 'cancel', { at_period_end: true });
    await scene.advance('2026-04-01');
    expect([(await scene.subscription(subscription)).status, await scene.billed(subscription)]).toEqual([
      'canceled',
      ['paid 31.00'],
    ]);
    await checkInvariants(scene);
  });
});

test('customers of several currencies are billed, charged and booked each in theirs', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const plan = await scene.plan([flat({ USD: '49.00', EUR: '45.00', JPY: '7000', KES: '6300.00' })]);
  const customer = await scene.customer();
  const currencies = ['USD', 'EUR', 'JPY', 'KES'];
  for (const currency of currencies) await scene.subscribe(customer, plan, { currency });
  await scene.advance('2026-02-01');
  const revenue = await Promise.all(currencies.map((currency) => scene.account('revenue:subscriptions', currency)));
  expect(revenue).toEqual(['-49.00', '-45.00', '-7000', '-6300.00']);
  const customers = await scene.refusal(scene.subscribe(customer, plan, { currency: 'GBP' }));
  expect(customers).toBe('currency_not_priced');
  await checkInvariants(scene);
});
