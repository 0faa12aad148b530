/** What must be done so that an engine has what the files of a catalogue say. */
import type { CatalogueKind } from '../../api/catalogue/file-types';
import { differences, type Difference } from './compare';
import type { EngineState } from './engine';
import type { AnyKind, EngineThing, IdOf } from './kind';
import { kindNamed, kinds } from './kinds';
import type { CatalogueFile } from './read-folder';

/**
 * `add`: not there. `change`: in place. `version`: as a new version. `same`. `refuse`: it differs in what never changes. `alone`: only on the
 * engine, and left alone.
 */
export type Action = 'add' | 'change' | 'version' | 'same' | 'refuse' | 'alone';

export interface Change {
  readonly kind: CatalogueKind;
  readonly key: string;
  readonly action: Action;
  readonly differences: readonly Difference[];
  /** Null for what is only on the engine. */
  readonly file: CatalogueFile | null;
  /** Null for what is to be added. */
  readonly thing: EngineThing | null;
}

/** The version that a thing has now, if it has versions. */
export const versionOf = (thing: EngineThing | null): number | null => {
  const version = thing?.['current_version'];
  return typeof version === 'number' ? version : null;
};

/** Ids of what is there; what is still to be made is called by its name. */
const idsOf =
  (state: EngineState): IdOf =>
  (kind, key) =>
    state.get(kind)?.get(key)?.id ?? `the ${kind} ${key}`;

function changeOf(kind: AnyKind, file: CatalogueFile, thing: EngineThing | null, idOf: IdOf): Change {
  const { key } = file;
  if (thing === null) return { kind: kind.kind, key, action: 'add', differences: [], file, thing };
  const wanted = kind.wanted(file.content, idOf);
  const present = kind.present(thing, file.content);
  const fixed = differences(wanted.fixed, present.fixed);
  const open = differences(wanted.open, present.open);
  const found = { kind: kind.kind, key, file, thing };
  if (fixed.length > 0) return { ...found, action: 'refuse', differences: fixed };
  if (open.length === 0) return { ...found, action: 'same', differences: [] };
  return { ...found, action: kind.changes === 'new version' ? 'version' : 'change', differences: open };
}

/** The changes of all files in the order in which they are made, and after those of a kind what only the engine has of it. */
export function planChanges(files: readonly CatalogueFile[], state: EngineState): Change[] {
  const idOf = idsOf(state);
  return kinds.flatMap(({ kind }) => {
    const there = state.get(kind) ?? new Map<string, EngineThing>();
    const own = files.filter((file) => file.kind === kind);
    const changes = own.map((file) => changeOf(kindNamed(kind), file, there.get(file.key) ?? null, idOf));
    const alone = [...there]
      .filter(([key]) => !own.some((file) => file.key === key))
      .map(([key, thing]): Change => ({ kind, key, action: 'alone', differences: [], file: null, thing }));
    return [...changes, ...alone];
  });
}
