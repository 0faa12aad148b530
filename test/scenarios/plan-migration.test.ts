/** A new version of a plan, and the subscriptions of the old ones moved to it: at once, at the end of the period, paused, canceled. */
import { waitFor } from '../../dev/stack/wait';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, Scene, type MoneyView } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface Migration {
  readonly id: string;
  readonly status: string;
  readonly to_version: number;
  readonly counts: Readonly<Record<string, number>>;
}

interface Told {
  readonly subscription_id: string;
  readonly outcome: string;
  readonly reason: { readonly code: string } | null;
  readonly invoice_id: string | null;
}

interface Preview {
  readonly selected: number;
  readonly sums: readonly { currency: string; subscriptions: number; total: MoneyView; amount_due: MoneyView }[];
  readonly data: readonly {
    subscription_id: string;
    outcome: string;
    reason: { code: string } | null;
    bill: { at: string; total: MoneyView; amount_due: MoneyView } | null;
  }[];
  readonly has_more: boolean;
}

const both = { USD: '49.00', EUR: '45.00' };

/** A plan of three versions at 49.00, 55.00 and 59.00; the last one has no price in euros. */
async function threeVersions(scene: Scene): Promise<{ plan: string; addThird: () => Promise<unknown> }> {
  const plan = await scene.plan([flat(both)]);
  const version = (amounts: Record<string, string>) =>
    scene.api.post(`/plans/${plan}/versions`, { interval: { unit: 'month', count: 1 }, prices: [flat(amounts)] });
  await version({ USD: '55.00' });
  return { plan, addThird: () => version({ USD: '59.00' }) };
}

/** So many subscriptions of one customer, a few at once. */
async function subscribeMany(scene: Scene, count: number, plan: string, more: object): Promise<string[]> {
  const customer = await scene.customer();
  const ids: string[] = [];
  for (let made = 0; made < count; made += 7) {
    const group = Array.from({ length: Math.min(7, count - made) }, () => scene.subscribe(customer, plan, more));
    ids.push(...(await Promise.all(group)));
  }
  return ids;
}

const read = (scene: Scene, id: string) => scene.api.get<Migration>(`/plan-migrations/${id}`);

async function over(scene: Scene, { id }: Migration): Promise<Migration> {
  return waitFor(
    'the migration is over',
    async () => {
      const now = await read(scene, id);
      return ['completed', 'canceled'].includes(now.status) ? now : null;
    },
    { timeoutMs: 120_000 },
  );
}

async function told(scene: Scene, { id }: Migration, query = ''): Promise<readonly Told[]> {
  return (await scene.api.get<{ data: Told[] }>(`/plan-migrations/${id}/subscriptions?limit=100${query}`)).data;
}

async function eventTypes(scene: Scene, id: string): Promise<string[]> {
  type Events = { data: { type: string; data: { plan_migration_id?: string } }[] };
  const { data } = await scene.api.get<Events>('/events?limit=100&type=plan_migration.completed');
  return data.filter((event) => event.data.plan_migration_id === id).map(({ type }) => type);
}

test('30 subscriptions of two versions move to the third, at once and at the end of the period, as previewed', async () => {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const { plan, addThird } = await threeVersions(scene);
  const first = await subscribeMany(scene, 15, plan, { plan_version: 1 });
  const second = await subscribeMany(scene, 14, plan, { plan_version: 2 });
  const [inEuros = ''] = await subscribeMany(scene, 1, plan, { plan_version: 1, currency: 'EUR' });
  await addThird();
  await scene.advance('2026-06-16');

  // Half of June is left: 29.50 for it on the new version, less 24.50 that the old one had billed.
  const now = { plan_id: plan, selection: { from_versions: [1] }, when: 'now' };
  const preview = await scene.api.post<Preview>('/plan-migrations/preview', { ...now, limit: 100 });
  expect([preview.selected, preview.has_more]).toEqual([16, false]);
  expect(preview.sums).toMatchObject([{ currency: 'USD', subscriptions: 15, total: { amount: '75.00' } }]);
  expect(preview.data.find(({ outcome }) => outcome === 'refused')).toMatchObject({
    subscription_id: inEuros,
    reason: { code: 'currency_not_priced' },
    bill: null,
  });
  const moved = await over(scene, await scene.api.post<Migration>('/plan-migrations', { ...now, per_second: 50 }));
  expect(moved).toMatchObject({ status: 'completed', to_version: 3 });
  expect(moved.counts).toEqual({ selected: 16, waiting: 0, migrated: 15, unchanged: 0, refused: 1, gone: 0 });
  expect(await told(scene, moved, '&outcome=refused')).toMatchObject([
    { subscription_id: inEuros, reason: { code: 'currency_not_priced' }, invoice_id: null },
  ]);
  for (const id of first) {
    expect(await scene.subscription(id)).toMatchObject({ plan_version: 3, pending_change: null });
    const invoice = await scene.newestInvoice(id);
    const bill = preview.data.find(({ subscription_id: of }) => of === id)?.bill;
    expect([...amountsOf(invoice), invoice.status, invoice.total.amount]).toEqual(['-24.50', '29.50', 'paid', '5.00']);
    expect(bill).toMatchObject({ total: invoice.total, amount_due: invoice.amount_due });
  }
  expect((await scene.subscription(inEuros)).plan_version).toBe(1);
  expect(await eventTypes(scene, moved.id)).toEqual(['plan_migration.completed']);

  const later = { plan_id: plan, selection: { from_versions: [2] }, when: 'at_period_end' };
  const renewals = await scene.api.post<Preview>('/plan-migrations/preview', later);
  expect(renewals.sums).toMatchObject([{ subscriptions: 14, total: { amount: '826.00' } }]);
  expect(renewals.data[0]?.bill).toMatchObject({ at: '2026-07-01T00:00:00.000Z', total: { amount: '59.00' } });
  const planned = await over(scene, await scene.api.post<Migration>('/plan-migrations', { ...later, per_second: 50 }));
  expect(planned.counts).toMatchObject({ selected: 14, migrated: 14 });
  expect(await scene.billed(second[0] ?? '')).toEqual(['paid 55.00']);
  await scene.advance('2026-07-01');
  for (const id of second) expect(await scene.billed(id)).toEqual(['paid 55.00', 'paid 59.00']);
  expect((await scene.billed(inEuros)).at(-1)).toBe('paid 45.00');
  await checkInvariants(scene);
});

