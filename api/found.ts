/** What a request names must exist, and be the tenant's own: both wrongs answer alike. */
import { fail } from '../domain/errors';

/**
 * The row, or 404.
 * @throws PerennialError `not_found`.
 */
export function foundOr404<T>(row: T | null, resource: string, id: string): T {
  return row ?? fail('not_found', { resource, id: id.slice(0, 100) });
}

/**
 * The row that a field of the body names, or 422 on that field.
 * @throws PerennialError `validation_failed`.
 */
export function foundOr422<T>(row: T | null, path: string, thing: string): T {
  return row ?? fail('validation_failed', {}, { fields: [{ path, message: `is not a ${thing} of this tenant` }] });
}
