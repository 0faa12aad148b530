/**
 * Idempotency keys by Stripe's rules: the answer is kept once execution began, whatever it was (a decline and a 500 too), and not when the
 * parameters were refused, the rate was exceeded or the key was in use. Source: Stripe, "Idempotent requests".
 */
import type { World } from '../state/world';
import { invalidParameter, keyInUse, keyReused } from './failure';

const KEY_LENGTH_MAX = 255;

export interface SavedAnswer {
  /** The key. */
  readonly id: string;
  /** What was asked: method, path and parameters. */
  readonly request: string;
  readonly requestId: string;
  readonly status: number;
  readonly body: string;
}

export interface IdempotencyKeys {
  /** The answer kept under this key, or null when the request may execute, after which `release` must be called. Throws a `Failure`. */
  claim(key: string, request: string): SavedAnswer | null;
  release(key: string): void;
  forget(): void;
}

export function createIdempotencyKeys(world: World): IdempotencyKeys {
  const inUse = new Map<string, string>();
  return {
    claim: (key, request) => {
      if (key.length > KEY_LENGTH_MAX) {
        throw invalidParameter(
          null,
          'idempotency_key',
          `Idempotency keys can have up to ${KEY_LENGTH_MAX} characters.`,
        );
      }
      const saved = world.savedAnswers.get(key);
      const known = saved?.request ?? inUse.get(key);
      if (known !== undefined && known !== request) throw keyReused(key);
      if (saved !== undefined) return saved;
      if (inUse.has(key)) throw keyInUse(key);
      inUse.set(key, request);
      return null;
    },
    release: (key) => inUse.delete(key),
    forget: () => world.savedAnswers.clear(),
  };
}

/** What a request asks, in one form whatever the order of its parameters. */
export function requestIdentity(method: string, path: string, encodedBody: string): string {
  const parameters = [...new URLSearchParams(encodedBody)].map(([name, value]) => `${name}=${value}`).sort();
  return `${method} ${path}?${parameters.join('&')}`;
}
