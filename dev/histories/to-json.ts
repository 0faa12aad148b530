/**
 * A history as plain JSON that a replay takes as it is: whole numbers as numbers, bytes as base64. (The SDK's own `historyToJSON` and
 * `historyFromJSON` refuse every history where npm installs its parts with several copies of protobufjs, as it does here.)
 */

interface WholeNumber {
  readonly low: number;
  readonly high: number;
  toNumber(): number;
}

const isWholeNumber = (value: unknown): value is WholeNumber =>
  typeof value === 'object' && value !== null && 'low' in value && 'high' in value && 'toNumber' in value;

/** @throws RangeError for a number that JSON cannot carry exactly. */
function exact(value: WholeNumber): number {
  const number = value.toNumber();
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`${number} does not fit into JSON`);
}

/** Say something of the machine that recorded, and nothing to a replay. */
const leftOut = new Set(['identity', 'stackTrace']);

/** Any part of a history; what is unset is left out. */
function plain(value: unknown): unknown {
  if (isWholeNumber(value)) return exact(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name, inner]) => inner != null && !leftOut.has(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}

/** The JSON text of a recorded run. */
export function recordedRun(workflowId: string, history: object): string {
  return JSON.stringify({ workflowId, history: plain(history) });
}
