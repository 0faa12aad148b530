/** What chains of the Cosmos SDK can do. Proven against a double of ours only: unverified against a live node. */
import type { ChainCapabilities } from '../port';

/** Messages in one transaction. Blocks would take more; this keeps one far below their gas, whatever else is in them. */
export const PAYOUTS_MAX = 50;

export const cosmosCapabilities: ChainCapabilities = {
  family: 'cosmos',
  provenAgainst: 'double',
  tie: 'memo',
  finality: 'inclusion',
  reorgs: false,
  // A node takes a sequence only when all before it are in its mempool, so transactions that go out side by side would have to keep their order.
  ordering: 'one_at_a_time',
  expires: true,
  replacement: 'after_expiry',
  payoutsMax: PAYOUTS_MAX,
};
