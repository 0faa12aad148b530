/**
 * The steady cycle issues an invoice and collects it at once, in the same process: what collecting needs was read a moment ago. It is
 * handed over here instead of being read again. Nothing depends on it: whoever finds nothing reads the database, and every write
 * still insists on what it expects.
 */
import type { CollectionFacts } from '../db/transactions/collection-facts';
import type { Database } from '../db/pool';

/** A bound local activity follows within milliseconds; facts that are older are read anew. */
const freshMsMax = 2_000;
/** More than the cycles that one process has in work at once; the rest reads anew. */
const invoicesMax = 1_000;

interface Foreseen {
  readonly facts: CollectionFacts;
  /** The number of the fact that issued the invoice: once another one follows, these facts are past. */
  readonly seq: number;
  readonly at: number;
}

const foreseen = new WeakMap<Database, Map<string, Foreseen>>();

function entriesOf(database: Database): Map<string, Foreseen> {
  const entries = foreseen.get(database) ?? new Map<string, Foreseen>();
  foreseen.set(database, entries);
  return entries;
}

/** Keeps the facts of an invoice that was issued just now, by the fact of this number. */
export function foreseeCollection(database: Database, seq: number, facts: CollectionFacts): void {
  const entries = entriesOf(database);
  if (entries.size >= invoicesMax) entries.clear();
  entries.set(facts.invoice.id, { facts, seq, at: performance.now() });
}

/** Hands them out once, while they are fresh and nothing else happened to the subscription; null otherwise. */
export function foreseenCollection(database: Database, seq: number, invoiceId: string): CollectionFacts | null {
  const entries = entriesOf(database);
  const found = entries.get(invoiceId);
  if (found === undefined) return null;
  entries.delete(invoiceId);
  return found.seq === seq && performance.now() - found.at <= freshMsMax ? found.facts : null;
}
