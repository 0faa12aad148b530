import fc from 'fast-check';
import { declinedFact, plannedStep, type DeclinedTry } from '../../domain/collection';
import type { DeclineClass } from '../../domain/decline';
import { attemptAllowed, defaultDunningPolicy, type DunningPolicy } from '../../domain/dunning';
import { apply } from '../../domain/subscription/apply';
import { decide } from '../../domain/subscription/decide';
import type { SubscriptionState } from '../../domain/subscription/state';
import { addDays, dayMs, hourMs, toIso } from '../../domain/time';
import { activeState, at, collection, exampleId, june, owingState } from './subscription/example';

const first = june.start;
const fresh = collection({ attempts: 0, firstFailureAt: null, step: 0, nextAt: first, waitingFor: 'nothing' });
const later: DeclinedTry = {
  invoiceId: fresh.invoiceId,
  attempts: 1,
  code: 'insufficient_funds',
  class: 'later',
  waitMs: null,
};
const day = (value: number | null) => (value === null ? null : toIso(value).slice(0, 16));
const planned = (
  now: number,
  change: Partial<DeclinedTry> = {},
  firstFailureAt: number | null = first,
  policy = defaultDunningPolicy,
) => {
  const { step, nextAt } = declinedFact({ ...fresh, firstFailureAt }, policy, { ...later, ...change }, now);
  return [step, day(nextAt)];
};

describe('after a decline', () => {
  test('the next tries come 1, 3, 5 and 7 days after the first failure, then dunning ends', () => {
    expect(planned(first, {}, null)).toEqual([1, '2026-06-02T00:00']);
    expect(planned(addDays(first, 1))).toEqual([2, '2026-06-04T00:00']);
    expect(planned(addDays(first, 3))).toEqual([3, '2026-06-06T00:00']);
    expect(planned(addDays(first, 5))).toEqual([4, '2026-06-08T00:00']);
    expect(planned(addDays(first, 7))).toEqual([4, null]);
  });

  test('a late try does not move the steps after it, and steps that passed are skipped', () => {
    expect(planned(addDays(first, 1) + 5 * hourMs)).toEqual([2, '2026-06-04T00:00']);
    expect(planned(addDays(first, 6))).toEqual([4, '2026-06-08T00:00']);
    expect(planned(addDays(first, 30))).toEqual([4, null]);
  });

  test('a try that the customer asked for in between keeps the plan', () => {
    expect(planned(addDays(first, 2))).toEqual([2, '2026-06-04T00:00']);
  });

  test('a wait that the network asks for is kept: the next step after it comes', () => {
    expect(planned(first, { waitMs: 72 * hourMs }, null)).toEqual([2, '2026-06-04T00:00']);
    expect(planned(first, { waitMs: 4 * dayMs }, null)).toEqual([3, '2026-06-06T00:00']);
  });

  test('a wait beyond the last step neither ends dunning early nor is it broken: the last try comes when it is over', () => {
    expect(planned(first, { waitMs: 10 * dayMs }, null)).toEqual([4, '2026-06-11T00:00']);
    expect(planned(addDays(first, 5), { waitMs: 8 * dayMs })).toEqual([4, '2026-06-14T00:00']);
    expect(planned(addDays(first, 13), { waitMs: 8 * dayMs })).toEqual([4, null]);
  });

  test('a policy without steps ends dunning at once', () => {
    expect(planned(first, {}, null, { ...defaultDunningPolicy, stepsDays: [] })).toEqual([0, null]);
    expect(planned(first, { waitMs: dayMs }, null, { ...defaultDunningPolicy, stepsDays: [] })).toEqual([0, null]);
  });

  test.each([
    ['never', 'payment_method'],
    ['customer', 'customer'],
    ['later', 'retry'],
  ] as const)('of the class %s it waits for the %s, and the steps go on as reminders', (kind, waitingFor) => {
    const fact = declinedFact(fresh, defaultDunningPolicy, { ...later, class: kind }, first);
    expect(fact).toMatchObject({ waitingFor, nextAt: addDays(first, 1), firstFailureAt: first });
  });
});

describe('while the customer is asked', () => {
  test('no step is planned before a first failure', () => {
    expect(plannedStep(defaultDunningPolicy, fresh, first)).toBeNull();
  });

  test('the next step of a running dunning stays planned, and none after the last', () => {
    const running = { ...fresh, firstFailureAt: first };
    expect(day(plannedStep(defaultDunningPolicy, running, addDays(first, 1)))).toBe('2026-06-04T00:00');
    expect(plannedStep(defaultDunningPolicy, running, addDays(first, 7))).toBeNull();
  });
});

