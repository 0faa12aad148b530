/** How far each chain was searched. */
import type { Queryable, Statement } from '../pool';
import { firstOf, instantOrNull } from './row-values';

export interface ChainCursor {
  readonly chain: string;
  readonly cursor: string | null;
  readonly height: number;
  readonly finalHeight: number;
  readonly headAt: number | null;
  readonly scannedAt: number;
  readonly fault: string | null;
}

interface Row {
  [column: string]: unknown;
  chain: string;
  cursor: string | null;
  height: string;
  final_height: string;
  head_at: Date | null;
  scanned_at: Date;
  fault: string | null;
}

const fromRow = (row: Row): ChainCursor => ({
  chain: row.chain,
  cursor: row.cursor,
  height: Number(row.height),
  finalHeight: Number(row.final_height),
  headAt: instantOrNull(row.head_at),
  scannedAt: row.scanned_at.getTime(),
  fault: row.fault,
});

const all: Statement = { name: 'chain_cursors_all', text: `select * from chain_cursors order by chain` };
const byChain: Statement = { name: 'chain_cursors_by_chain', text: `select * from chain_cursors where chain = $1` };
const put: Statement = {
  name: 'chain_cursors_put',
  text: `insert into chain_cursors (chain, cursor, height, final_height, head_at, fault) values ($1, $2, $3, $4, $5, null)
    on conflict (chain) do update set cursor = excluded.cursor, height = excluded.height, final_height = excluded.final_height,
      head_at = excluded.head_at, scanned_at = now(), fault = null`,
};
const fault: Statement = {
  name: 'chain_cursors_fault',
  text: `insert into chain_cursors (chain, fault) values ($1, $2) on conflict (chain) do update set fault = excluded.fault`,
};

/** The cursors of all chains that were ever searched. */
export async function listChainCursors(db: Queryable): Promise<ChainCursor[]> {
  return (await db.query<Row>(all, [])).map(fromRow);
}

/** The cursor of a chain, or null before its first search. */
export async function findChainCursor(db: Queryable, chain: string): Promise<ChainCursor | null> {
  return firstOf((await db.query<Row>(byChain, [chain])).map(fromRow));
}

/** Moves a cursor after a search that went well. */
export async function putChainCursor(
  db: Queryable,
  { chain, cursor, height, finalHeight, headAt }: Omit<ChainCursor, 'scannedAt' | 'fault'>,
): Promise<void> {
  await db.query(put, [chain, cursor, height, finalHeight, headAt === null ? null : new Date(headAt)]);
}

/** Notes why a search failed; the cursor stays. */
export async function noteChainFault(db: Queryable, chain: string, reason: string): Promise<void> {
  await db.query(fault, [chain, reason]);
}
