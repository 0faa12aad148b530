/** The worker's part in limits: it tells of thresholds without being asked, and goes on after a look that failed. */
import { waitFor } from '../../dev/stack/wait';
import { newId } from '../../domain/ids';
import { dayMs, toIso } from '../../domain/time';
import { startThresholdSweeper } from '../../worker/threshold-sweeper';
import { granted, openEntitledTenant, type EntitledTenant } from '../support/entitled';

let tenant: EntitledTenant;
beforeAll(async () => {
  tenant = await openEntitledTenant();
});
afterAll(() => tenant.close());

test('usage that reaches a threshold is told without a check, also after a look that failed', async () => {
  const meter = await tenant.meter({ event_type: 'call', aggregation: 'count' });
  const feature = await tenant.feature('calls', meter.id);
  const now = Date.now();
  const period = { from: toIso(now - dayMs), to: toIso(now + dayMs) };
  await tenant.subscribe([granted(feature, { limit: '1', thresholds: [100] })], period);
  await tenant.send({ id: newId('evt'), type: 'call', time: toIso(now - 1_000) });
  const warnings: string[] = [];
  let failures = 0;
  const transaction: typeof tenant.database.transaction = (tenantId, work) => {
    failures += 1;
    return failures === 1 ? Promise.reject(new Error('it broke')) : tenant.database.transaction(tenantId, work);
  };
  const database = { ...tenant.database, transaction };
  const sweeper = startThresholdSweeper({
    database,
    log: { warn: (_facts, message) => warnings.push(message) },
    everyMs: 20,
  });
  // The look that failed still holds its claim, as one of a process that died would.
  await waitFor('The first look has failed', () => Promise.resolve(warnings.length > 0));
  await tenant.admin.query(`update usage_sweeps set claimed_until = '-infinity'`);
  const told = async (): Promise<boolean> =>
    ((await tenant.admin.query(`select from events where type = 'entitlement.threshold_reached'`)).rowCount ?? 0) > 0;
  await waitFor('The threshold is told', told);
  await sweeper.stop();
  expect(warnings).toHaveLength(1);
});
