/** The operator's page on metering names every state, reason and aggregation, and no others. */
import { usageEventStates } from '../../db/queries/usage-events';
import { aggregationKinds } from '../../domain/metering/aggregations';
import { unmatchedReasons } from '../../domain/metering/match';
import { readDocument } from './shell-blocks';

const text = readDocument('docs/operating/metering.md');

/** The names in the first column of the table that has this head. */
function firstColumn(head: string): string[] {
  const rows = text.split(`| ${head} |`)[1]?.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
}

test('every state of an event is explained', () => {
  expect(firstColumn('State').sort()).toEqual([...usageEventStates].sort());
});

test('every reason for which nothing counts an event is explained', () => {
  expect(firstColumn('Reason').sort()).toEqual(Object.keys(unmatchedReasons).sort());
});

test('every aggregation is named', () => {
  const row = text.split('\n').find((line) => line.startsWith('| `aggregation` |')) ?? '';
  const named = [...row.matchAll(/`([^`]+)`/g)].map((match) => match[1]).slice(1);
  expect(named).toEqual(aggregationKinds);
});
