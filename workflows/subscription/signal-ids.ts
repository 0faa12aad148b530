/**
 * Names for commands that come without one: signals and updates typed by hand.
 *
 * A reset of the workflow (`temporal workflow reset`) sets the count of signals back and applies the ones that came later again, in
 * their order. They must get the names that they had, so that each is carried out once; hence no run id in the name. When the operator
 * leaves them out (`--reapply-exclude`), others take their places; hence the mark of the content.
 */
import type { SubscriptionState } from '../../domain/subscription/state';

/** FNV-1a with 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/): the sandbox has no crypto, and nobody profits from a collision. */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

function markOf(text: string): string {
  let hash = offsetBasis;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * The id of the next command without a name: its place in this subscription's life and a mark of what it says.
 * @returns the id and the state that has counted it
 */
export function nextSignalId(
  state: SubscriptionState,
  name: string,
  payload: unknown,
): { id: string; state: SubscriptionState } {
  const signals = state.signals + 1;
  return { id: `signal:${signals}:${markOf(`${name} ${JSON.stringify(payload)}`)}`, state: { ...state, signals } };
}
