/** Randomness that a seed gives again: mulberry32 (Tommy Ettinger, public domain), which is small and passes gjrand. */

export interface Random {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
  /** True in so many of a hundred cases. */
  percent(chance: number): boolean;
  /** One of the entries, the heavier the likelier. */
  weighted<T extends { readonly weight: number }>(list: readonly T[]): T;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(fraction() * bound);
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[below(list.length)];
    if (chosen === undefined) throw new Error('There is nothing to pick from.');
    return chosen;
  };
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    pick,
    percent: (chance) => below(100) < chance,
    weighted: (list) => {
      let rest = below(list.reduce((sum, { weight }) => sum + weight, 0));
      for (const entry of list) {
        rest -= entry.weight;
        if (rest < 0) return entry;
      }
      return pick(list);
    },
  };
}
