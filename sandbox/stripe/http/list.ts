/** Stripe's lists: newest first, `limit` 1 to 100, cursors by id. */
import { invalidParameter, missingReference } from './failure';
import { integer, range, text, type Parsed } from './parameters';

export const listParameters = { limit: integer, starting_after: text, ending_before: text } as const;
export const createdRange = { created: range } as const;

type Page = Parsed<typeof listParameters>;
interface Listed {
  readonly id: string;
}

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

export interface List<T> {
  readonly object: 'list';
  readonly url: string;
  readonly has_more: boolean;
  readonly data: readonly T[];
}

/** One page of objects that are given newest first. Throws a `Failure` for a limit out of bounds or an unknown cursor. */
export function listPage<T extends Listed>(url: string, newestFirst: readonly T[], page: Page): List<T> {
  const limit = page.limit ?? LIMIT_DEFAULT;
  if (limit < 1 || limit > LIMIT_MAX) {
    throw invalidParameter('parameter_invalid_integer', 'limit', `Invalid limit: must be between 1 and ${LIMIT_MAX}`);
  }
  if (page.ending_before !== undefined) return pageBefore(url, newestFirst, page.ending_before, limit);
  const start = page.starting_after === undefined ? 0 : indexOf(newestFirst, page.starting_after, 'starting_after') + 1;
  const data = newestFirst.slice(start, start + limit);
  return { object: 'list', url, has_more: start + data.length < newestFirst.length, data };
}

function pageBefore<T extends Listed>(url: string, newestFirst: readonly T[], cursor: string, limit: number): List<T> {
  const end = indexOf(newestFirst, cursor, 'ending_before');
  const start = Math.max(0, end - limit);
  return { object: 'list', url, has_more: start > 0, data: newestFirst.slice(start, end) };
}

function indexOf(objects: readonly Listed[], id: string, param: string): number {
  const index = objects.findIndex((object) => object.id === id);
  if (index < 0) throw missingReference('object', id, param);
  return index;
}

/** Whether an instant (epoch seconds) lies in the range of a list's filter. */
export function isWithin(instant: number, bounds: Parsed<typeof createdRange>['created']): boolean {
  if (bounds === undefined) return true;
  const { gt, gte, lt, lte } = bounds;
  const isAfterStart = (gt === undefined || instant > gt) && (gte === undefined || instant >= gte);
  return isAfterStart && (lt === undefined || instant < lt) && (lte === undefined || instant <= lte);
}
