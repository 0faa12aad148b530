/**
 * Whole base units of an asset as a decimal string: what chains count in, and what crosses workflows as JSON. Exact, of any size. Needs no
 * table of assets, so workflow code may compute with it.
 */

/** Such as "1000000"; never a JS number. */
export type Units = string;

/** The sum of a list. */
export function addUnits(...list: readonly Units[]): Units {
  return list.reduce((total, units) => total + BigInt(units), 0n).toString();
}

/** `left` less `right`; below zero when `right` is the greater one. */
export function subtractUnits(left: Units, right: Units): Units {
  return (BigInt(left) - BigInt(right)).toString();
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareUnits(left: Units, right: Units): -1 | 0 | 1 {
  const difference = BigInt(left) - BigInt(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** True for units above zero. */
export function arePositiveUnits(units: Units): boolean {
  return BigInt(units) > 0n;
}
