/** What differs between what a file wants and what the engine has. */

export interface Difference {
  /** Dotted; empty for the whole. */
  readonly path: string;
  readonly wanted: unknown;
  readonly present: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Left out, null and an empty list or object all say: nothing. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;
}

const below = (path: string, name: string | number): string => (path === '' ? String(name) : `${path}.${name}`);

/**
 * What the engine has, without what it filled in by itself: fields of which the file says nothing and that have their default.
 */
export function sayingNothing(present: Fields, wanted: Fields, defaults: Fields): Fields {
  const entries = Object.entries(present).filter(
    ([name, value]) => !isNothing(wanted[name]) || differences(defaults[name], value).length > 0,
  );
  return Object.fromEntries(entries);
}

/** The fields that differ; empty when both say the same. */
export function differences(wanted: unknown, present: unknown, path = ''): Difference[] {
  if (isNothing(wanted) && isNothing(present)) return [];
  if (isNothing(wanted) || isNothing(present)) return [{ path, wanted, present }];
  if (isFields(wanted) && isFields(present)) {
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(present)])];
    return names.flatMap((name) => differences(wanted[name], present[name], below(path, name)));
  }
  if (Array.isArray(wanted) && Array.isArray(present)) {
    const length = Math.max(wanted.length, present.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      differences(wanted[index], present[index], below(path, index)),
    );
  }
  return wanted === present ? [] : [{ path, wanted, present }];
}
