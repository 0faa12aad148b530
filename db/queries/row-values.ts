/** From the driver's values to the engine's: instants are epoch milliseconds. */

/** An instant that may be absent. */
export function instantOrNull(value: Date | null): number | null {
  return value === null ? null : value.getTime();
}

/** The first row, or null when there is none. */
export function firstOf<T>(rows: readonly T[]): T | null {
  return rows[0] ?? null;
}
