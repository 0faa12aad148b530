/** Nockchain: one coin, notes that are spent whole, proof of work. Unverified against a live node; see docs/operating/chains.md and decision 0057. */
import type { ChainConnection } from '../connection';
import type { Chain, ChainCapabilities, DepositInstruction, DepositRequest } from '../port';
import type { Signer } from '../../signers/port';
import { assertCoin, coinOf } from './assets';
import { createBlockReader, headOf } from './blocks';
import { findDeposits, readDeposit } from './deposits';
import { createEndpoint } from './endpoint';
import { checkAddress, keyOf } from './keys';
import { nicksOf, notesOf } from './notes';
import { prepare } from './prepare';
import { sign } from './sign';
import { broadcast, standingOf } from './standing';

export const nockchainCapabilities: ChainCapabilities = {
  family: 'nockchain',
  provenAgainst: 'double',
  tie: 'address',
  finality: 'depth',
  reorgs: true,
  ordering: 'inputs',
  expires: false,
  replacement: 'spend_input',
  // Fees grow with words, so more in one transaction saves little; this many keep it small enough to build in some milliseconds.
  payoutsMax: 16,
};

/** One chain of the family. */
export function createNockchain(connection: ChainConnection): Chain {
  const endpoint = createEndpoint(connection);
  const blocks = createBlockReader(endpoint);
  const { id } = connection;
  return {
    id,
    coin: coinOf(id),
    capabilities: nockchainCapabilities,
    checkAddress,
    addressOf: async (signer) => (await keyOf(signer, 0)).address,
    depositInstruction: (request, signer) => instruct(connection, request, signer),
    head: async () => headOf(await blocks.tip()),
    findDeposits: (search) => {
      for (const { asset } of search.watched) assertCoin(id, asset);
      return findDeposits(blocks, search);
    },
    readDeposit: (deposit) => readDeposit(blocks, deposit),
    balanceOf: async (address, asset) => {
      assertCoin(id, asset);
      return nicksOf(await notesOf(endpoint, address)).toString();
    },
    readOrdering: async (address) => ({
      next: null,
      inputs: (await notesOf(endpoint, address)).map((note) => ({ id: note.id, amount: note.nicks.toString() })),
    }),
    prepare: (request) => prepare(endpoint, blocks, request),
    sign,
    broadcast: (signed) => broadcast(endpoint, signed),
    standingOf: (signed) => standingOf(endpoint, blocks, signed),
  };
}

/** A key of its own for each payment: child 0 is the main one, so index n is child n + 1. No URI: there is no standard. */
async function instruct(
  { id }: ChainConnection,
  { asset, amount, index }: DepositRequest,
  signer: Signer,
): Promise<DepositInstruction> {
  assertCoin(id, asset);
  const child = index + 1;
  const { address } = await keyOf(signer, child);
  return { asset, amount, address, tag: null, uri: null, watch: address, child };
}
