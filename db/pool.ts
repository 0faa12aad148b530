/**
 * Connections to Postgres. Each connection remembers the tenant it serves, so that row-level security costs a round trip only
 * when a connection changes hands.
 */
import { Pool, type PoolClient, type QueryResultRow } from 'pg';

/** The engine itself: key look-up, relay, webhooks before their tenant is known. */
export const allTenants = '*';

/** What a query file needs: named or plain SQL with parameters. */
export interface Queryable {
  query<R extends QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<R[]>;
}

/** SQL with a name is prepared once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface Database {
  /** One statement is one transaction. The same object for the same tenant, so that callers who come together can share a statement. */
  as(tenantId: string): Queryable;
  /** Runs several statements in one transaction; anything thrown rolls it back. */
  transaction<T>(tenantId: string, work: (db: Queryable) => Promise<T>): Promise<T>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** Tenants whose objects are kept; more begin anew, which costs nothing but a moment's sharing. */
const tenantsMax = 10_000;

const tenantOf = new WeakMap<PoolClient, string>();

async function claim(pool: Pool, tenantId: string): Promise<PoolClient> {
  const client = await pool.connect();
  if (tenantOf.get(client) === tenantId) return client;
  try {
    await client.query("select set_config('perennial.tenant', $1, false)", [tenantId]);
    tenantOf.set(client, tenantId);
    return client;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function queryableOn(client: PoolClient): Queryable {
  return {
    async query<R extends QueryResultRow>(statement: Statement, values: readonly unknown[]) {
      const result = await client.query<R>({ name: statement.name, text: statement.text, values: [...values] });
      return result.rows;
    },
  };
}

/** A connection whose state is unknown is thrown away, never handed to the next caller. */
async function rollBack(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}

/** Opens a pool. `onError` hears of idle connections that broke (a restarted server); the pool replaces them. */
export function openDatabase(options: { url: string; poolSizeMax: number; onError: (error: Error) => void }): Database {
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolSizeMax,
    // A stopped server must answer 503 within seconds, not hang a request.
    connectionTimeoutMillis: 4_000,
    // A transaction that outlives its caller would hold locks.
    idle_in_transaction_session_timeout: 30_000,
    // Every statement looks rows up by their keys, so one plan serves all values. Left to itself, Postgres plans the statements of a
    // cycle anew nearly every time, which costs it more than running them. A plan is made when a connection runs a statement first, perhaps
    // on a table that is nearly empty: one that walks through the table would be kept while the table grows.
    options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off',
  });
  pool.on('error', options.onError);
  pool.on('connect', (client) => client.on('error', options.onError));

  async function transaction<T>(tenantId: string, work: (db: Queryable) => Promise<T>): Promise<T> {
    const client = await claim(pool, tenantId);
    let sound = true;
    try {
      await client.query('begin');
      const result = await work(queryableOn(client));
      await client.query('commit');
      return result;
    } catch (error) {
      sound = await rollBack(client);
      throw error;
    } finally {
      client.release(!sound);
    }
  }

  async function once<R extends QueryResultRow>(
    tenantId: string,
    statement: Statement,
    values: readonly unknown[],
  ): Promise<R[]> {
    const client = await claim(pool, tenantId);
    try {
      return await queryableOn(client).query<R>(statement, values);
    } finally {
      client.release();
    }
  }

  const queryables = new Map<string, Queryable>();
  function as(tenantId: string): Queryable {
    const known = queryables.get(tenantId);
    if (known !== undefined) return known;
    if (queryables.size >= tenantsMax) queryables.clear();
    const queryable: Queryable = { query: (statement, values) => once(tenantId, statement, values) };
    queryables.set(tenantId, queryable);
    return queryable;
  }

  return {
    as,
    transaction,
    ping: () =>
      once(allTenants, { name: 'ping', text: 'select 1' }, []).then(
        () => true,
        () => false,
      ),
    close: () => pool.end(),
  };
}
