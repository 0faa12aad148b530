/** What customers may use over the months: limits reached and begun anew, overage, rollover, upgrades, trials, alerts. */
import { sweepThresholds } from '../../db/transactions/threshold-sweep';
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

interface Checked {
  readonly allowed: boolean;
  readonly reason: string;
  readonly usage: string;
  readonly limit: string | null;
  readonly usage_percentage: number | null;
  readonly warning: string | null;
  readonly resets_at: string | null;
}

class Story {
  private constructor(
    readonly scene: Scene,
    private events = 0,
  ) {}

  /** A tenant with a metered feature `tokens`, on 1 March 2026. */
  static async begin(): Promise<Story> {
    const scene = await Scene.open(engine, { now: '2026-03-01' });
    const meter = await scene.api.post<{ id: string }>('/meters', {
      code: 'tokens',
      name: 'Tokens',
      event_type: 'call',
      aggregation: 'sum',
      value_property: 'tokens',
    });
    await scene.api.post('/features', { key: 'tokens', name: 'Tokens', type: 'metered', meter_id: meter.id });
    return new Story(scene);
  }

  plan(entitlement: object, more: object = {}): Promise<string> {
    return this.scene.plan([flat('10.00')], { entitlements: [{ feature: 'tokens', ...entitlement }], ...more });
  }

  use(customer: string, tokens: number, time: string): Promise<unknown> {
    this.events += 1;
    const event = { id: `use-${this.events}`, type: 'call', customer_id: customer, time, properties: { tokens } };
    return this.scene.api.post('/usage-events', event);
  }

  check(customer: string, quantity = '1'): Promise<Checked> {
    return this.scene.api.post<Checked>('/entitlements/check', { customer_id: customer, feature: 'tokens', quantity });
  }

  /** "allowed within_limit 20/100" at a glance. */
  async says(customer: string, quantity = '1'): Promise<string> {
    const { allowed, reason, usage, limit } = await this.check(customer, quantity);
    return `${allowed ? 'allowed' : 'refused'} ${reason} ${usage}/${limit ?? '∞'}`;
  }

  async alerts(customer: string): Promise<string[]> {
    type Event = { readonly data: { readonly threshold: number; readonly window: { readonly from: string } } };
    const path = `/events?customer_id=${customer}&type=entitlement.threshold_reached`;
    const { data } = await this.scene.api.get<{ data: readonly Event[] }>(path);
    return data.map(({ data: { threshold, window } }) => `${window.from.slice(0, 10)} ${threshold}`).sort();
  }
}

const customerOf = (story: Story, plan: string, more: object = {}): Promise<string> =>
  story.scene.customer().then(async (customer) => {
    await story.scene.subscribe(customer, plan, more);
    return customer;
  });

test('a hard limit refuses what does not fit, warns before, and begins anew with the period', async () => {
  const story = await Story.begin();
  const customer = await customerOf(story, await story.plan({ limit: '100' }));
  await story.use(customer, 85, '2026-03-10T00:00:00.000Z');
  await story.scene.advance('2026-03-20');
  expect(await story.check(customer, '15')).toMatchObject({
    allowed: true,
    usage_percentage: 85,
    warning: '85 % of 100 are used.',
    resets_at: '2026-04-01T00:00:00.000Z',
  });
  expect(await story.says(customer, '16')).toBe('refused above_remaining 85/100');
  await story.use(customer, 15, '2026-03-20T00:00:00.000Z');
  expect(await story.says(customer)).toBe('refused limit_reached 100/100');
  await story.scene.advance('2026-04-01');
  expect(await story.says(customer)).toBe('allowed within_limit 0/100');
  await checkInvariants(story.scene);
});

test('above a soft limit the last request is finished and no other begins, or all are billed, as the plan says', async () => {
  const story = await Story.begin();
  const [refused, billed, unlimited] = [
    await customerOf(story, await story.plan({ limit: '100', limit_type: 'soft' })),
    await customerOf(story, await story.plan({ limit: '100', limit_type: 'soft', overage: 'billed' })),
    await customerOf(story, await story.plan({ limit: null })),
  ];
  for (const customer of [refused, billed, unlimited]) await story.use(customer, 99, '2026-03-10T00:00:00.000Z');
  await story.scene.advance('2026-03-20');
  expect(await story.says(refused, '50')).toBe('allowed overage_tolerated 99/100');
  for (const customer of [refused, billed, unlimited]) await story.use(customer, 50, '2026-03-20T00:00:00.000Z');
  expect(await Promise.all([refused, billed, unlimited].map((customer) => story.says(customer)))).toEqual([
    'refused limit_reached 149/100',
    'allowed overage_billed 149/100',
    'allowed unlimited 149/∞',
  ]);
});

