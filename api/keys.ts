/** API keys: `pk_test_…` or `pk_live_…` and 32 bytes in base62. The engine keeps a hash; the key is shown once. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { TenantMode } from '../db/queries/tenants';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 is the first power of 62 above 2^256. */
const secretLength = 43;
/** Enough to tell keys apart in a list, far too little to guess the rest. */
const prefixSecretLength = 6;

function base62(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let digit = 0; digit < secretLength; digit += 1) {
    text = `${alphabet[Number(value % 62n)]}${text}`;
    value /= 62n;
  }
  return text;
}

/**
 * The API key that follows from a secret of the engine and what names the request. A repetition of the request shows the same key
 * although it is stored nowhere; without the secret it is as good as 32 random bytes.
 */
export function deriveApiKey(secret: string, mode: TenantMode, seed: string): string {
  return `pk_${mode}_${base62(createHmac('sha256', secret).update(`api-key:${mode}:${seed}`).digest())}`;
}

/** The beginning of a key by which people recognize it. */
export function prefixOfKey(key: string): string {
  return key.slice(0, 'pk_test_'.length + prefixSecretLength);
}

/** SHA-256 is enough: a key has 256 bits of its own, so there is nothing to guess slowly. */
export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Compares two secrets in a time that does not depend on where they differ. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(hashOfKey(left), hashOfKey(right));
}
