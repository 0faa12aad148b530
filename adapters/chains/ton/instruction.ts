/** How to pay: one address for all, and a comment that ties the payment. */
import type { Signer } from '../../signers/port';
import type { DepositInstruction, DepositRequest } from '../port';
import { spell } from './addresses';
import { assetOn } from './assets';
import type { TonNetwork } from './network';
import { walletOf } from './wallet';

/** The address that a signer is paid at, and pays out from. */
export async function addressOfSigner({ chain }: TonNetwork, signer: Signer): Promise<string> {
  return spell(chain, walletOf(chain, await signer.publicKey()).address);
}

/** The instruction with its `ton://` address. Not every wallet honors `jetton`: the amount and the comment are said beside it. */
export async function instructionFor(
  network: TonNetwork,
  request: DepositRequest,
  signer: Signer,
): Promise<DepositInstruction> {
  const address = await addressOfSigner(network, signer);
  const asset = assetOn(network.chain, request.asset);
  const parameters = [
    ...(asset.kind === 'jetton' ? [`jetton=${asset.master.toString()}`] : []),
    `amount=${request.amount}`,
    `text=${encodeURIComponent(request.reference)}`,
  ];
  return {
    asset: request.asset,
    amount: request.amount,
    address,
    tag: request.reference,
    uri: `ton://transfer/${address}?${parameters.join('&')}`,
    watch: `${address}/${request.reference}`,
  };
}

export interface Watch {
  readonly address: string;
  readonly tag: string;
}

/** An address has no slash in the spelling that is kept. */
export function readWatch(watch: string): Watch {
  const end = watch.indexOf('/');
  return { address: watch.slice(0, Math.max(end, 0)), tag: watch.slice(end + 1) };
}
