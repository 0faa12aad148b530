/** Arrays as Postgres reads them: for thousands of values, the driver's own general writer takes longer than the statement. */

const special = /["\\]/;

/** A `text[]` of texts that may be anything; null stays null. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map(quoted).join(',')}}`;
}

function quoted(value: string | null): string {
  if (value === null) return 'null';
  return `"${special.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`;
}

/** An array of values that need no quotes: numbers, truth values, UUIDs, decimals. */
export function plainArray(values: readonly (string | number | boolean)[]): string {
  return `{${values.join(',')}}`;
}
