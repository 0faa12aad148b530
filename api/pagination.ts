/** Cursor pages: newest first, by id. */
import { z } from '@hono/zod-openapi';
import type { ZodType } from 'zod';
import type { Page, PageRequest } from '../db/queries/page';
import { fail } from '../domain/errors';

const limitMax = 100;
const limitDefault = 20;

const cursor = z.string().min(1).max(100);

/** The query parameters of every list. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(limitMax).default(limitDefault).openapi({ example: limitDefault }),
  starting_after: cursor.optional().openapi({ description: 'Only what is older than this id.' }),
  ending_before: cursor.optional().openapi({ description: 'Only what is newer than this id.' }),
};

interface PageQuery {
  readonly limit: number;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
}

/**
 * The part of a list that a query asks for.
 * @throws PerennialError `validation_failed` when it names both directions.
 */
export function pageOf(query: PageQuery): PageRequest {
  const { limit, starting_after: startingAfter = null, ending_before: endingBefore = null } = query;
  if (startingAfter !== null && endingBefore !== null) {
    fail(
      'validation_failed',
      {},
      { fields: [{ path: 'ending_before', message: 'must not stand beside starting_after' }] },
    );
  }
  return { limit, startingAfter, endingBefore };
}

/** The answer of a list. */
export const pageAnswer = <S extends ZodType>(resource: S) =>
  z.object({ data: z.array(resource), has_more: z.boolean() });

/** A page as it leaves. */
export function wirePage<T, W>(page: Page<T>, present: (item: T) => W): { data: W[]; has_more: boolean } {
  return { data: page.data.map(present), has_more: page.hasMore };
}

/** The parameter `expand[]`: names of what is put in place of ids. */
export const expandField = <const Names extends readonly [string, ...string[]]>(names: Names) => ({
  'expand[]': z
    .preprocess(
      (value) => (value === undefined || Array.isArray(value) ? value : [value]),
      z.array(z.enum(names)).optional(),
    )
    .openapi({ type: 'array', items: { type: 'string', enum: [...names] }, example: [names[0]] }),
});
