/** What TON can do. Proven on the real virtual machine; the network around it (blocks, endpoint) was a double of ours. */
import type { ChainCapabilities } from '../port';

/** Wallet V5 sends as many messages by one signature: the machine takes no more actions in one transaction. Tried at this size. */
export const PAYOUTS_MAX = 255;

export const tonCapabilities: ChainCapabilities = {
  family: 'ton',
  provenAgainst: 'machine',
  tie: 'comment',
  finality: 'inclusion',
  reorgs: false,
  ordering: 'one_at_a_time',
  expires: true,
  replacement: 'after_expiry',
  payoutsMax: PAYOUTS_MAX,
};
