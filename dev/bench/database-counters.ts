/**
 * What the engine did to its database, from Postgres' own counters.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

export interface DatabaseCounters {
  /** Every transaction counts, also one that only reads. */
  readonly commits: number;
  /** Rows inserted, updated or deleted, per table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** A backend that goes idle within a second of its last report tells its counts ten seconds later (PGSTAT_IDLE_INTERVAL). */
const reportMs = 11_000;

/** Reads the counters once every backend has told its own: call it while the engine is quiet. */
export async function readCounters(adminUrl: string): Promise<DatabaseCounters> {
  await pause(reportMs);
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const commits = await client.query<{ commits: number }>(
      'select xact_commit::integer as commits from pg_stat_database where datname = current_database()',
    );
    const rows = await client.query<{ name: string; written: number }>(
      'select relname as name, (n_tup_ins + n_tup_upd + n_tup_del)::integer as written from pg_stat_user_tables order by relname',
    );
    return {
      commits: commits.rows[0]?.commits ?? 0,
      rows: Object.fromEntries(rows.rows.map(({ name, written }) => [name, written])),
    };
  } finally {
    await client.end();
  }
}

/** The difference, without tables that did not change. */
export function countersBetween(before: DatabaseCounters, after: DatabaseCounters): DatabaseCounters {
  const rows = Object.entries(after.rows).map(([name, written]) => [name, written - (before.rows[name] ?? 0)] as const);
  return {
    commits: after.commits - before.commits,
    rows: Object.fromEntries(rows.filter(([, written]) => written > 0)),
  };
}

/** Runs one query as the owner. */
export async function ask<R extends object>(
  adminUrl: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    return (await client.query<R>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
