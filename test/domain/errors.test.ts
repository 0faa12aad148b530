import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ErrorCode,
  type ErrorDefinition,
  PerennialError,
  errorCatalogue,
  errorOfRefusal,
  fail,
  isErrorCode,
  isPerennialError,
  isRefusal,
  messageOf,
  refusal,
  statusOf,
} from '../../domain/errors';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

/** The rows of the document: code, status, whether to retry. */
function documented(): Map<string, { status: number; retry: string; text: string }> {
  const document = readFileSync(join(__dirname, '../../docs/errors.md'), 'utf8');
  const rows = [...document.matchAll(/^\| `(\w+)` +\| (\d{3}) +\| (yes|no) +\| (.+?) *\|$/gm)];
  expect(new Set(rows.map((row) => row[1])).size).toBe(rows.length);
  return new Map(
    rows.map(([, code, status, retry, text]) => [code!, { status: Number(status), retry: retry!, text: text! }]),
  );
}

describe('docs/errors.md', () => {
  test('explains each code of the catalogue, and no code that is not in it', () => {
    expect([...documented().keys()].sort()).toEqual([...codes].sort());
  });

  test('states the status and the use of a retry as the code does', () => {
    for (const [code, { status, retry, text }] of documented()) {
      expect({ code, status, retry }).toEqual({
        code,
        status: statusOf(code as ErrorCode),
        retry: errorCatalogue[code as ErrorCode].retryable ? 'yes' : 'no',
      });
      expect(text.length).toBeGreaterThan(20);
    }
  });
});

describe('the catalogue', () => {
  test('has codes in lower case with underscores and messages that are sentences', () => {
    for (const code of codes) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(errorCatalogue[code].message).toMatch(/^[A-Z{].*\.$/);
    }
  });

  test('answers with a client or server error, of the kind unless the code says otherwise', () => {
    for (const code of codes) expect(statusOf(code)).toBeGreaterThanOrEqual(400);
    const statuses = {
      validation_failed: 422,
      request_malformed: 400,
      unauthorized: 401,
      forbidden: 403,
      not_found: 404,
    };
    const more = {
      idempotency_key_reused: 422,
      idempotency_in_progress: 409,
      subscription_not_in_state: 409,
      rate_limited: 429,
    };
    const rest = {
      body_too_large: 413,
      temporal_unavailable: 503,
      internal: 500,
      link_expired: 410,
      webhook_signature_invalid: 400,
    };
    for (const [code, status] of Object.entries({ ...statuses, ...more, ...rest }))
      expect(statusOf(code as ErrorCode)).toBe(status);
  });

  test('calls outages retryable and faults of the request not', () => {
    for (const code of codes) {
      const { kind, retryable }: ErrorDefinition = errorCatalogue[code];
      if (kind === 'unavailable' || kind === 'rate_limited') expect([code, retryable]).toEqual([code, true]);
      if (kind === 'validation' || kind === 'not_found') expect([code, retryable]).toEqual([code, false]);
    }
  });

  test('knows its own codes and nothing that every object has', () => {
    expect(isErrorCode('internal')).toBe(true);
    for (const other of ['toString', '__proto__', 'no_such_code', 7, undefined]) expect(isErrorCode(other)).toBe(false);
  });
});

describe('an error', () => {
  test('fills its sentence from the context', () => {
    const error = new PerennialError('plan_version_not_found', { planId: 'plan_1', version: 3 });
    expect(error.message).toBe('Plan plan_1 has no version 3.');
    expect(messageOf('plan_not_found', {})).toBe('Plan {planId} does not exist.');
    expect(messageOf('plan_not_found', { planId: '$& {planId}' })).toBe('Plan $& {planId} does not exist.');
  });

  test('carries code, context, fields and cause', () => {
    const cause = new Error('below');
    const fields = [{ path: 'quantity', message: 'must be a whole number' }];
    try {
      fail('validation_failed', {}, { fields, cause });
    } catch (error) {
      expect(error).toMatchObject({ name: 'PerennialError', code: 'validation_failed', context: {}, fields, cause });
      expect(isPerennialError(error)).toBe(true);
    }
    expect.assertions(2);
  });

  test('of another realm is known by its name and code', () => {
    const twin = Object.assign(new Error('x'), { name: 'PerennialError', code: 'internal', context: {} });
    expect(isPerennialError(twin)).toBe(true);
    expect(isPerennialError(Object.assign(new Error('x'), { code: 'internal' }))).toBe(false);
    expect(isPerennialError(Object.assign(new Error('x'), { name: 'PerennialError', code: 'unheard_of' }))).toBe(false);
  });

  test('does not compile without the facts that its sentence needs', () => {
    const neverRun = (): void => {
      // @ts-expect-error planId is missing
      fail('plan_not_found');
      // @ts-expect-error planId is misspelt
      fail('plan_not_found', { plan: 'plan_1' });
      // @ts-expect-error the code does not exist
      fail('no_such_code');
      // @ts-expect-error a code without placeholders takes no facts
      fail('not_paused', { status: 'active' });
      fail('not_paused');
    };
    expect(neverRun).toBeInstanceOf(Function);
  });
});

describe('a refusal', () => {
  test('is plain JSON that survives a wire and can become the error', () => {
    const value = refusal('invoice_not_open', { invoiceId: 'inv_1', status: 'void' });
    const copy: unknown = JSON.parse(JSON.stringify(value));
    expect(copy).toEqual(value);
    expect(isRefusal(copy)).toBe(true);
    expect(errorOfRefusal(value)).toMatchObject({
      code: 'invoice_not_open',
      message: 'The invoice inv_1 is void, not open.',
    });
  });

  test('keeps what is wrong with single fields, on its way to the error too', () => {
    const fields = [{ path: 'quantity', message: 'must be a whole number' }];
    const value = refusal('validation_failed', {}, { fields });
    expect(value.fields).toEqual(fields);
    expect(errorOfRefusal(value).fields).toEqual(fields);
    expect(refusal('validation_failed')).not.toHaveProperty('fields');
    expect(errorOfRefusal(refusal('validation_failed')).fields).toBeUndefined();
  });

  test('is nothing else', () => {
    for (const other of [
      null,
      'refused',
      { kind: 'refused' },
      { kind: 'refused', code: 'nope', context: {} },
      { kind: 'declined', code: 'internal', context: {} },
    ]) {
      expect(isRefusal(other)).toBe(false);
    }
  });
});
