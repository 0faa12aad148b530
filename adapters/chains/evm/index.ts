/**
 * EVM chains: the coin and ERC-20 tokens. Proven against anvil. A coin that a contract sends is found where the endpoint serves traces
 * (`inner-payments.ts`).
 */
import { getAddress } from 'viem';
import type { ChainConnection } from '../connection';
import type { Chain } from '../port';
import { addressOfChild, checkEvmAddress } from './addresses';
import { coinOf, contractOf } from './assets';
import { readEvmBalance } from './balance';
import { readHead } from './blocks';
import { broadcastEvm } from './broadcast';
import { evmCapabilities } from './capabilities';
import { findEvmDeposits, readEvmDeposit } from './deposits';
import { evmDepositInstruction } from './instruction';
import { createEvmNetwork } from './network';
import { prepareEvmPayout } from './prepare';
import { signEvmPayout } from './sign';
import { evmStandingOf } from './standing';

/** A chain at an endpoint. Nothing is asked before the first call. @public The registry loads it lazily, by name. */
export function createEvmChain(connection: ChainConnection): Chain {
  const network = createEvmNetwork(connection);
  const { witnessUrl } = connection;
  // Without the headers: they hold the key of the other endpoint.
  const witness = witnessUrl === undefined ? null : createEvmNetwork({ ...connection, url: witnessUrl, headers: {} });
  return {
    id: network.id,
    coin: coinOf(network.id),
    capabilities: evmCapabilities,
    checkAddress: checkEvmAddress,
    addressOf: (signer) => addressOfChild(signer, 0),
    depositInstruction: (request, signer) => evmDepositInstruction(network, request, signer),
    head: () => readHead(network),
    findDeposits: (search) => findEvmDeposits(network, search),
    readDeposit: (deposit) => readEvmDeposit(network, deposit),
    balanceOf: async (address, asset) =>
      String(await readEvmBalance(network, getAddress(address), contractOf(network.id, asset))),
    readOrdering: async (address) => ({
      next: Number(
        await network.request({ method: 'eth_getTransactionCount', params: [getAddress(address), 'latest'] }),
      ),
      inputs: [],
    }),
    prepare: (request) => prepareEvmPayout(network, request),
    sign: signEvmPayout,
    broadcast: (signed) => broadcastEvm(network, signed),
    standingOf: (signed) => evmStandingOf(network, witness, signed),
  };
}
