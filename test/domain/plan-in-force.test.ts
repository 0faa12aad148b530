/** The terms of a plan at an instant: a customer's own prices first, then the phase. */
import { momentOf, planInForce, planSinceOf } from '../../domain/plan/in-force';
import type { SubscriptionItem } from '../../domain/plan/items';
import { definition, flat, plan } from './invoice/plans';
import { at, exampleId, pendingState } from './subscription/example';

const base = plan(1, definition([flat(1, '49.00'), flat(2, '10.00')]));
const [first, second] = base.definition.prices;
const own = (amount: string, from: string, to: string | null = null): SubscriptionItem => ({
  id: exampleId('si', 1),
  kind: 'override',
  override: { priceId: first?.id ?? '', parameters: { amounts: { USD: amount } } },
  from: at(from),
  to: to === null ? null : at(to),
});
const moment = (day: string) => ({ at: at(day), since: at('2026-06-01'), timeZone: 'UTC' });
const amountsOf = (items: readonly SubscriptionItem[], day: string, version = base) =>
  planInForce(version, items, moment(day)).definition.prices.map(
    ({ parameters }) => (parameters as { amounts: { USD: string } }).amounts.USD,
  );

test('a version without anything beside it is answered as it is', () => {
  expect(planInForce(base, [], moment('2026-06-10'))).toBe(base);
});

test('the newest of a customer own prices that are in force holds, from its instant up to its end', () => {
  const items = [own('39.00', '2026-07-01'), own('29.00', '2026-08-01', '2026-09-01')];
  expect(['2026-06-30', '2026-07-01', '2026-08-31', '2026-09-01'].map((day) => amountsOf(items, day)[0])).toEqual([
    '49.00',
    '39.00',
    '29.00',
    '39.00',
  ]);
});

test('a phase stands over the own price, and an override of another plan changes nothing', () => {
  const phases = [
    {
      name: 'First',
      length: { unit: 'month' as const, count: 1 },
      overrides: [{ priceId: second?.id ?? '', parameters: { amounts: { USD: '5.00' } } }],
      quantity: 3,
      limits: null,
    },
  ];
  const phased = { ...base, definition: { ...base.definition, phases } };
  const stranger = { ...own('1.00', '2026-06-01'), override: { priceId: exampleId('price', 9), parameters: {} } };
  const items = [own('39.00', '2026-06-01'), stranger as SubscriptionItem];
  expect(amountsOf(items, '2026-06-10', phased)).toEqual(['39.00', '5.00']);
  expect(planInForce(phased, items, moment('2026-06-10')).definition.quantity).toBe(3);
  expect(amountsOf(items, '2026-07-01', phased)).toEqual(['39.00', '10.00']);
});

test('phases count from the first paid period, and from the change to another plan', () => {
  const state = { ...pendingState(), startAt: at('2026-06-01') };
  const { planId } = state.terms;
  const trialing = { ...state, status: 'trialing' as const };
  const active = { ...state, status: 'active' as const };
  const on = at('2026-06-15');
  expect(momentOf(trialing, planId, on).since).toBe(on);
  expect(momentOf(active, planId, on).since).toBe(state.startAt);
  expect(momentOf({ ...active, planSince: at('2026-06-10') }, planId, on).since).toBe(at('2026-06-10'));
  expect(momentOf(active, exampleId('plan', 7), on).since).toBe(on);
  expect(planSinceOf(active, base, on)).toEqual({});
  const phased = { ...base, planId: exampleId('plan', 7), definition: { ...base.definition, phases: [] } };
  expect(planSinceOf(active, phased, on)).toEqual({ planSince: on });
});
