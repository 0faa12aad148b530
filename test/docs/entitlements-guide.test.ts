/** The guide to entitlements names the reasons, the resets and the fields that the code has. */
import { checkReasons } from '../../domain/entitlements/check';
import { readEntitlement, resetPeriods } from '../../domain/entitlements/entitlement';
import { readDocument } from './shell-blocks';

const guide = readDocument('docs/operating/entitlements.md');

/** The words in backticks in the first cells of the table below a head. */
function firstCells(head: string): string[] {
  const table = guide.slice(guide.indexOf(head)).split('\n\n')[0] ?? '';
  const cells = table.split('\n').slice(2);
  return cells.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ''));
}

test('the reasons of a check', () => {
  const rows = [...guide.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, text]) => [code, `${text}.`]);
  expect(rows.filter(([code]) => Object.hasOwn(checkReasons, code ?? ''))).toEqual(Object.entries(checkReasons));
});

test('the ways to begin anew', () => {
  expect(firstCells('| `reset` | The window |')).toEqual([...resetPeriods]);
});

test('the fields of an entitlement, and an example that is taken', () => {
  const known = ['enabled', 'value'];
  const example = JSON.parse(/```json\n(.+)\n```/.exec(guide)?.[1] ?? '') as Record<string, unknown>;
  const { feature: key, ...grant } = example;
  const feature = { key: String(key), type: 'metered', meterId: 'meter_x' } as const;
  // Kept only where it is asked for.
  const read = readEntitlement(feature, { ...grant, per_unit: true }, '');
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  const own = Object.keys(read.value).filter((name) => !['feature', 'type', 'meter_id'].includes(name));
  expect(firstCells('| Field |').sort()).toEqual([...known, ...own].sort());
});
