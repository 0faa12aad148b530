/** How to pay: one address for all, and a memo that ties the payment. No address of the kind `cosmos:` is standard, so there is no URI. */
import type { Signer } from '../../signers/port';
import type { DepositInstruction, DepositRequest } from '../port';
import { addressOfKey } from './addresses';
import type { CosmosNetwork } from './network';
import { denomOf } from './networks';

export async function addressOfSigner({ facts }: CosmosNetwork, signer: Signer): Promise<string> {
  return addressOfKey(facts, await signer.publicKey());
}

export async function instructionFor(
  network: CosmosNetwork,
  request: DepositRequest,
  signer: Signer,
): Promise<DepositInstruction> {
  denomOf(network.facts, request.asset);
  const address = await addressOfSigner(network, signer);
  return {
    asset: request.asset,
    amount: request.amount,
    address,
    tag: request.reference,
    uri: null,
    watch: `${address}/${request.reference}`,
  };
}

/** An address has no slash. */
export function readWatch(watch: string): { readonly address: string; readonly memo: string } {
  const end = watch.indexOf('/');
  return { address: watch.slice(0, Math.max(end, 0)), memo: watch.slice(end + 1) };
}
