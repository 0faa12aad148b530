/** Which unspent inputs a transaction spends: the largest first, so that few are needed; none twice. */
import { addUnits, compareUnits, type Units } from './units';

export interface SpendableInput {
  readonly id: string;
  readonly amount: Units;
}

/**
 * Inputs that cover an amount, or null when those that nobody reserved are too few.
 * @param needed the amount with the most that the network may take
 */
export function chooseInputs(
  inputs: readonly SpendableInput[],
  reserved: ReadonlySet<string>,
  needed: Units,
): readonly string[] | null {
  const free = inputs.filter(({ id }) => !reserved.has(id));
  const largestFirst = [...free].sort((left, right) => compareUnits(right.amount, left.amount));
  const chosen: string[] = [];
  let held: Units = '0';
  for (const { id, amount } of largestFirst) {
    if (compareUnits(held, needed) >= 0) break;
    chosen.push(id);
    held = addUnits(held, amount);
  }
  return compareUnits(held, needed) >= 0 ? chosen : null;
}
