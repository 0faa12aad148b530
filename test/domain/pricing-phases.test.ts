/** Phases and ramps: which terms are in force at an instant. */
import fc from 'fast-check';
import { type Phase, type PhaseSchedule, phaseEnds, phaseErrors, termsInForce } from '../../domain/plan/phases';
import type { Interval } from '../../domain/time';
import { fromIso, periodBoundary, toIso } from '../../domain/time';
import { definition, flat, seats } from './invoice/plans';
import { interval, zone } from './time-arbitraries';

const base = flat(1, '100.00');
const plan = definition([base, seats(2, '12.00')]);
const months = (count: number): Interval => ({ unit: 'month', count });
const phase = (name: string, length: Interval | null, more: Partial<Phase> = {}): Phase => ({
  name,
  length,
  overrides: [],
  quantity: null,
  limits: null,
  ...more,
});
const schedule = (startAt: string, phases: Phase[], timeZone = 'UTC'): PhaseSchedule => ({
  startAt: fromIso(startAt),
  timeZone,
  phases,
});
const cheaper = (amount: string) => ({ overrides: [{ priceId: base.id, parameters: { amounts: { USD: amount } } }] });

describe('a ramp of three years with a cheaper first quarter', () => {
  const year = (minimum: string): Partial<Phase> => ({
    limits: { minimum: { USD: minimum }, maximum: null, measured: 'after_discounts' },
  });
  const ramp = schedule('2026-01-31T00:00:00Z', [
    phase('start', months(3), { ...cheaper('50.00'), quantity: 10 }),
    phase('first year', months(9), { quantity: 50, ...year('1000') }),
    phase('second year', { unit: 'year', count: 1 }, { ...cheaper('120.00'), quantity: 100, ...year('2000') }),
  ]);

  test.each([
    ['2026-01-31T00:00:00Z', 'start', 10, null],
    ['2026-04-29T23:59:59.999Z', 'start', 10, null],
    ['2026-04-30T00:00:00Z', 'first year', 50, '1000'],
    ['2027-01-30T23:59:59.999Z', 'first year', 50, '1000'],
    ['2027-01-31T00:00:00Z', 'second year', 100, '2000'],
    ['2028-01-30T23:59:59.999Z', 'second year', 100, '2000'],
    ['2028-01-31T00:00:00Z', undefined, null, null],
  ])('has at %s the terms of the phase %s', (at, name, quantity, minimum) => {
    const terms = termsInForce(plan, ramp, fromIso(at));
    expect([terms?.phase?.name, terms?.quantity, terms?.limits?.minimum?.['USD'] ?? null]).toEqual([
      name,
      quantity,
      minimum,
    ]);
  });

  test('bills the prices of the phase, and after the last the plan itself', () => {
    const amounts = [
      '2026-02-01T00:00:00Z',
      '2026-06-01T00:00:00Z',
      '2027-06-01T00:00:00Z',
      '2029-01-01T00:00:00Z',
    ].map((at) => {
      const terms = termsInForce(plan, ramp, fromIso(at));
      return (terms?.definition.prices[0]?.parameters as { amounts: { USD: string } }).amounts.USD;
    });
    expect(amounts).toEqual(['50.00', '100.00', '120.00', '100.00']);
    expect(termsInForce(plan, ramp, fromIso('2029-01-01T00:00:00Z'))?.definition).toBe(plan);
  });

  test('says since when and until when', () => {
    const at = (iso: string) => termsInForce(plan, ramp, fromIso(iso));
    expect(at('2026-02-01T00:00:00Z')).toMatchObject({ from: ramp.startAt, to: fromIso('2026-04-30T00:00:00Z') });
    expect(at('2029-02-01T00:00:00Z')).toMatchObject({ from: fromIso('2028-01-31T00:00:00Z'), to: null });
  });

  test('has no terms before its start', () => {
    expect(termsInForce(plan, ramp, ramp.startAt - 1)).toBeNull();
  });
});

test('phases of months stay on the day of the start, months that lack it on their last', () => {
  const monthly = schedule(
    '2027-01-31T10:00:00Z',
    [months(1), months(1), months(2), null].map((length, index) => phase(`${index}`, length)),
  );
  const ends = phaseEnds(monthly).map((end) => (end === null ? null : toIso(end)));
  expect(ends).toEqual(['2027-02-28T10:00:00.000Z', '2027-03-31T10:00:00.000Z', '2027-05-31T10:00:00.000Z', null]);
});

