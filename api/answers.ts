/** The repeated parts of route descriptions. */
import { z } from '@hono/zod-openapi';
import type { ZodType } from 'zod';

/** A JSON body that must be there. */
export const jsonBody = <S extends ZodType>(schema: S) => ({
  body: { required: true, content: { 'application/json': { schema } } },
});

/** A JSON body that may be left out. */
export const optionalJsonBody = <S extends ZodType>(schema: S) => ({
  body: { required: false, content: { 'application/json': { schema } } },
});

/** A JSON answer. */
export const jsonAnswer = <S extends ZodType>(schema: S, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** The id in a path. */
export const idParameter = (example: string) => ({
  params: z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' }, example }) }),
});
