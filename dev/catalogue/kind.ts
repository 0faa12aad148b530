/** What the program knows of one kind of thing in a catalogue. One file per kind, one line in the registry. */
import type { CatalogueKind, FileOf } from '../../api/catalogue/file-types';
import type { FieldError } from '../../domain/errors';

/** A thing that the engine answers with. */
export type EngineThing = Readonly<Record<string, unknown>> & { readonly id: string };

/** A thing that a file names by its code. */
export interface Reference {
  readonly kind: CatalogueKind;
  readonly key: string;
  /** The field that names it. */
  readonly field: string;
}

/** The engine's id of a thing. */
export type IdOf = (kind: CatalogueKind, key: string) => string;

/** A thing as far as files speak of it. */
export interface Content {
  /** What can never change of it. */
  readonly fixed: object;
  /** What changes in place or by a new version. */
  readonly open: object;
}

/** Parts of a thing, such as the codes of a coupon; those that a file names and the engine has stand under their path. */
export interface PartsOf<File> {
  /** Below the thing. */
  readonly path: string;
  /** The field of a part that names it. */
  readonly identity: string;
  of(file: File): readonly string[];
  /** The request that makes one. */
  body(part: string): object;
}

export interface KindOf<Kind extends CatalogueKind> {
  readonly kind: Kind;
  /** The folder of its files. */
  readonly folder: string;
  /** Its path in the API. */
  readonly path: string;
  /** The field that names it, in files and in answers. */
  readonly identity: 'code' | 'key';
  /** How the open part changes: PATCH, or POST to …/versions, or by adding parts that miss; or it has no open part. */
  readonly changes: 'in place' | 'new version' | 'by parts' | 'never';
  /** Things of its own that hang below it, made one by one. */
  readonly parts?: PartsOf<FileOf<Kind>>;
  /** What is wrong beyond the shape, by the engine's own rules. */
  faults(file: FileOf<Kind>): readonly FieldError[];
  references(file: FileOf<Kind>): readonly Reference[];
  /** What requests say to make it; their fields together create it, the open ones change it. */
  body(file: FileOf<Kind>, idOf: IdOf): Content;
  /** What the file wants, in the words of answers. */
  wanted(file: FileOf<Kind>, idOf: IdOf): Content;
  /** What the engine has, as far as the file says anything of it. */
  present(thing: EngineThing, file: FileOf<Kind>): Content;
}

/** A kind among others: whoever holds it passes on only files of that kind. */
export type AnyKind = KindOf<CatalogueKind>;
