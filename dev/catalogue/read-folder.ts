/** Reads the files of a catalogue and says everything that is wrong with them, by file and field. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileTypes, type CatalogueKind, type FileOf } from '../../api/catalogue/file-types';
import type { AnyKind, Reference } from './kind';
import { kinds } from './kinds';

export interface CatalogueFile {
  readonly kind: CatalogueKind;
  /** Below the folder of the catalogue, such as `plans/pro.json`. */
  readonly path: string;
  /** The code or key of the thing. */
  readonly key: string;
  readonly content: FileOf<CatalogueKind>;
}

export interface Fault {
  readonly file: string;
  /** Dotted; empty for the whole file. */
  readonly field: string;
  readonly reason: string;
}

export interface Folder {
  readonly files: readonly CatalogueFile[];
  readonly faults: readonly Fault[];
}

const whole = (file: string, reason: string): Folder => ({ files: [], faults: [{ file, field: '', reason }] });

function parsed(text: string): { readonly value: unknown } | { readonly reason: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { reason: `is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The faults of the shape, unknown fields by their own name. */
function shapeFaults(
  file: string,
  issues: readonly { path: PropertyKey[]; message: string; keys?: string[] }[],
): Fault[] {
  return issues.flatMap((issue) => {
    const at = issue.path.map(String);
    const keys = issue.keys ?? [];
    if (keys.length > 0) return keys.map((key) => ({ file, field: [...at, key].join('.'), reason: 'is not known' }));
    return [{ file, field: at.join('.'), reason: issue.message }];
  });
}

function identityOf({ identity }: AnyKind, content: object): string {
  return String((content as Readonly<Record<string, unknown>>)[identity]);
}

function readFile(kind: AnyKind, root: string, name: string): Folder {
  const file = `${kind.folder}/${name}`;
  if (!name.endsWith('.json')) return whole(file, 'is no .json file');
  const json = parsed(readFileSync(path.join(root, file), 'utf8'));
  if ('reason' in json) return whole(file, json.reason);
  const checked = fileTypes[kind.kind].safeParse(json.value);
  if (!checked.success) return { files: [], faults: shapeFaults(file, checked.error.issues) };
  const content: FileOf<CatalogueKind> = checked.data;
  const key = identityOf(kind, content);
  const faults = kind.faults(content).map(({ path: field, message }) => ({ file, field, reason: message }));
  // A name of its own makes a thing easy to find, and two files for one thing impossible.
  if (name !== `${key}.json`)
    faults.push({ file, field: kind.identity, reason: `must be the name of the file, or the file be ${key}.json` });
  return { files: [{ kind: kind.kind, path: file, key, content }], faults };
}

const join = (parts: readonly Folder[]): Folder => ({
  files: parts.flatMap(({ files }) => files),
  faults: parts.flatMap(({ faults }) => faults),
});

const foldersIn = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

const isFolder = (root: string): boolean => statSync(root, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Reads a catalogue: one folder per kind, one file per thing. */
export function readFolder(root: string): Folder {
  if (!isFolder(root)) return whole(root, 'is no folder');
  const present = foldersIn(root);
  const known = kinds.map(({ folder }) => folder);
  const strange = present
    .filter((name) => !known.includes(name))
    .map((name) => whole(name, `is none of the folders ${known.join(', ')}`));
  const read = kinds
    .filter(({ folder }) => present.includes(folder))
    .flatMap((kind) =>
      readdirSync(path.join(root, kind.folder))
        .sort()
        .map((name) => readFile(kind, root, name)),
    );
  const folder = join([...strange, ...read]);
  return folder.files.length + folder.faults.length === 0 ? whole(root, 'has no files of a catalogue') : folder;
}

/** The faults of references to things that neither the catalogue nor the engine has. */
export function referenceFaults(files: readonly CatalogueFile[], isKnown: (reference: Reference) => boolean): Fault[] {
  const own = new Set(files.map(({ kind, key }) => `${kind} ${key}`));
  return files.flatMap((file) => {
    const kind = kinds.find((one) => one.kind === file.kind);
    return (kind?.references(file.content) ?? [])
      .filter((reference) => !own.has(`${reference.kind} ${reference.key}`) && !isKnown(reference))
      .map(({ kind: named, key, field }) => ({
        file: file.path,
        field,
        reason: `names the ${named} ${key}, which neither this catalogue nor the engine has`,
      }));
  });
}
