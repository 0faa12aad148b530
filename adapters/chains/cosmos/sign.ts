/** Signs what was prepared: ECDSA over the hash of the document, s in the lower half. */
import { sha256 } from '@cosmjs/crypto';
import { fromBase64, toBase64, toHex } from '@cosmjs/encoding';
import { SignDoc, TxBody } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import type { Signer } from '../../signers/port';
import { ChainRefusedRequest, type PreparedTransaction, type SignedTransaction } from '../port';
import { addressOfKey } from './addresses';
import { transactionBytes } from './build';
import type { CosmosNetwork } from './network';

/** @throws ChainRefusedRequest `wrong_signer`. */
export async function signTransaction(
  { facts }: CosmosNetwork,
  prepared: PreparedTransaction,
  signer: Signer,
): Promise<SignedTransaction> {
  if (addressOfKey(facts, await signer.publicKey()) !== prepared.from) {
    throw new ChainRefusedRequest(facts.chain, 'wrong_signer', `${signer.keyId} is not the key of ${prepared.from}.`);
  }
  const unsigned = fromBase64(prepared.unsigned);
  const document = SignDoc.decode(unsigned);
  const bytes = transactionBytes(document, await signer.signSecp256k1(sha256(unsigned)));
  return {
    chain: facts.chain,
    id: toHex(sha256(bytes)).toUpperCase(),
    bytes: toBase64(bytes),
    expires: { unit: 'height', value: Number(TxBody.decode(document.bodyBytes).timeoutHeight) },
    prepared,
  };
}
