/**
 * The key of a usage event: what makes it the same event when it comes again. The same hash as `idFromFacts('ue', …)` makes, by the
 * platform's SHA-256, since it is computed for each event that comes in.
 */
import { hash } from 'node:crypto';

/** The variant of RFC 9562 in the upper two bits of a hexadecimal digit. */
const variants: Readonly<Record<string, string>> = Object.fromEntries(
  [...'0123456789abcdef'].map((digit, value) => [digit, ((value & 0x3) | 0x8).toString(16)]),
);

/** The key as 32 hexadecimal digits, a UUIDv8. */
export function usageKey(tenantId: string, source: string, eventId: string): string {
  const hex = hash('sha256', JSON.stringify(['ue', tenantId, source, eventId]), 'hex');
  return `${hex.slice(0, 12)}8${hex.slice(13, 16)}${variants[hex[16] as string]}${hex.slice(17, 32)}`;
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** 128 bits in base32, 5 bits a letter, the first letter with the 3 bits that are left (TypeID 0.3). */
function base32(hex: string): string {
  // Two bits in front make 130, which is 26 letters: 20 bits are 5 digits and 4 letters.
  let text = '';
  let held = parseInt(hex.slice(0, 2), 16);
  text += alphabet[held >> 5];
  text += alphabet[held & 31];
  for (let at = 2; at < 32; at += 5) {
    held = parseInt(hex.slice(at, at + 5), 16);
    text += alphabet[held >> 15];
    text += alphabet[(held >> 10) & 31];
    text += alphabet[(held >> 5) & 31];
    text += alphabet[held & 31];
  }
  return text;
}

/** The id of the event with a key: `ue_…`. */
export function usageEventId(key: string): string {
  return `ue_${base32(key)}`;
}

/** The same of a key as Postgres writes it, with hyphens. */
export const idOfStoredKey = (key: string): string => usageEventId(key.replaceAll('-', ''));

/** The key that an id is made of, or null when it is no id of a usage event. */
export function keyOfUsageEventId(id: string): string | null {
  if (!/^ue_[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(id)) return null;
  let value = 0n;
  for (const letter of id.slice(3)) value = value * 32n + BigInt(alphabet.indexOf(letter));
  return value.toString(16).padStart(32, '0');
}
