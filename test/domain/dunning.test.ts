import fc from 'fast-check';
import {
  type DunningPolicy,
  attemptAllowed,
  defaultDunningPolicy,
  nextDunningInstant,
  parseDunningPolicy,
} from '../../domain/dunning';
import { type Instant, addDays, addHours, dayMs, fromIso, hourMs } from '../../domain/time';

const failure = fromIso('2026-06-01T08:00:00Z');
const policy = defaultDunningPolicy;
const anyPolicy: fc.Arbitrary<DunningPolicy> = fc.record({
  stepsDays: fc
    .uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 7 })
    .map((days) => days.sort((a, b) => a - b)),
  end: fc.constantFrom('cancel', 'pause', 'leave_unpaid'),
  capPerCard: fc.record({ attempts: fc.integer({ min: 1, max: 15 }), windowDays: fc.integer({ min: 30, max: 365 }) }),
  minHoursBetweenAttempts: fc.integer({ min: 24, max: 720 }),
  openInvoicesMax: fc.integer({ min: 1, max: 100 }),
});

describe('dunning steps', () => {
  test('are 1, 3, 5 and 7 days after the first failure, and then dunning ends', () => {
    const days = [0, 1, 2, 3].map((step) => (nextDunningInstant(policy, failure, step)! - failure) / dayMs);
    expect(days).toEqual([1, 3, 5, 7]);
    expect(nextDunningInstant(policy, failure, 4)).toBeNull();
    expect(nextDunningInstant(policy, failure, -1)).toBeNull();
  });

  test('ascend for every policy that can be read', () => {
    fc.assert(
      fc.property(anyPolicy, (it) => {
        const read = parseDunningPolicy(it) as DunningPolicy;
        const instants = read.stepsDays.map((_, step) => nextDunningInstant(read, failure, step)!);
        instants.forEach((at, step) => expect(at).toBeGreaterThan(instants[step - 1] ?? failure));
        expect(nextDunningInstant(read, failure, read.stepsDays.length)).toBeNull();
      }),
    );
  });
});

