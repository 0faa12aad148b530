/** Remembers the newest entries, so that what was read once is not read again while it is looked at. Nothing in it must survive. */
export interface Memory<Value> {
  get(key: string): Value | null;
  set(key: string, value: Value): void;
}

/** A memory of at most so many entries; the oldest goes first. */
export function createMemory<Value>(entriesMax: number): Memory<Value> {
  const entries = new Map<string, Value>();
  return {
    get: (key) => entries.get(key) ?? null,
    set: (key, value) => {
      entries.set(key, value);
      const oldest = entries.keys().next();
      if (entries.size > entriesMax && oldest.done !== true) entries.delete(oldest.value);
    },
  };
}
