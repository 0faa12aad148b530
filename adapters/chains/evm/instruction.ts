/** A deposit on an EVM chain: an address that belongs to this payment alone, and a link by ERC-681 that wallets open. */
import type { Signer } from '../../signers/port';
import type { DepositInstruction, DepositRequest } from '../port';
import { addressOfChild } from './addresses';
import { type Contract, contractOf } from './assets';
import type { EvmNetwork } from './network';

/** ERC-681. Whole base units: some wallets take an exponent for a wrong number. */
function paymentUri(chainId: number, contract: Contract, address: string, amount: string): string {
  return contract === null
    ? `ethereum:${address}@${chainId}?value=${amount}`
    : `ethereum:${contract}@${chainId}/transfer?address=${address}&uint256=${amount}`;
}

/** The signer's child address of the request's index. Child 0 is the main address, so index n is child n + 1. */
const childOf = (index: number): number => index + 1;

/** @throws ChainRefusedRequest `unknown_asset`. */
export async function evmDepositInstruction(
  { id, chainId }: EvmNetwork,
  { asset, amount, index }: DepositRequest,
  signer: Signer,
): Promise<DepositInstruction> {
  const contract = contractOf(id, asset);
  const child = childOf(index);
  const address = await addressOfChild(signer, child);
  const uri = paymentUri(chainId, contract, address, amount);
  return { asset, amount, address, tag: null, uri, watch: address, child };
}
