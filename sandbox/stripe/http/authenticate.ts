/** The API key of a request, as a bearer token or as the user name of basic authentication. */
import { Failure } from './failure';

const TEST_KEY = /^(sk|rk)_test_\w{4,}$/;
const SHOWN_LENGTH = 4;

const unauthorized = (message: string): Failure =>
  new Failure(401, { type: 'invalid_request_error', message }, { isValidation: true });

/** Throws 401 without a key, and for a key that is no secret key for test mode or not the one that is expected. */
export function checkApiKey(header: string | undefined, expected: string | null): void {
  const key = keyOf(header ?? '');
  if (key === '') {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    );
  }
  const isKnown = expected === null ? TEST_KEY.test(key) : key === expected;
  if (!isKnown) throw unauthorized(`Invalid API Key provided: ${masked(key)}`);
}

function keyOf(header: string): string {
  const [scheme = '', value = ''] = header.split(' ');
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '';
}

/** Stripe shows the kind of a key and its last characters. */
function masked(key: string): string {
  const kind = /^(sk|rk|pk)_(test|live)_/.exec(key)?.[0] ?? '';
  const hidden = Math.max(0, key.length - kind.length - SHOWN_LENGTH);
  return `${kind}${'*'.repeat(hidden)}${key.slice(kind.length + hidden)}`;
}