test('paused, a migration asks nobody; resumed, it goes on; canceled, the rest stays where it is', async () => {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const { plan } = await threeVersions(scene);
  const subscriptions = await subscribeMany(scene, 12, plan, { plan_version: 1 });
  const order = { plan_id: plan, when: 'at_period_end', per_second: 1 };
  const migration = await scene.api.post<Migration>('/plan-migrations', order);
  const paused = await scene.api.post<Migration>(`/plan-migrations/${migration.id}/pause`);
  expect(paused.status).toBe('paused');
  const { waiting = 0, migrated = 0 } = paused.counts;
  expect(waiting + migrated).toBe(12);
  expect(waiting).toBeGreaterThan(0);
  const resumed = await scene.api.post<Migration>(`/plan-migrations/${migration.id}/resume`);
  expect(resumed.status).toBe('running');
  await waitFor('it goes on', async () => (await read(scene, migration.id)).counts['migrated']! > migrated);
  const canceled = await scene.api.post<Migration>(`/plan-migrations/${migration.id}/cancel`);
  expect(canceled.status).toBe('canceled');
  const done = canceled.counts['migrated'] ?? 0;
  expect(done).toBeLessThan(12);
  const views = await Promise.all(subscriptions.map((id) => scene.subscription(id)));
  expect(views.filter(({ pending_change: change }) => change !== null)).toHaveLength(done);
  expect(await scene.refusal(scene.api.post(`/plan-migrations/${migration.id}/resume`))).toBe('plan_migration_over');
});

test('an operator pauses it by signal, asks how far it got, and ends it by Temporal’s own means', async () => {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const { plan } = await threeVersions(scene);
  await subscribeMany(scene, 12, plan, { plan_version: 1 });
  const order = { plan_id: plan, when: 'at_period_end', per_second: 1 };
  const { id } = await scene.api.post<Migration>('/plan-migrations', order);
  const workflow = engine.temporal.workflow.getHandle(`migrate/${scene.tenantId}/${id}`);
  await workflow.signal('pause');
  await waitFor('it is paused', async () => (await read(scene, id)).status === 'paused');
  const { counts } = await read(scene, id);
  expect(await workflow.query('progress')).toMatchObject({
    status: 'paused',
    selected: 12,
    counts: { migrated: counts['migrated'], refused: 0 },
  });
  await workflow.terminate();
  const again = await scene.api.post<Migration>(`/plan-migrations/${id}/resume`);
  expect(again.status).toBe('running');
  await workflow.cancel();
  expect(await over(scene, { id } as Migration)).toMatchObject({ status: 'canceled' });
  await workflow.result();
  const log = await scene.api.get<{ data: { action: string; actor: string }[] }>(`/audit-log?subject_id=${id}`);
  expect(log.data.map(({ action, actor }) => [action, actor === 'operator'])).toEqual(
    expect.arrayContaining([
      ['plan_migration.create', false],
      ['plan_migration.paused', true],
      ['plan_migration.running', false],
      ['plan_migration.canceled', true],
    ]),
  );
});

test('who was planned to leave stays with that, and who ended or was there already is told so', async () => {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const { plan } = await threeVersions(scene);
  const other = await scene.plan([flat('9.00')]);
  const [leaving = '', ended = '', there = '', plain = ''] = await subscribeMany(scene, 4, plan, { plan_version: 1 });
  await scene.command(leaving, 'change-plan', { plan_id: other, at_period_end: true });
  await scene.command(ended, 'cancel');
  await scene.command(there, 'change-plan', { plan_id: plan, plan_version: 2 });
  const selection = { subscription_ids: [leaving, ended, there, plain] };
  const order = { plan_id: plan, to_version: 2, selection, when: 'now', proration: 'none', per_second: 50 };
  const migration = await over(scene, await scene.api.post<Migration>('/plan-migrations', order));
  const results = Object.fromEntries(
    (await told(scene, migration)).map(({ subscription_id: id, outcome, reason }) => [id, [outcome, reason?.code]]),
  );
  expect(results).toEqual({
    [leaving]: ['refused', 'change_planned'],
    [ended]: ['gone', 'subscription_ended'],
    [there]: ['unchanged', undefined],
    [plain]: ['migrated', undefined],
  });
  expect((await scene.subscription(leaving)).pending_change).toMatchObject({ plan_id: other });
});
