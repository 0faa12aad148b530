/** Signs what was prepared. Ed25519 is deterministic: signing again gives the same bytes. */
import {
  type Address,
  getBase58Decoder,
  getBase64Encoder,
  getBase64EncodedWireTransaction,
  type SignatureBytes,
  type Transaction,
} from '@solana/kit';
import type { Signer } from '../../signers/port';
import { ChainRefusedRequest, type PreparedTransaction, type SignedTransaction } from '../port';
import { readUnsigned } from './unsigned';

/** The address of a public key is the key itself. */
export async function addressOf(signer: Signer): Promise<Address> {
  return getBase58Decoder().decode(Buffer.from(await signer.publicKey(), 'hex')) as Address;
}

/** The signature is the id, known before anybody sees the bytes. @throws ChainRefusedRequest `wrong_signer`. */
export async function sign(prepared: PreparedTransaction, signer: Signer): Promise<SignedTransaction> {
  const { message, lastValidBlockHeight } = readUnsigned(prepared.chain, prepared.unsigned);
  if ((await addressOf(signer)) !== prepared.from) {
    throw new ChainRefusedRequest(
      prepared.chain,
      'wrong_signer',
      `${signer.keyId} is not the key of ${prepared.from}.`,
    );
  }
  const messageBytes = getBase64Encoder().encode(message) as Transaction['messageBytes'];
  const signature = await signer.signEd25519(new Uint8Array(messageBytes));
  const transaction = {
    messageBytes,
    signatures: { [prepared.from]: signature as SignatureBytes },
  } as unknown as Transaction;
  return {
    chain: prepared.chain,
    id: getBase58Decoder().decode(signature),
    bytes: getBase64EncodedWireTransaction(transaction),
    expires: { unit: 'height', value: Number(lastValidBlockHeight) },
    prepared,
  };
}
