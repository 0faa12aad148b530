/** When something is final: by its value. Proof of work withdraws blocks with a chance that falls with each block upon them. */

/** Nicks in one NOCK. */
export const NICKS = 65_536n;

interface Tier {
  /** Nicks up to which it holds; null: without a limit. */
  readonly upTo: bigint | null;
  readonly depth: number;
}

/**
 * Blocks of 150 s. The bridge of the project waits for 400, and takes deposits from 100,000 NOCK on: so above that we do too. Wallets are
 * content with 100; small amounts, which nobody rents hash power for, with a quarter of an hour.
 */
const tiers: readonly Tier[] = [
  { upTo: 1_000n * NICKS, depth: 6 },
  { upTo: 100_000n * NICKS, depth: 100 },
  { upTo: null, depth: 400 },
];

/** Blocks upon an amount of nicks until it is final. */
export const depthOf = (nicks: bigint): number =>
  tiers.find(({ upTo }) => upTo === null || nicks <= upTo)?.depth ?? DEPTH_MAX;

export const DEPTH_MIN = Math.min(...tiers.map(({ depth }) => depth));
export const DEPTH_MAX = Math.max(...tiers.map(({ depth }) => depth));
