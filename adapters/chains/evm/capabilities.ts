import type { ChainCapabilities } from '../port';

export const evmCapabilities: ChainCapabilities = {
  family: 'evm',
  provenAgainst: 'machine',
  tie: 'address',
  finality: 'tag',
  reorgs: true,
  ordering: 'counter',
  expires: false,
  replacement: 'same_number',
  // An account of keys alone sends one call at a time; a contract that fans out would be a part of the business, not of a chain.
  payoutsMax: 1,
};