const policies = fc.record({
  stepsDays: fc
    .uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 7 })
    .map((days) => days.sort((a, b) => a - b)),
  end: fc.constantFrom('cancel' as const, 'pause' as const, 'leave_unpaid' as const),
  capPerCard: fc.record({ attempts: fc.integer({ min: 1, max: 15 }), windowDays: fc.integer({ min: 30, max: 90 }) }),
});
const policy: fc.Arbitrary<DunningPolicy> = policies.map((change) => ({ ...defaultDunningPolicy, ...change }));
const declines = fc.array(
  fc.record({
    class: fc.constantFrom<DeclineClass>('never', 'customer', 'later'),
    waitMs: fc.option(fc.integer({ min: 1, max: 10 * dayMs }), { nil: null }),
    lateMs: fc.integer({ min: 0, max: 3 * dayMs }),
  }),
  { minLength: 1, maxLength: 20 },
);

describe('dunning under any policy, with any declines and delays', () => {
  test('plans each try after now and after the wait, never goes a step back, and ends', () => {
    fc.assert(
      fc.property(policy, declines, (rules, tries) => {
        let state: SubscriptionState = activeState({ collection: fresh });
        let now = first;
        let step = 0;
        for (let count = 0; ; count++) {
          expect(count).toBeLessThanOrEqual(rules.stepsDays.length + 1);
          const {
            class: kind,
            waitMs,
            lateMs,
          } = tries[count % tries.length] ?? { class: 'later' as const, waitMs: null, lateMs: 0 };
          if (state.collection === null) throw new Error('nothing to collect');
          const fact = declinedFact(
            state.collection,
            rules,
            { ...later, attempts: count + 1, class: kind, waitMs },
            now,
          );
          state = apply(state, fact);
          if (fact.nextAt === null) break;
          expect(fact.nextAt).toBeGreaterThan(now);
          expect(fact.nextAt).toBeGreaterThanOrEqual(now + (waitMs ?? 0));
          expect(fact.step).toBeGreaterThanOrEqual(step);
          step = fact.step;
          now = fact.nextAt + lateMs;
        }
        expect(decide({ ...state, period: null }, now)).toMatchObject({ kind: 'end_dunning' });
      }),
    );
  });

  test('never waits for ever when the card is at its cap: each deferral is to a later instant, and the try comes', () => {
    const others = fc.array(fc.integer({ min: -40 * dayMs, max: 0 }), { maxLength: 40 });
    fc.assert(
      fc.property(policy, others, (rules, before) => {
        const failedAt = before.map((offset) => first + offset);
        let state = owingState({ nextAt: first, firstFailureAt: null, step: 0 });
        let now = first;
        let deferrals = 0;
        for (;;) {
          const permission = attemptAllowed(rules, { failedAt }, now, false);
          if (permission.allowed) break;
          expect(permission.until).toBeGreaterThan(now);
          state = apply(state, {
            type: 'payment_deferred',
            at: now,
            invoiceId: exampleId('inv', 1),
            until: permission.until,
            why: permission.reason,
          });
          expect(decide({ ...state, period: null }, now)).toEqual({
            kind: 'wait',
            until: permission.until,
            why: 'collects the invoice',
          });
          now = permission.until;
          deferrals += 1;
          expect(deferrals).toBeLessThanOrEqual(2);
        }
        expect(now - first).toBeLessThanOrEqual(rules.capPerCard.windowDays * dayMs);
      }),
    );
  });
});

test('the dates of a card that never works: tried on 1, 2, 4, 6 and 8 June, then dunning ends', () => {
  let state: SubscriptionState = activeState({ collection: fresh });
  const dates: string[] = [];
  let now = at('2026-06-01');
  for (let step = decide(state, now); step.kind === 'collect'; step = decide(state, now)) {
    if (state.collection === null) break;
    dates.push(toIso(now).slice(0, 10));
    state = apply(
      state,
      declinedFact(state.collection, defaultDunningPolicy, { ...later, attempts: dates.length }, now),
    );
    now = state.collection?.nextAt ?? now;
  }
  expect(dates).toEqual(['2026-06-01', '2026-06-02', '2026-06-04', '2026-06-06', '2026-06-08']);
  expect(decide(state, now).kind).toBe('end_dunning');
});
