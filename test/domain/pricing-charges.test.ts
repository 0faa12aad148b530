/** Add-ons and one-off charges beside a plan. */
import { money } from '../../domain/money';
import type { PlanPrice } from '../../domain/plan';
import {
  type AddOn,
  type ChargeRequest,
  type OneOff,
  addOnLine,
  chargeLines,
  oneOffLine,
} from '../../domain/plan/charges';
import { fromIso } from '../../domain/time';

const usd = (amount: string) => money(amount, 'USD');
const day = (date: string) => fromIso(`${date}T00:00:00Z`);
const start = day('2026-06-01');
const end = day('2026-07-01');
const june: ChargeRequest = {
  full: { start, end },
  from: start,
  to: end,
  policy: 'day',
  timeZone: 'UTC',
  currency: 'USD',
};
const price = (amount: string): PlanPrice => ({
  id: 'price_9',
  kind: 'recurring',
  model: 'per_seat',
  parameters: { amounts: { USD: amount } },
  description: 'Extra support',
  stream: 'support',
});
const addOn = (from: string, to: string | null): AddOn => ({
  price: price('30.00'),
  quantity: '2',
  from: day(from),
  to: to === null ? null : day(to),
});
const oneOff = (at: string, amount = '99.99'): OneOff => ({ price: price(amount), quantity: '1', at: fromIso(at) });

describe('an add-on of 2 × 30.00 a month', () => {
  test.each<[string, string | null, string, string | null]>([
    ['2026-01-01', null, '60.00', null],
    ['2026-01-01', '2026-12-31', '60.00', null],
    ['2026-06-11', null, '40.00', '20'],
    ['2026-01-01', '2026-06-17', '32.00', '16'],
    ['2026-06-11', '2026-06-17', '12.00', '6'],
  ])('booked from %s to %s costs %s in June', (from, to, amount, days) => {
    const line = addOnLine(addOn(from, to), june);
    expect(line).toMatchObject({ kind: 'add_on', amount: usd(amount), description: 'Extra support' });
    expect(line?.explanation.ratio?.numerator ?? null).toBe(days);
  });

  test.each([
    ['2026-07-01', null],
    ['2026-01-01', '2026-06-01'],
    ['2026-06-11', '2026-06-11'],
  ])('booked from %s to %s costs nothing in June', (from, to) => {
    expect(addOnLine(addOn(from, to), june)).toBeNull();
  });

  test('costs, cut in two by the end of a stretch, what it costs in one', () => {
    const cut = day('2026-06-11');
    const parts = [
      { ...june, to: cut },
      { ...june, from: cut },
    ].map((request) => addOnLine(addOn('2026-01-01', null), request)?.amount.amount);
    expect(parts).toEqual(['20.00', '40.00']);
  });

  test('explains itself', () => {
    expect(addOnLine(addOn('2026-06-11', '2026-06-17'), june)?.explanation).toMatchObject({
      exact: '60',
      ratio: { from: '2026-06-11T00:00:00.000Z', to: '2026-06-17T00:00:00.000Z' },
      text: '2 × 30.00 USD, for 6 of 30 days',
    });
  });

  test('is without proration charged whole if the period begins with it, else not', () => {
    const unprorated = { ...june, policy: 'none' } as const;
    expect(addOnLine(addOn('2026-01-01', '2026-06-17'), unprorated)?.amount).toEqual(usd('60.00'));
    expect(addOnLine(addOn('2026-06-11', null), unprorated)).toBeNull();
    expect(addOnLine(addOn('2026-01-01', '2026-06-01'), unprorated)).toBeNull();
  });

  test('that is free makes no line', () => {
    expect(addOnLine({ ...addOn('2026-01-01', null), price: price('0') }, june)).toBeNull();
  });
});

describe('a one-off charge', () => {
  test('is billed in full with the period that holds its instant, whatever is left of it', () => {
    const line = oneOffLine(oneOff('2026-06-30T23:59:59.999Z'), june);
    expect(line).toMatchObject({ kind: 'one_off', amount: usd('99.99'), explanation: { ratio: null } });
    expect(line?.periodStart).toBe(line?.periodEnd);
  });

  test('at a boundary belongs to the period that begins there, so that it is billed once', () => {
    expect(oneOffLine(oneOff('2026-07-01T00:00:00Z'), june)).toBeNull();
    expect(oneOffLine(oneOff('2026-06-01T00:00:00Z'), june)).not.toBeNull();
    expect(oneOffLine(oneOff('2026-05-31T23:59:59.999Z'), june)).toBeNull();
  });

  test('finer than a cent is rounded on its line', () => {
    expect(oneOffLine(oneOff('2026-06-02T00:00:00Z', '0.125'), june)?.amount).toEqual(usd('0.13'));
  });
});

test('all charges of a stretch stand in their order, without those that are not due', () => {
  const lines = chargeLines(
    [addOn('2026-06-11', null), addOn('2026-07-11', null)],
    [oneOff('2026-06-02T00:00:00Z'), oneOff('2026-08-02T00:00:00Z')],
    june,
  );
  expect(lines.map(({ kind, amount }) => `${kind} ${amount.amount}`)).toEqual(['add_on 40.00', 'one_off 99.99']);
});
