/** Rolling events up loses nothing: however they are grouped and in whatever order, the buckets say what the events say. */
import fc from 'fast-check';
import { type AggregationKind, aggregationKinds } from '../../../domain/metering/aggregations';
import { bucketOf, type Contribution, emptyBucket, mergeBuckets } from '../../../domain/metering/bucket';
import type { MeterDefinition } from '../../../domain/metering/meter';
import { convert, quantityOfBucket } from '../../../domain/metering/quantity';
import '../../support/seed';

const hundredths = (units: number): string => {
  const digits = String(Math.abs(units)).padStart(3, '0');
  const text = `${digits.slice(0, -2)}.${digits.slice(-2)}`.replace(/\.?0+$/, '');
  return units < 0 && text !== '0' ? `-${text}` : text;
};
const contribution: fc.Arbitrary<Contribution> = fc.record({
  at: fc.integer({ min: 0, max: 10_000 }),
  key: fc.uuid(),
  value: fc.integer({ min: -500, max: 5_000 }).map(hundredths),
});
const contributions = fc.uniqueArray(contribution, { maxLength: 12, selector: ({ key }) => key });
const kind = fc.constantFrom(...aggregationKinds);
const merged = (aggregation: AggregationKind, list: readonly Contribution[]) =>
  list.map((one) => bucketOf(aggregation, one)).reduce(mergeBuckets, emptyBucket);

const meter = (aggregation: AggregationKind): MeterDefinition => ({
  event_type: 'call',
  aggregation,
  value_property: aggregation === 'count' ? null : 'value',
  filters: [],
  group_by: [],
  conversion: null,
});

test('buckets of any groups of events, merged in any order, are the bucket of all events', () => {
  const groups = fc.array(contributions, { maxLength: 4 });
  fc.assert(
    fc.property(kind, groups, fc.infiniteStream(fc.nat()), (aggregation, lists, order) => {
      const buckets = lists.map((list) => ({ place: order.next().value as number, bucket: merged(aggregation, list) }));
      const shuffled = [...buckets].sort((a, b) => a.place - b.place).map(({ bucket }) => bucket);
      expect(shuffled.reduce(mergeBuckets, emptyBucket)).toEqual(merged(aggregation, lists.flat()));
    }),
  );
});

/** What each aggregation means, straight from the events, in whole hundredths. */
const units = (value: string): bigint => {
  const [whole = '', fraction = ''] = value.replace('-', '').split('.');
  return BigInt(whole + fraction.padEnd(2, '0')) * (value.startsWith('-') ? -1n : 1n);
};
const meaning: Record<AggregationKind, (list: readonly Contribution[], to: number) => bigint> = {
  count: (list) => BigInt(list.length) * 100n,
  sum: (list) => list.reduce((sum, { value }) => sum + units(value), 0n),
  max: (list) => list.reduce((most, { value }) => (units(value) > most ? units(value) : most), 0n),
  unique: (list) => BigInt(new Set(list.map(({ value }) => value)).size) * 100n,
  latest: (list) => {
    const [last] = [...list].sort((a, b) => b.at - a.at || (b.key > a.key ? 1 : -1));
    return last === undefined ? 0n : units(last.value);
  },
  time_weighted_sum: (list, to) => list.reduce((sum, { at, value }) => sum + units(value) * BigInt(to - at), 0n),
};

test('the quantity of a bucket is what the events mean, and never below zero', () => {
  fc.assert(
    fc.property(kind, contributions, (aggregation, list) => {
      const window = { from: 0, to: 20_000 };
      const quantity = quantityOfBucket(meter(aggregation), merged(aggregation, list), window);
      const expected = meaning[aggregation](list, window.to);
      // Hundredths, and for the area hundredths × milliseconds: both as hundred-thousandths.
      const hundredThousandths = expected * (aggregation === 'time_weighted_sum' ? 1n : 1000n);
      const [whole = '', fraction = ''] = quantity.split('.');
      expect(BigInt(whole + fraction.padEnd(5, '0'))).toBe(hundredThousandths < 0n ? 0n : hundredThousandths);
    }),
  );
});

test('a level that was there before the window counts over its whole length', () => {
  const bucket = bucketOf('time_weighted_sum', { at: 30_000, key: 'a', value: '-2' });
  // Five for 30 seconds, then three for the other 30.
  expect(quantityOfBucket(meter('time_weighted_sum'), bucket, { from: 0, to: 60_000 }, '5')).toBe('240');
});

test.each([
  ['2500', { divisor: '1000', rounding: 'up', places: '0' }, '3'],
  ['2500', { divisor: '1000', rounding: 'down', places: '0' }, '2'],
  ['2500', { divisor: '1000', rounding: 'half_up', places: '0' }, '3'],
  ['2499.999', { divisor: '1000', rounding: 'half_up', places: '0' }, '2'],
  ['2500', { divisor: '1000', rounding: 'half_up', places: '1' }, '2.5'],
  ['1', { divisor: '3', rounding: 'half_up', places: '4' }, '0.3333'],
  ['2', { divisor: '3', rounding: 'half_up', places: '4' }, '0.6667'],
  ['1', { divisor: '0.5', rounding: 'up', places: '0' }, '2'],
  ['0', { divisor: '1024', rounding: 'up', places: '0' }, '0'],
] as const)('%s converted by %j is %s', (quantity, conversion, result) => {
  expect(convert(quantity, conversion)).toBe(result);
});
