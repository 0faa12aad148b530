/** Metadata: at most 50 keys of 40 characters with values of 500; an empty value removes the key, an empty metadata removes all. */
import { invalidParameter } from './failure';
import type { Field } from './parameters';

const KEYS_MAX = 50;
const KEY_LENGTH_MAX = 40;
const VALUE_LENGTH_MAX = 500;

export type MetadataChange = Readonly<Record<string, string>> | null;

export const metadata: Field<MetadataChange> = {
  required: false,
  read: (value, path) => {
    if (value === '') return null;
    if (typeof value === 'string') throw invalidParameter(null, path, 'Invalid metadata: must be a hash');
    const entries = Object.entries(value as Record<string, unknown>);
    for (const [key, entry] of entries) checkEntry(key, entry, path);
    return Object.fromEntries(entries) as Record<string, string>;
  },
};

function checkEntry(key: string, entry: unknown, path: string): void {
  const name = `${path}[${key}]`;
  if (typeof entry !== 'string') throw invalidParameter(null, name, 'Metadata values must be strings');
  if (key.length > KEY_LENGTH_MAX) {
    throw invalidParameter(null, name, `Metadata keys can have up to ${KEY_LENGTH_MAX} characters`);
  }
  if (entry.length > VALUE_LENGTH_MAX) {
    throw invalidParameter(null, name, `Metadata values can have up to ${VALUE_LENGTH_MAX} characters`);
  }
}

/** The metadata after a change; an absent change leaves it. */
export function changedMetadata(
  present: Readonly<Record<string, string>>,
  change: MetadataChange | undefined,
): Record<string, string> {
  if (change === undefined) return { ...present };
  if (change === null) return {};
  const merged = Object.entries({ ...present, ...change }).filter(([, value]) => value !== '');
  if (merged.length > KEYS_MAX) {
    throw invalidParameter(null, 'metadata', `Metadata can have up to ${KEYS_MAX} keys`);
  }
  return Object.fromEntries(merged);
}
