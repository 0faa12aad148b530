/**
 * Request parameters as data: each endpoint declares what it takes, and everything else is refused, as Stripe does. A declaration gives the type of
 * the parsed parameters too.
 */
import { invalidParameter } from './failure';
import type { FormObject, FormValue } from './form';

/** How one parameter is read from the form. */
export interface Field<T> {
  readonly required: boolean;
  /** The declarations of the members, for objects. */
  readonly members?: Shape;
  read(value: FormValue, path: string): T;
}
export type Shape = { readonly [name: string]: Field<unknown> };

interface Required<T> extends Field<T> {
  readonly required: true;
}

/** The type of the parameters that a shape reads. */
export type Parsed<S extends Shape> = {
  [K in keyof S as S[K] extends Required<unknown> ? K : never]: S[K] extends Field<infer T> ? T : never;
} & {
  [K in keyof S as S[K] extends Required<unknown> ? never : K]?: S[K] extends Field<infer T> ? T | undefined : never;
};

const field = <T>(read: (value: FormValue, path: string) => T): Field<T> => ({ required: false, read });

/** Makes a parameter one that must be given. */
export const required = <T>(optional: Field<T>): Required<T> => ({ ...optional, required: true });

const plain = (value: FormValue, path: string, kind: string): string => {
  if (typeof value === 'string') return value;
  throw invalidParameter(null, path, `Invalid ${kind}: ${JSON.stringify(value)}`);
};

const emptyRefused = (path: string): Error =>
  invalidParameter(
    'parameter_invalid_empty',
    path,
    `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`,
  );

/** A string that cannot be unset. */
export const text = field((value, path): string => {
  const given = plain(value, path, 'string');
  if (given === '') throw emptyRefused(path);
  return given;
});

/** A string that an empty one unsets. */
export const clearableText = field((value, path): string | null => {
  const given = plain(value, path, 'string');
  return given === '' ? null : given;
});

export const integer = field((value, path): number => {
  const given = plain(value, path, 'integer');
  if (!/^-?\d{1,15}$/.test(given)) {
    throw invalidParameter('parameter_invalid_integer', path, `Invalid integer: ${given}`);
  }
  return Number(given);
});

export const boolean = field((value, path): boolean => {
  const given = plain(value, path, 'boolean');
  if (given === 'true' || given === '1') return true;
  if (given === 'false' || given === '0') return false;
  throw invalidParameter(null, path, `Invalid boolean: ${given}`);
});

/** One of these words. */
export const oneOf = <const W extends string>(...words: readonly W[]): Field<W> =>
  field((value, path): W => {
    const given = plain(value, path, 'string');
    const word = words.find((candidate) => candidate === given);
    if (word !== undefined) return word;
    throw invalidParameter(null, path, `Invalid ${path}: must be one of ${words.join(', ')}`);
  });

export const listOf = <T>(item: Field<T>): Field<T[]> =>
  field((value, path): T[] => {
    if (Array.isArray(value)) return value.map((entry: FormValue, index) => item.read(entry, `${path}[${index}]`));
    if (value === '') return [];
    throw invalidParameter(null, path, `Invalid array`);
  });

/** An object with these members and no others. */
export const object = <const S extends Shape>(members: S): Field<Parsed<S>> & { readonly members: S } => ({
  required: false,
  members,
  read: (value, path): Parsed<S> => {
    if (typeof value === 'string' || Array.isArray(value)) throw invalidParameter(null, path, 'Invalid object');
    return readShape(members, value as FormObject, path);
  },
});

/** An object that an empty string unsets. */
export const clearableObject = <const S extends Shape>(members: S): Field<Parsed<S> | null> => {
  const given = object(members);
  return { ...given, read: (value, path): Parsed<S> | null => (value === '' ? null : given.read(value, path)) };
};

/** A moment or a range of them, for lists: `created=1`, `created[gte]=1`. */
export const range: Field<{ gt?: number; gte?: number; lt?: number; lte?: number }> = {
  required: false,
  members: { gt: integer, gte: integer, lt: integer, lte: integer },
  read: (value, path) => {
    if (typeof value !== 'string')
      return object({ gt: integer, gte: integer, lt: integer, lte: integer }).read(value, path) as { gt?: number };
    const instant = integer.read(value, path);
    return { gte: instant, lte: instant };
  },
};

/** Reads what the shape declares. Throws `parameter_unknown` and `parameter_missing`. */
export function readShape<S extends Shape>(shape: S, form: FormObject, path = ''): Parsed<S> {
  const parsed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(form)) {
    const member = path === '' ? name : `${path}[${name}]`;
    const declared = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (declared === undefined) {
      throw invalidParameter('parameter_unknown', member, `Received unknown parameter: ${member}`);
    }
    parsed[name] = declared.read(value, member);
  }
  for (const [name, declared] of Object.entries(shape)) {
    if (!declared.required || name in parsed) continue;
    const member = path === '' ? name : `${path}[${name}]`;
    throw invalidParameter('parameter_missing', member, `Missing required param: ${member}.`);
  }
  return parsed as Parsed<S>;
}