test('after days, months count from the new day', () => {
  const mixed = schedule('2027-01-31T00:00:00Z', [
    phase('trial', { unit: 'day', count: 14 }),
    phase('intro', { unit: 'week', count: 2 }),
    phase('months', months(3)),
    phase('for ever', null),
  ]);
  const ends = phaseEnds(mixed).map((end) => (end === null ? null : toIso(end).slice(0, 10)));
  expect(ends).toEqual(['2027-02-14', '2027-02-28', '2027-05-28', null]);
});

test('phases end at the local time of their start, whatever the clocks do', () => {
  const berlin = schedule(
    '2027-02-28T23:00:00Z',
    [phase('march', months(1)), phase('april', months(1))],
    'Europe/Berlin',
  );
  expect(phaseEnds(berlin).map((end) => toIso(end ?? 0))).toEqual([
    '2027-03-31T22:00:00.000Z',
    '2027-04-30T22:00:00.000Z',
  ]);
});

describe('over any schedule', () => {
  const start = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2060, 0, 1) });

  test('every instant from the start on lies in exactly one phase, which says its bounds', () => {
    fc.assert(
      fc.property(
        start,
        zone,
        fc.array(interval, { maxLength: 5 }),
        fc.boolean(),
        (startAt, timeZone, lengths, open) => {
          const phases = [
            ...lengths.map((length, index) => phase(String(index), length)),
            ...(open ? [phase('last', null)] : []),
          ];
          const ramp = { startAt, timeZone, phases };
          const ends = phaseEnds(ramp);
          const bounds = [startAt, ...ends.filter((end) => end !== null)];
          for (const [index, bound] of bounds.entries()) {
            const terms = termsInForce(plan, ramp, bound);
            // A zone that skips a day leaves a phase of no length: nothing lies in it.
            const holds = bounds.findLastIndex((other) => other === bound);
            expect(terms?.phase?.index ?? phases.length).toBe(holds);
            expect(terms?.from).toBe(bound);
            if (index > 0) expect(bound).toBeGreaterThanOrEqual(bounds[index - 1] ?? bound);
            if (terms?.to) expect(termsInForce(plan, ramp, terms.to - 1)?.phase?.index).toBe(terms.phase?.index);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('phases of one month each end where the periods of a monthly subscription end', () => {
    fc.assert(
      fc.property(start, zone, fc.integer({ min: 1, max: 14 }), (startAt, timeZone, count) => {
        const ramp = {
          startAt,
          timeZone,
          phases: Array.from({ length: count }, (_, index) => phase(String(index), months(1))),
        };
        const periods = Array.from({ length: count }, (_, index) =>
          periodBoundary(startAt, months(1), index + 1, timeZone),
        );
        expect(phaseEnds(ramp)).toEqual(periods);
      }),
    );
  });
});

describe('phases are refused', () => {
  test.each<[string, Phase[], string[]]>([
    ['without an end before the last', [phase('a', null), phase('b', null)], ['phases.0.length']],
    ['of no length', [phase('a', months(0))], ['phases.0.length.count']],
    ['with part of a seat', [phase('a', null, { quantity: 1.5 })], ['phases.0.quantity']],
    [
      'with an override of another plan',
      [phase('a', null, { overrides: [{ priceId: 'x', parameters: {} }] })],
      ['phases.0.overrides.0.price_id'],
    ],
    [
      'with a price that is not sound',
      [phase('a', null, cheaper('-1'))],
      ['phases.0.overrides.0.parameters.amounts.USD'],
    ],
    [
      'with limits the wrong way round',
      [phase('a', null, { limits: { minimum: { USD: '2' }, maximum: { USD: '1' }, measured: 'after_discounts' } })],
      ['phases.0.limits.maximum.USD'],
    ],
  ])('%s', (_what, phases, expected) => {
    expect(phaseErrors(plan, phases).map(({ path }) => path)).toEqual(expected);
    const asked = () => termsInForce(plan, schedule('2026-01-01T00:00:00Z', phases), fromIso('2026-01-02T00:00:00Z'));
    expect(asked).toThrow(expect.objectContaining({ code: 'validation_failed' }));
  });
});
