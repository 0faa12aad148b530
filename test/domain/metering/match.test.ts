/** Which meters count an event, and why none does. */
import { matchEvent } from '../../../domain/metering/match';
import { type Meter, type MeterDefinition, parseMeter } from '../../../domain/metering/meter';

const plain: MeterDefinition = {
  event_type: 'call',
  aggregation: 'sum',
  value_property: 'tokens',
  filters: [],
  group_by: [],
  conversion: null,
};
const meter = (over: Partial<MeterDefinition>, id = 'meter_1'): Meter => ({ id, definition: { ...plain, ...over } });
const match = (over: Partial<MeterDefinition>, properties: object) =>
  matchEvent([meter(over)], properties as Record<string, unknown>);
const values = (over: Partial<MeterDefinition>, properties: object) => {
  const result = match(over, properties);
  return result.kind === 'counted' ? result.parts.map(({ value, dimensions }) => [value, dimensions]) : result.reason;
};

test.each([
  ['a number', { tokens: 12.5 }, '12.5'],
  ['a decimal text', { tokens: '12.50' }, '12.50'],
  ['a negative number', { tokens: -3 }, '-3'],
])('%s is a value', (_case, properties, value) => {
  expect(values({}, properties)).toEqual([[value, {}]]);
});

test.each([
  ['nothing', {}, 'value_missing'],
  ['null', { tokens: null }, 'value_missing'],
  ['an object', { tokens: {} }, 'value_missing'],
  ['a word', { tokens: 'many' }, 'value_invalid'],
  ['an exponent', { tokens: 1e30 }, 'value_invalid'],
  ['a text of 41 digits', { tokens: '1'.repeat(41) }, 'value_invalid'],
])('%s is no value', (_case, properties, reason) => {
  expect(values({}, properties)).toBe(reason);
});

test('a value stands at a dotted path, and never in what all objects have', () => {
  expect(values({ value_property: 'usage.tokens' }, { usage: { tokens: 7 } })).toEqual([['7', {}]]);
  expect(values({ aggregation: 'unique', value_property: 'constructor.name' }, {})).toBe('value_missing');
});

test('all filters must hold; a property that is missing is in no list', () => {
  const filters: MeterDefinition['filters'] = [
    { property: 'region', operator: 'in', values: ['eu', 'us'] },
    { property: 'status', operator: 'not_in', values: ['500'] },
  ];
  expect(values({ filters }, { tokens: 1, region: 'eu', status: 200 })).toEqual([['1', {}]]);
  expect(values({ filters }, { tokens: 1, region: 'eu' })).toEqual([['1', {}]]);
  expect(values({ filters }, { tokens: 1, region: 'eu', status: 500 })).toBe('filtered_out');
  expect(values({ filters }, { tokens: 1, status: 200 })).toBe('filtered_out');
});

test('dimensions come in the order of their names, and are empty where an event has none', () => {
  const result = values({ group_by: ['model', 'area'] }, { tokens: 1, model: 'large' });
  expect(JSON.stringify(result)).toBe('[["1",{"area":"","model":"large"}]]');
});

test('a type that no meter counts is told apart from one that filters leave out', () => {
  expect(matchEvent([], { tokens: 1 })).toEqual({ kind: 'unmatched', reason: 'no_meter' });
});

test('an event that one of its meters cannot read is counted by none', () => {
  const both = [meter({ aggregation: 'count', value_property: null }), meter({}, 'meter_2')];
  expect(matchEvent(both, {})).toEqual({ kind: 'unmatched', reason: 'value_missing' });
  const counted = matchEvent(both, { tokens: 4 });
  expect(counted.kind === 'counted' && counted.parts.map(({ value }) => value)).toEqual(['1', '4']);
});

const pathsOf = (definition: unknown): string[] => {
  const parsed = parseMeter(definition);
  return Array.isArray(parsed) ? parsed.map(({ path }) => path) : [];
};

test('a definition gets its defaults', () => {
  expect(parseMeter({ event_type: 'call', aggregation: 'count' })).toEqual({
    ...plain,
    aggregation: 'count',
    value_property: null,
    price_property: null,
  });
});

test.each([
  ['a sum of nothing', { event_type: 'call', aggregation: 'sum' }, ['value_property']],
  ['a count of something', { event_type: 'call', aggregation: 'count', value_property: 'x' }, ['value_property']],
  ['an unknown aggregation', { event_type: 'call', aggregation: 'median' }, ['aggregation']],
  ['no type', { aggregation: 'count' }, ['event_type']],
  ['a dimension twice', { event_type: 'call', aggregation: 'count', group_by: ['a', 'a'] }, ['group_by']],
  ['six dimensions', { event_type: 'call', aggregation: 'count', group_by: [...'abcdef'] }, ['group_by']],
  ['a path with a blank', { event_type: 'call', aggregation: 'max', value_property: 'a b' }, ['value_property']],
  [
    'a filter of no values',
    { event_type: 'c', aggregation: 'count', filters: [{ property: 'a', values: [] }] },
    ['filters.0.values'],
  ],
  [
    'a divisor of zero',
    { event_type: 'c', aggregation: 'count', conversion: { divisor: '0' } },
    ['conversion.divisor'],
  ],
  ['a misspelt field', { event_type: 'c', aggregation: 'count', groupBy: [] }, ['groupBy']],
])('a definition with %s is refused by field', (_case, definition, paths) => {
  expect(pathsOf(definition)).toEqual(paths);
});