describe('a try of a card', () => {
  const allowed = (failedAt: Instant[], now: Instant, acted = false) =>
    attemptAllowed(policy, { failedAt }, now, acted);

  test('is allowed when the card never failed', () => {
    expect(allowed([], failure)).toEqual({ allowed: true });
  });

  test('is allowed 24 hours after the last failure and not a millisecond before', () => {
    expect(allowed([failure], addHours(failure, 24))).toEqual({ allowed: true });
    expect(allowed([failure], addHours(failure, 24) - 1)).toEqual({
      allowed: false,
      until: addHours(failure, 24),
      reason: 'too_soon',
    });
  });

  test('is allowed at once when the customer acted', () => {
    expect(allowed([failure], failure + 1, true)).toEqual({ allowed: true });
  });

  test('is refused after 15 failures in 30 days, whoever asks, until the first of them is 30 days old', () => {
    const failures = Array.from({ length: 15 }, (_, index) => addHours(failure, index * 25));
    const refused = { allowed: false, until: addDays(failure, 30), reason: 'attempt_cap_reached' };
    expect(allowed(failures, addDays(failure, 20))).toEqual(refused);
    expect(allowed(failures, addDays(failure, 30) - 1, true)).toEqual(refused);
    expect(allowed(failures, addDays(failure, 30), true)).toEqual({ allowed: true });
    expect(allowed(failures.slice(1), addDays(failure, 20))).toEqual({ allowed: true });
  });

  test('does not depend on the order of the history, which stays as it was', () => {
    const failures = [addDays(failure, 2), failure, addDays(failure, 1)];
    const copy = [...failures];
    expect(allowed(failures, addDays(failure, 2) + 1)).toEqual(allowed([...failures].sort(), addDays(failure, 2) + 1));
    expect(failures).toEqual(copy);
  });

  /** Lets a card fail every time that the rule allows a try, as often as somebody asks for one. */
  function failures(by: DunningPolicy, asks: { after: number; acted: boolean }[]): { at: Instant; acted: boolean }[] {
    const failed: { at: Instant; acted: boolean }[] = [];
    let now = failure;
    for (const { after, acted } of asks) {
      now += after;
      const permission = attemptAllowed(by, { failedAt: failed.map(({ at }) => at) }, now, acted);
      if (permission.allowed) failed.push({ at: now, acted });
      else expect(permission.until).toBeGreaterThan(now);
    }
    return failed;
  }

  const asks = fc.array(fc.record({ after: fc.integer({ min: 0, max: 40 * hourMs }), acted: fc.boolean() }), {
    minLength: 20,
    maxLength: 120,
  });

  test('happens at most 15 times in any 30 days, however often it is asked for', () => {
    fc.assert(
      fc.property(asks, (list) => {
        const failed = failures(policy, list);
        for (const { at } of failed) {
          expect(failed.filter((other) => other.at >= at && other.at < addDays(at, 30)).length).toBeLessThanOrEqual(15);
        }
      }),
    );
    const eager = Array.from({ length: 100 }, () => ({ after: hourMs, acted: true }));
    expect(failures(policy, eager)).toHaveLength(15);
  });

  test('keeps to the cap and the spacing of any policy', () => {
    fc.assert(
      fc.property(anyPolicy, asks, (by, list) => {
        const failed = failures(by, list);
        failed.forEach(({ at, acted }, index) => {
          const window = failed.filter((other) => other.at >= at && other.at < addDays(at, by.capPerCard.windowDays));
          expect(window.length).toBeLessThanOrEqual(by.capPerCard.attempts);
          const before = failed[index - 1];
          if (before !== undefined && !acted)
            expect(at - before.at).toBeGreaterThanOrEqual(by.minHoursBetweenAttempts * hourMs);
        });
      }),
    );
  });

  test('is allowed at the instant that a refusal names, and at none before', () => {
    const history = fc
      .array(fc.integer({ min: 0, max: 40 * dayMs }), { maxLength: 40 })
      .map((list) => list.map((it) => failure + it));
    fc.assert(
      fc.property(
        anyPolicy,
        history,
        fc.integer({ min: 0, max: 60 * dayMs }),
        fc.boolean(),
        (by, failedAt, later, acted) => {
          const permission = attemptAllowed(by, { failedAt }, failure + later, acted);
          if (permission.allowed) return;
          expect(attemptAllowed(by, { failedAt }, permission.until, acted)).toEqual({ allowed: true });
          expect(attemptAllowed(by, { failedAt }, permission.until - 1, acted).allowed).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('reading a policy', () => {
  test('fills what is left out with the default', () => {
    expect(parseDunningPolicy({})).toEqual(defaultDunningPolicy);
    expect(parseDunningPolicy({ end: 'pause', capPerCard: { attempts: 8 } })).toEqual({
      ...defaultDunningPolicy,
      end: 'pause',
      capPerCard: { attempts: 8, windowDays: 30 },
    });
    expect(parseDunningPolicy(defaultDunningPolicy)).toEqual(defaultDunningPolicy);
  });

  test('survives JSON for every policy', () => {
    fc.assert(fc.property(anyPolicy, (it) => expect(parseDunningPolicy(JSON.parse(JSON.stringify(it)))).toEqual(it)));
  });

  test.each<[unknown, string]>([
    [null, ''],
    [[], ''],
    ['default', ''],
    [{ stepsDays: [3, 1] }, 'stepsDays'],
    [{ stepsDays: [1, 1] }, 'stepsDays'],
    [{ stepsDays: [0, 1] }, 'stepsDays'],
    [{ stepsDays: [1.5] }, 'stepsDays'],
    [{ stepsDays: ['1'] }, 'stepsDays'],
    [{ stepsDays: [121] }, 'stepsDays'],
    [{ stepsDays: [1, 2, 3, 4, 5, 6, 7, 8] }, 'stepsDays'],
    [{ stepsDays: null }, 'stepsDays'],
    [{ end: 'forgive' }, 'end'],
    [{ capPerCard: { attempts: 16 } }, 'capPerCard.attempts'],
    [{ capPerCard: { attempts: 0 } }, 'capPerCard.attempts'],
    [{ capPerCard: { windowDays: 29 } }, 'capPerCard.windowDays'],
    [{ capPerCard: 15 }, 'capPerCard.attempts'],
    [{ minHoursBetweenAttempts: 23 }, 'minHoursBetweenAttempts'],
    [{ openInvoicesMax: 0 }, 'openInvoicesMax'],
    [{ openInvoiceMax: 3 }, 'openInvoiceMax'],
  ])('names what is wrong with %j: %j', (input, path) => {
    const errors = parseDunningPolicy(input);
    expect(Array.isArray(errors) && errors.map((error) => error.path)).toContain(path);
  });

  test('names every wrong field at once', () => {
    expect(parseDunningPolicy({ end: 1, openInvoicesMax: 'x', stepsDays: {} })).toHaveLength(3);
  });
});
