/**
 * What Postgres says when it refuses, in words.
 */

const codeOf = (error: unknown): string | null => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : null;
};

/** The same fact is recorded already (23505, unique_violation). */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** Another invoice is being tried with the same payment method right now. */
export function isMethodBusy(error: unknown): boolean {
  return isDuplicate(error) && (error as { constraint?: unknown }).constraint === 'payments_one_try';
}

/** There is no partition for a row (23514, check_violation): retention dropped it, or nobody has made it yet. */
export function isPartitionMissing(error: unknown): boolean {
  return codeOf(error) === '23514' && error instanceof Error && error.message.startsWith('no partition of relation');
}

/** Something moved between reading and writing (40001, serialization_failure; 40P01, deadlock_detected): read again. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/** What a caller throws who finds by itself that something moved: it is read again as after a refusal of Postgres. */
export function movedMeanwhile(what: string): Error {
  return Object.assign(new Error(`${what} moved meanwhile`), { code: '40001' });
}

/** Postgres is stopped, starting, or out of reach. */
export function isDatabaseDown(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (code.startsWith('08') || code.startsWith('57P') || code === '53300') return true;
  if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'ENOENT'].includes(code)) return true;
  const message = error instanceof Error ? error.message : '';
  return /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/.test(
    message,
  );
}
