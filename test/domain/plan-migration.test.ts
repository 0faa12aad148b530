/** What is asked of each subscription of a migration, and what stands in the way before anything is asked. */
import { migrationCommand, resultWithoutAsking, type MigrationOrder } from '../../domain/plan-migration';
import { payloadFaults } from '../../domain/subscription/commands';
import type { SubscriptionState, SubscriptionStatus, Terms } from '../../domain/subscription/state';

const order: MigrationOrder = {
  planId: 'plan_a',
  fromVersions: [1, 2],
  toPlanId: 'plan_a',
  toVersion: 3,
  timing: 'now',
  proration: null,
};
const later: MigrationOrder = { ...order, timing: 'at_period_end' };
const on = (planId: string, planVersion: number, quantity = 1): Terms => ({ planId, planVersion, quantity });

const state = (terms: Terms, pendingTerms: Terms | null = null, status: SubscriptionStatus = 'active') =>
  ({ subscriptionId: 'sub_x', status, terms, pendingTerms }) as SubscriptionState;

const resultOf = (subscription: SubscriptionState, of: MigrationOrder = order) => {
  const result = resultWithoutAsking(subscription, of);
  return result === null ? 'ask' : [result.outcome, result.reason?.code];
};

test.each<[string, SubscriptionState, MigrationOrder, unknown]>([
  ['on a chosen version it is asked', state(on('plan_a', 1)), order, 'ask'],
  ['any version will do when none is named', state(on('plan_a', 7)), { ...order, fromVersions: null }, 'ask'],
  ['at the target it is unchanged', state(on('plan_a', 3, 5)), order, ['unchanged', undefined]],
  ['on a version that was not chosen it is gone', state(on('plan_a', 4)), order, ['gone', 'subscription_not_chosen']],
  ['on another plan it is gone', state(on('plan_b', 1)), order, ['gone', 'subscription_not_chosen']],
  ['canceled it is gone', state(on('plan_a', 1), null, 'canceled'), order, ['gone', 'subscription_ended']],
  [
    'canceled at the target it is gone, too',
    state(on('plan_a', 3), null, 'canceled'),
    order,
    ['gone', 'subscription_ended'],
  ],
  ['a change that is planned stays', state(on('plan_a', 1), on('plan_b', 1)), later, ['refused', 'change_planned']],
  [
    'a change of quantity that is planned stays',
    state(on('plan_a', 1), on('plan_a', 1, 9)),
    order,
    ['refused', 'change_planned'],
  ],
  ['planned to be there it is unchanged', state(on('plan_a', 1), on('plan_a', 3)), later, ['unchanged', undefined]],
  ['planned to be there it may be asked to go now', state(on('plan_a', 1), on('plan_a', 3)), order, 'ask'],
])('%s', (_rule, subscription, of, expected) => {
  expect(resultOf(subscription, of)).toEqual(expected);
});

test('the command names the target and leaves the quantity out, and its payload is sound', () => {
  expect(migrationCommand(order)).toEqual({ planId: 'plan_a', planVersion: 3 });
  const whole = migrationCommand({ ...later, proration: 'day' });
  expect(whole).toEqual({ planId: 'plan_a', planVersion: 3, atPeriodEnd: true, proration: 'day' });
  expect(payloadFaults('changePlan', whole)).toEqual([]);
});
