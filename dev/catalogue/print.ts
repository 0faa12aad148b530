/** What the program says: faults, changes and sums as lines of text. */
import type { Difference } from './compare';
import { kindNamed } from './kinds';
import { type Action, type Change, versionOf } from './plan-changes';
import type { Fault } from './read-folder';

const marks: Readonly<Record<Action, string>> = {
  add: '+',
  change: '~',
  version: '~',
  same: '=',
  refuse: '!',
  alone: '·',
};

function shown(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return ['null', '[]', '{}'].includes(text) ? 'nothing' : text;
}

const differenceLine = ({ path, wanted, present }: Difference): string =>
  `        ${path}: ${shown(present)} → ${shown(wanted)}`;

function noteOf({ action, thing, kind }: Change): string {
  const version = versionOf(thing) ?? 0;
  if (action === 'version') return `version ${version} → ${version + 1}`;
  if (action === 'alone') return 'only on the engine: left alone';
  if (action !== 'refuse') return '';
  const { changes, identity } = kindNamed(kind);
  if (changes === 'by parts') return `a ${kind} never changes: archive it, or give a new one another ${identity}`;
  return changes === 'never'
    ? `a ${kind} never changes: give a new one another ${identity}`
    : 'this never changes: take it back, or give a new one another code';
}

/** One change: its mark, its name, and each field that differs. */
export function changeLines(change: Change): string[] {
  const note = noteOf(change);
  const head = `    ${marks[change.action]} ${change.key}${note === '' ? '' : `  (${note})`}`;
  return [head, ...change.differences.map(differenceLine)];
}

/** All changes, by kind. */
export function planLines(changes: readonly Change[]): string[] {
  const names = [...new Set(changes.map(({ kind }) => kind))];
  return names.flatMap((name) => [
    `  ${kindNamed(name).folder}`,
    ...changes.filter(({ kind }) => kind === name).flatMap(changeLines),
  ]);
}

/** "3 to add, 1 to change, 2 new versions, 5 unchanged, 1 only on the engine." */
export function sumLine(changes: readonly Change[]): string {
  const count = (action: Action) => changes.filter((change) => change.action === action).length;
  const words: readonly (readonly [number, string])[] = [
    [count('add'), 'to add'],
    [count('change'), 'to change'],
    [count('version'), count('version') === 1 ? 'new version' : 'new versions'],
    [count('refuse'), 'that cannot be done'],
    [count('same'), 'unchanged'],
    [count('alone'), 'only on the engine'],
  ];
  return `${words
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(', ')}.`;
}

/** Each fault with its file, field and reason. */
export const faultLines = (faults: readonly Fault[]): string[] =>
  faults.map(({ file, field, reason }) => `  ${file}: ${field === '' ? '' : `${field} `}${reason}`);
