/** Solana: the coin and SPL tokens. See docs/operating/chains.md and decision 0057. */
import { type Address, isAddress } from '@solana/kit';
import type { ChainConnection } from '../connection';
import type { Chain, ChainCapabilities } from '../port';
import { readAsset, coinOf } from './assets';
import { readHead } from './blocks';
import { broadcast } from './broadcast';
import { createDepositReader } from './deposits';
import { writeInstruction } from './instruction';
import { createEndpoint, type SolanaEndpoint } from './network';
import { prepare } from './prepare';
import { addressOf, sign } from './sign';
import { standingOf } from './standing';
import { tokenAccountsOf } from './token-accounts';

export const solanaCapabilities: ChainCapabilities = {
  family: 'solana',
  provenAgainst: 'machine',
  tie: 'reference',
  finality: 'commitment',
  reorgs: true,
  ordering: 'none',
  expires: true,
  replacement: 'after_expiry',
  // Eight token payments that make their accounts fill the packet of 1,232 bytes; memos leave room for fewer.
  payoutsMax: 8,
};

/** One chain of the family. Its second endpoint, where there is one, is asked before bytes are called dead. */
export function createSolanaChain(connection: ChainConnection): Chain {
  const endpoint = createEndpoint(connection);
  const witness = connection.witnessUrl === undefined ? [] : [createEndpoint(connection, connection.witnessUrl)];
  const deposits = createDepositReader(endpoint);
  return {
    id: connection.id,
    coin: coinOf(connection.id),
    capabilities: solanaCapabilities,
    checkAddress: (text) =>
      isAddress(text) ? { kind: 'valid', address: text } : { kind: 'invalid', reason: 'no base58 text of 32 bytes' },
    addressOf,
    depositInstruction: async (request, signer) =>
      writeInstruction(request, readAsset(connection.id, request.asset), await addressOf(signer)),
    head: async () => (await readHead(endpoint)).head,
    findDeposits: deposits.find,
    readDeposit: deposits.read,
    balanceOf: async (address, asset) => (await balanceOf(endpoint, address as Address, asset)).toString(),
    readOrdering: () => Promise.resolve({ next: null, inputs: [] }),
    prepare: (request) => prepare(endpoint, request),
    sign,
    broadcast: (signed) => broadcast(endpoint, signed),
    standingOf: (signed) => standingOf([endpoint, ...witness], signed),
  };
}

/** What is final: this is what the books are compared with. A token's balance is that of all its accounts. */
async function balanceOf(endpoint: SolanaEndpoint, address: Address, id: string): Promise<bigint> {
  const asset = readAsset(endpoint.chain, id);
  if (asset.kind === 'token') {
    const held = await tokenAccountsOf(endpoint, address, asset.mint, 'finalized');
    return held.reduce((total, { amount }) => total + amount, 0n);
  }
  const { value } = await endpoint.ask((rpc) => rpc.getBalance(address, { commitment: 'finalized' }));
  return value;
}