test('a limit per unit grows and shrinks with the seats, and what each left comes over', async () => {
  const story = await Story.begin();
  const { scene } = story;
  const customer = await scene.customer();
  const perSeat = { limit: '10', per_unit: true, rollover: { maximum: '2' } };
  const subscription = await scene.subscribe(customer, await story.plan(perSeat), { quantity: 3 });
  await story.use(customer, 5, '2026-03-05T00:00:00Z');
  expect(await story.says(customer, '25')).toBe('allowed within_limit 5/30');
  await scene.command(subscription, 'change-quantity', { quantity: 5 });
  expect(await story.says(customer, '45')).toBe('allowed within_limit 5/50');
  await scene.command(subscription, 'change-quantity', { quantity: 2 });
  expect(await story.says(customer, '16')).toBe('refused above_remaining 5/20');
  // Of the 15 that are left, 2 for each of the two seats.
  await scene.advance('2026-04-01');
  expect(await story.says(customer, '1')).toBe('allowed within_limit 0/24');
  await checkInvariants(scene);
});

test('what is left comes over up to the maximum, and on to the month after', async () => {
  const story = await Story.begin();
  const plan = await story.plan({ limit: '100', rollover: { maximum: '150' } });
  const customer = await customerOf(story, plan);
  await story.use(customer, 30, '2026-03-10T00:00:00.000Z');
  await story.scene.advance('2026-04-01');
  expect(await story.says(customer)).toBe('allowed within_limit 0/170');
  // A late event of March takes nothing from what was told.
  await story.use(customer, 5, '2026-03-31T00:00:00.000Z');
  expect(await story.says(customer)).toBe('allowed within_limit 0/170');
  // April is used up but for 10; nobody looks in May.
  await story.use(customer, 160, '2026-04-10T00:00:00.000Z');
  await story.scene.advance('2026-06-15');
  expect(await story.says(customer)).toBe('allowed within_limit 0/210');
  await story.scene.advance('2026-07-01');
  expect(await story.says(customer)).toBe('allowed within_limit 0/250');
});

test('an upgrade in mid-period counts at once, with what was used, and what its limit leaves comes over', async () => {
  const story = await Story.begin();
  const customer = await story.scene.customer();
  const basic = await story.plan({ limit: '100', rollover: { maximum: null } });
  const pro = await story.plan({ limit: '500', rollover: { maximum: null } });
  const subscription = await story.scene.subscribe(customer, basic);
  await story.use(customer, 100, '2026-03-10T00:00:00.000Z');
  await story.scene.advance('2026-03-20');
  expect(await story.says(customer)).toBe('refused limit_reached 100/100');
  await story.scene.command(subscription, 'change-plan', { plan_id: pro });
  expect(await story.says(customer)).toBe('allowed within_limit 100/500');
  await story.scene.command(subscription, 'change-plan', { plan_id: basic, at_period_end: true });
  await story.scene.advance('2026-04-02');
  expect(await story.says(customer)).toBe('allowed within_limit 0/500');
  await checkInvariants(story.scene);
});

test('a trial has an allowance of its own: its use is not taken from the first paid period, and nothing comes over', async () => {
  const story = await Story.begin();
  const plan = await story.plan({ limit: '100', rollover: { maximum: null } }, { trial: { days: 14 } });
  const customer = await customerOf(story, plan);
  await story.use(customer, 40, '2026-03-05T00:00:00.000Z');
  await story.scene.advance('2026-03-10');
  expect(await story.check(customer)).toMatchObject({
    usage: '40',
    limit: '100',
    resets_at: '2026-03-15T00:00:00.000Z',
  });
  await story.scene.advance('2026-03-16');
  expect(await story.check(customer)).toMatchObject({
    usage: '0',
    limit: '100',
    resets_at: '2026-04-15T00:00:00.000Z',
  });
});

