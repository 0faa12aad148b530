/** Ids in Stripe's form: a prefix and 24 letters and digits. */
import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 24;

/** Bytes are drawn in blocks, since a draw costs the same for 24 bytes and for some thousand. */
const BLOCK_LENGTH = 6_144;
let block = randomBytes(BLOCK_LENGTH);
let used = 0;

/** A new id such as `pi_…`; `secret` uses the longer form of client secrets. */
export function newId(prefix: string, length = LENGTH): string {
  if (used + length > BLOCK_LENGTH) {
    block = randomBytes(BLOCK_LENGTH);
    used = 0;
  }
  let id = `${prefix}_`;
  for (let index = 0; index < length; index += 1) id += ALPHABET[(block[used + index] ?? 0) % ALPHABET.length];
  used += length;
  return id;
}
