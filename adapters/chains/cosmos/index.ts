/** Chains of the Cosmos SDK, through CometBFT's JSON-RPC. Unverified against a live node. */
import type { ChainConnection } from '../connection';
import type { Chain } from '../port';
import { checkAddress } from './addresses';
import { broadcastTransaction } from './broadcast';
import { cosmosCapabilities } from './capabilities';
import { findDeposits, headOf, readDeposit } from './deposits';
import { addressOfSigner, instructionFor } from './instruction';
import { cosmosNetwork } from './network';
import { denomOf } from './networks';
import { prepareTransaction } from './prepare';
import { signTransaction } from './sign';
import { standingOf } from './standing';

/** The chain of a connection, such as `cosmos:cosmoshub-4`. @throws ChainRefusedRequest `unknown_chain`. */
export function createCosmosChain(connection: ChainConnection): Chain {
  const network = cosmosNetwork(connection);
  const { facts, endpoint } = network;
  return {
    id: facts.chain,
    coin: facts.coin,
    capabilities: cosmosCapabilities,
    checkAddress: (text) => checkAddress(facts, text),
    addressOf: (signer) => addressOfSigner(network, signer),
    depositInstruction: (request, signer) => instructionFor(network, request, signer),
    head: () => headOf(network),
    findDeposits: (search) => findDeposits(network, search),
    readDeposit: (deposit) => readDeposit(network, deposit),
    balanceOf: async (address, asset) => (await endpoint.balance(address, denomOf(facts, asset))).toString(),
    readOrdering: async (address) => ({ next: (await endpoint.account(address))?.sequence ?? 0, inputs: [] }),
    prepare: (request) => prepareTransaction(network, request),
    sign: (prepared, signer) => signTransaction(network, prepared, signer),
    broadcast: (signed) => broadcastTransaction(network, signed),
    standingOf: (signed) => standingOf(network, signed),
  };
}