test('whoever has canceled may use nothing, from the end on', async () => {
  const story = await Story.begin();
  const customer = await story.scene.customer();
  const subscription = await story.scene.subscribe(customer, await story.plan({ limit: '100' }));
  await story.scene.command(subscription, 'cancel', { at_period_end: true });
  await story.scene.advance('2026-03-31');
  expect(await story.says(customer)).toBe('allowed within_limit 0/100');
  await story.scene.advance('2026-04-01');
  expect((await story.check(customer)).reason).toBe('no_subscription');
});

test('thresholds are told once per period, by the sweep or by a check, whoever comes first', async () => {
  const story = await Story.begin();
  const customer = await customerOf(story, await story.plan({ limit: '100', thresholds: [50, 100] }));
  const sweep = () => sweepThresholds(engine.database, Date.now());
  await story.use(customer, 60, '2026-03-10T00:00:00.000Z');
  await sweep();
  await story.check(customer);
  expect(await story.alerts(customer)).toEqual(['2026-03-01 50']);
  await story.use(customer, 40, '2026-03-11T00:00:00.000Z');
  await story.check(customer);
  await sweep();
  await story.scene.advance('2026-04-01');
  await story.use(customer, 50, '2026-04-01T00:00:00.000Z');
  await sweep();
  await sweep();
  expect(await story.alerts(customer)).toEqual(['2026-03-01 100', '2026-03-01 50', '2026-04-01 50']);
});

test('a reservation is over in the customer’s own time', async () => {
  const story = await Story.begin();
  const customer = await customerOf(story, await story.plan({ limit: '10' }));
  const body = { customer_id: customer, feature: 'tokens', quantity: '10', expires_in_seconds: 3_600 };
  const { id } = await story.scene.api.post<{ id: string }>('/entitlements/reservations', body);
  expect(await story.says(customer)).toBe('refused limit_reached 0/10');
  await story.scene.advance('2026-03-01T01:00:00.000Z');
  expect(await story.says(customer)).toBe('allowed within_limit 0/10');
  const path = `/entitlements/reservations/${id}`;
  expect((await story.scene.api.get<{ status: string }>(path)).status).toBe('expired');
  const events = [{ id: 'late', properties: { tokens: 1 } }];
  expect(await story.scene.refusal(story.scene.api.post(`${path}/commit`, { events }))).toBe('reservation_not_held');
});

test('a forecast goes on as it did: twice the usage at half of the period, and the bill that this makes', async () => {
  const story = await Story.begin();
  const { scene } = story;
  const customer = await scene.customer();
  const perToken = { model: 'per_unit', amounts: { USD: '0.10' }, description: 'Tokens', meter: 'tokens' };
  const grant = { feature: 'tokens', limit: '100', limit_type: 'soft', overage: 'billed' };
  await scene.subscribe(customer, await scene.plan([flat('10.00'), perToken], { entitlements: [grant] }));
  await story.use(customer, 80, '2026-03-10T00:00:00.000Z');
  await scene.advance('2026-03-16T12:00:00.000Z');
  type Forecast = { readonly features: readonly object[]; readonly invoices: readonly object[] };
  const foreseen = await scene.api.get<Forecast>(`/customers/${customer}/usage-forecast`);
  expect(foreseen.features).toEqual([
    {
      feature: 'tokens',
      from: '2026-03-01T00:00:00.000Z',
      to: '2026-04-01T00:00:00.000Z',
      usage: '80',
      limit: '100',
      method: 'linear',
      forecast: '160',
      exceeds_limit: true,
      limit_reached_at: '2026-03-20T09:00:00.000Z',
    },
  ]);
  expect(foreseen.invoices).toMatchObject([
    { at: '2026-04-01T00:00:00.000Z', total_so_far: { amount: '18.00' }, total_forecast: { amount: '26.00' } },
  ]);
  await story.use(customer, 80, '2026-03-20T00:00:00.000Z');
  await scene.advance('2026-04-01');
  const { data } = await scene.api.get<{ data: { total: { amount: string } }[] }>(`/invoices?customer_id=${customer}`);
  expect(data[0]?.total.amount).toBe('26.00');
});
