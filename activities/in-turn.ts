/**
 * Work of one process that would only get in its own way is done one after the other. Nothing depends on it: other processes are kept
 * apart by the database.
 */
import type { Database } from '../db/pool';

const lines = new WeakMap<Database, Map<string, Promise<unknown>>>();

/** Does the work once all that came before it under the same name is over, in whatever way. */
export async function inTurn<T>(database: Database, name: string, work: () => Promise<T>): Promise<T> {
  const line = lines.get(database) ?? new Map<string, Promise<unknown>>();
  lines.set(database, line);
  const before = line.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  line.set(name, mine);
  try {
    return await mine;
  } finally {
    if (line.get(name) === mine) line.delete(name);
  }
}
