/** Signs every input. The id covers the signatures, and both follow from the key: signing again gives the same id. */
import type { Signer } from '../../signers/port';
import { ChainRefusedRequest, type PreparedTransaction, type SignedTransaction } from '../port';
import { keyOf } from './keys';
import { loadRose } from './rose';
import { readUnsigned } from './unsigned';

/** @throws ChainRefusedRequest `wrong_signer`; SignerUnavailable, SignerRefused. */
export async function sign(prepared: PreparedTransaction, signer: Signer): Promise<SignedTransaction> {
  const { RawTx } = loadRose();
  const { address, privateKey } = await keyOf(signer, prepared.child ?? 0);
  if (address !== prepared.from) {
    throw new ChainRefusedRequest(
      prepared.chain,
      'wrong_signer',
      `${signer.keyId} is not the key of ${prepared.from}.`,
    );
  }
  const raw = RawTx.fromJam(readUnsigned(prepared.chain, prepared.unsigned).jam);
  raw.signAll(privateKey);
  return {
    chain: prepared.chain,
    id: raw.id.value,
    bytes: Buffer.from(raw.toJam()).toString('base64'),
    expires: null,
    prepared,
  };
}
