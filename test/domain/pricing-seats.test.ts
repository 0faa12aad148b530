/** Seats that change within a period. */
import fc from 'fast-check';
import { add, compare, isNegative, money, multiply, roundRatio, subtract, sum, zero } from '../../domain/money';
import { type SeatRequest, type SeatRules, seatLines } from '../../domain/plan/seats';
import type { PlanPrice } from '../../domain/plan';
import { prorationPolicies, type ProrationPolicy, prorationRatioBetween } from '../../domain/proration';
import { fromIso } from '../../domain/time';

const usd = (amount: string) => money(amount, 'USD');
const start = fromIso('2026-06-01T00:00:00Z');
const end = fromIso('2026-07-01T00:00:00Z');
const at = (day: number, hour = 0): number => start + (day - 1) * 86_400_000 + hour * 3_600_000;
const price = (model: PlanPrice['model'], parameters: unknown): PlanPrice => ({
  id: 'price_1',
  kind: 'recurring',
  model,
  parameters,
  description: 'Seats',
  stream: 'seats',
});
const seat = price('per_seat', { amounts: { USD: '12.00' } });
const credited: SeatRules = { added: 'at_once', removed: 'credit' };
const kept: SeatRules = { added: 'next_invoice', removed: 'keep' };

const request = (changes: [number, string][], more: Partial<SeatRequest> = {}): SeatRequest => ({
  price: seat,
  rules: credited,
  currency: 'USD',
  full: { start, end },
  policy: 'day',
  timeZone: 'UTC',
  opening: { at: start, quantity: '5' },
  changes: changes.map(([day, quantity]) => ({ at: at(day), quantity })),
  ...more,
});
const shown = (lines: ReturnType<typeof seatLines>) => lines.map(({ kind, amount }) => `${kind} ${amount.amount}`);

describe('five seats at 12.00 in June, by days', () => {
  test('and three more from the 17th cost 3 × 12.00 for 14 of 30 days', () => {
    const [line] = seatLines(request([[17, '8']]));
    expect(line).toMatchObject({
      kind: 'seats_added',
      amount: usd('16.80'),
      invoice: 'at_once',
      periodStart: at(17),
      periodEnd: end,
    });
    expect(line?.explanation).toMatchObject({
      exact: '36',
      ratio: { numerator: '14', denominator: '30' },
      text: 'from 5 to 8: (8 × 12.00 USD) − (5 × 12.00 USD), for 14 of 30 days',
    });
  });

  test('and two less from the 11th give 2 × 12.00 back for 20 of 30 days', () => {
    expect(shown(seatLines(request([[11, '3']])))).toEqual(['seats_removed -16.00']);
  });

  test('with several changes bill each for its time', () => {
    expect(
      shown(
        seatLines(
          request([
            [11, '3'],
            [16, '10'],
            [26, '5'],
          ]),
        ),
      ),
    ).toEqual(['seats_removed -16.00', 'seats_added 42.00', 'seats_removed -10.00']);
  });

  test('stay paid when the plan keeps removed seats: only what exceeds the most so far is charged', () => {
    const lines = seatLines(
      request(
        [
          [11, '3'],
          [16, '5'],
          [21, '7'],
          [26, '1'],
          [27, '7'],
        ],
        { rules: kept },
      ),
    );
    expect(shown(lines)).toEqual(['seats_added 8.00']);
    expect(lines[0]).toMatchObject({
      invoice: 'next_invoice',
      explanation: { pricing: { before: '5', after: '7', exact: '24' } },
    });
  });

  test('move no money without proration, nor by a change at the end or without effect', () => {
    for (const day of [1, 17]) expect(seatLines(request([[day, '8']], { policy: 'none' }))).toEqual([]);
    expect(seatLines(request([[31, '8']]))).toEqual([]);
    expect(seatLines(request([[17, '5']]))).toEqual([]);
  });
});

test('parts rounded up never give back more than was billed: two seats at half a cent, taken back one by one', () => {
  const cheap = price('per_seat', { amounts: { USD: '0.005' } });
  const lines = seatLines(
    request(
      [
        [1, '1'],
        [1, '0'],
      ],
      { price: cheap, opening: { at: start, quantity: '2' } },
    ),
  );
  expect(shown(lines)).toEqual(['seats_removed -0.01']);
});

test('included seats are free: a change below them costs nothing', () => {
  const included = price('per_seat', { amounts: { USD: '12.00' }, included: '10' });
  expect(
    shown(
      seatLines(
        request(
          [
            [11, '9'],
            [16, '12'],
          ],
          { price: included },
        ),
      ),
    ),
  ).toEqual(['seats_added 12.00']);
});

test('seats in tiers are charged the difference of the two prices', () => {
  const tiered = price('graduated', {
    tiers: [
      { up_to: '5', amounts: { USD: '12' } },
      { up_to: null, amounts: { USD: '9' } },
    ],
  });
  expect(shown(seatLines(request([[16, '7']], { price: tiered })))).toEqual(['seats_added 9.00']);
});

describe('over any changes', () => {
  const policy = fc.constantFrom(...(Object.keys(prorationPolicies) as ProrationPolicy[]));
  const quantity = fc.nat({ max: 50 });
  const changes = fc
    .array(fc.tuple(fc.nat({ max: 30 * 24 }), quantity), { maxLength: 8 })
    .map((list) =>
      [...list]
        .sort(([a], [b]) => a - b)
        .map(([hours, of]) => ({ at: start + hours * 3_600_000, quantity: String(of) })),
    );
  const unitPrice = fc
    .nat({ max: 9999 })
    .map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);

  test('what was billed in all is never below zero, and with credits is the price of each quantity for its time', () => {
    fc.assert(
      fc.property(policy, quantity, changes, unitPrice, (name, opening, list, unit) => {
        const made = request([], { policy: name, opening: { at: start, quantity: String(opening) }, changes: list });
        const lines = seatLines({ ...made, price: price('per_seat', { amounts: { USD: unit } }) });
        const billed = add(
          multiply(usd(unit), String(opening)),
          sum(
            lines.map(({ amount }) => amount),
            'USD',
          ),
        );
        expect(isNegative(billed)).toBe(false);
        if (name === 'none') return expect(lines).toEqual([]);
        const steps = [{ at: start, quantity: String(opening) }, ...list, { at: end, quantity: '0' }];
        const expected = steps.slice(1).reduce((left, { at: to }, index) => {
          const { at: from, quantity: of } = steps[index] ?? { at: to, quantity: '0' };
          const { numerator, denominator } = prorationRatioBetween(name, { ...made.full, timeZone: 'UTC', from, to });
          const exact = multiply(usd(unit), of).amount;
          return add(left, roundRatio(exact, 'USD', numerator, denominator, 'half_up'));
        }, zero('USD'));
        const error = subtract(billed, expected);
        const bound = usd((0.01 * (list.length + 1)).toFixed(2));
        expect(compare(error, bound) <= 0 && compare(subtract(zero('USD'), error), bound) <= 0).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('of seats that stay paid no line is negative', () => {
    fc.assert(
      fc.property(policy, quantity, changes, (name, opening, list) => {
        const lines = seatLines(
          request([], { policy: name, rules: kept, opening: { at: start, quantity: String(opening) }, changes: list }),
        );
        expect(lines.every(({ amount }) => !isNegative(amount))).toBe(true);
      }),
    );
  });
});
