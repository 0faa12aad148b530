/**
 * Pages of a table, newest id first. The statement holds only the filters that are asked for, so that the planner sees plain
 * conditions; each combination has its own name and is prepared once per connection.
 */
import type { QueryResultRow } from 'pg';
import type { Queryable, Statement } from '../pool';

/** Which part of a list: after an id (older) or before one (newer); never both. */
export interface PageRequest {
  readonly limit: number;
  readonly startingAfter: string | null;
  readonly endingBefore: string | null;
}

export interface Page<T> {
  readonly data: T[];
  readonly hasMore: boolean;
}

interface Listing<R extends QueryResultRow, T> {
  readonly name: string;
  readonly select: string;
  readonly from: string;
  /** The column that orders the list and that cursors name. */
  readonly id: string;
  /** The column that names the tenant. */
  readonly tenant: string;
  /** Filter names and the columns that they compare; else a condition, in which `{value}` stands for what is asked for. */
  readonly filters: Readonly<Record<string, string>>;
  readonly fromRow: (row: R) => T;
}

export type ListFilters = Readonly<Record<string, string | null | undefined>>;

export type PageReader<T> = (
  db: Queryable,
  tenantId: string,
  filters: ListFilters,
  page: PageRequest,
) => Promise<Page<T>>;

/** Makes the reader of a table's pages. */
export function pageReader<R extends QueryResultRow, T>(listing: Listing<R, T>): PageReader<T> {
  const statements = new Map<string, Statement>();
  return async (db, tenantId, filters, page) => {
    const used = Object.keys(listing.filters).filter((name) => typeof filters[name] === 'string');
    const direction = page.endingBefore !== null ? 'newer' : page.startingAfter !== null ? 'older' : 'first';
    const key = [listing.name, direction, ...used].join('_');
    const statement = statements.get(key) ?? buildStatement(listing, key, used, direction);
    statements.set(key, statement);
    const cursor = page.endingBefore ?? page.startingAfter;
    const values = [
      tenantId,
      page.limit + 1,
      ...used.map((name) => filters[name]),
      ...(cursor === null ? [] : [cursor]),
    ];
    const rows = (await db.query<R>(statement, values)).map(listing.fromRow);
    const data = rows.slice(0, page.limit);
    return { data: direction === 'newer' ? data.reverse() : data, hasMore: rows.length > page.limit };
  };
}

const conditionOf = (filter: string, value: string): string =>
  filter.includes('{value}') ? filter.replaceAll('{value}', value) : `${filter} = ${value}`;

type Direction = 'first' | 'older' | 'newer';

function buildStatement<R extends QueryResultRow, T>(
  listing: Listing<R, T>,
  name: string,
  used: readonly string[],
  direction: Direction,
): Statement {
  const conditions = [
    `${listing.tenant} = $1`,
    ...used.map((filter, index) => conditionOf(listing.filters[filter] ?? '', `$${index + 3}`)),
  ];
  if (direction !== 'first') conditions.push(`${listing.id} ${direction === 'older' ? '<' : '>'} $${used.length + 3}`);
  const order = direction === 'newer' ? 'asc' : 'desc';
  const text = `select ${listing.select} from ${listing.from} where ${conditions.join(' and ')} order by ${listing.id} ${order} limit $2`;
  return { name, text };
}
