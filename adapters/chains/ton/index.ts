/** TON: the coin (GRAM) and jettons, through toncenter's API (`<url>/v2` and `<url>/v3`). */
import type { ChainConnection } from '../connection';
import type { Chain } from '../port';
import { accountOf, checkAddress } from './addresses';
import { assetOn, coinOf } from './assets';
import { broadcastTransfer } from './broadcast';
import { tonCapabilities } from './capabilities';
import { findDeposits, headOf, readDeposit } from './deposits';
import { addressOfSigner, instructionFor } from './instruction';
import { tonNetwork } from './network';
import { jettonBalance, prepareTransfer } from './prepare';
import { signTransfer } from './sign';
import { standingOf } from './standing';
import { seqnoIn } from './wallet';

/** The chain of a connection, such as `tvm:-239` at `https://toncenter.com/api`. An API key is the header `X-API-Key`. */
export function createTonChain(connection: ChainConnection): Chain {
  const network = tonNetwork(connection);
  const { chain, endpoint } = network;
  return {
    id: chain,
    coin: coinOf(chain),
    capabilities: tonCapabilities,
    checkAddress: (text) => checkAddress(chain, text),
    addressOf: (signer) => addressOfSigner(network, signer),
    depositInstruction: (request, signer) => instructionFor(network, request, signer),
    head: () => headOf(network),
    findDeposits: (search) => findDeposits(network, search),
    readDeposit: (deposit) => readDeposit(network, deposit),
    balanceOf: async (address, asset) => {
      const owner = accountOf(address);
      if (assetOn(chain, asset).kind === 'coin') return (await endpoint.account(owner)).balance.toString();
      return (await jettonBalance(network, owner, asset)).toString();
    },
    readOrdering: async (address) => ({ next: seqnoIn((await endpoint.account(accountOf(address))).data), inputs: [] }),
    prepare: (request) => prepareTransfer(network, request),
    sign: (prepared, signer) => signTransfer(chain, prepared, signer),
    broadcast: (signed) => broadcastTransfer(network, signed),
    standingOf: (signed) => standingOf(network, signed),
  };
}
