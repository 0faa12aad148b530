/**
 * The key of a usage event: what makes it the same event when it comes again. The same hash as `idFromFacts('ue', …)` makes, by the
 * platform's SHA-256, since it is computed for each event that comes in.
 */
import { createHash } from 'node:crypto';
import { idFromSeed } from '../domain/ids';

/** The key as 32 hexadecimal digits, a UUIDv8. */
export function usageKey(tenantId: string, source: string, eventId: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify(['ue', tenantId, source, eventId]))
    .digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x80; // version 8
  bytes[8] = (bytes[8]! & 0x3f) | 0x80; // the variant of RFC 9562
  return bytes.toString('hex', 0, 16);
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** 128 bits in base32, 5 bits a letter, the first letter with the 3 bits that are left (TypeID 0.3). */
function base32(hex: string): string {
  let text = '';
  let held = 0;
  let bits = 2;
  for (let at = 0; at < 32; at++) {
    held = (held << 4) | parseInt(hex[at] as string, 16);
    bits += 4;
    if (bits >= 5) {
      bits -= 5;
      text += alphabet[held >> bits];
      held &= (1 << bits) - 1;
    }
  }
  return text;
}

/** The id of the event with a key: `ue_…`. */
export function usageEventId(key: string): string {
  return `ue_${base32(key)}`;
}

const uuidOf = (hex: string): string => hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');

/** The id as the rest of the engine makes it from a UUID: `usageEventId` is the same, faster. */
export const idOfKey = (key: string): string => idFromSeed('ue', uuidOf(key.replaceAll('-', '')));

/** The key that an id is made of, or null when it is no id of a usage event. */
export function keyOfUsageEventId(id: string): string | null {
  if (!/^ue_[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(id)) return null;
  let value = 0n;
  for (const letter of id.slice(3)) value = value * 32n + BigInt(alphabet.indexOf(letter));
  return value.toString(16).padStart(32, '0');
}
