/** Signs what was prepared. Ed25519 is deterministic: the same preparation always gives the same bytes. */
import { Cell } from '@ton/core';
import type { ChainId } from '../../../domain/chain/asset';
import type { Signer } from '../../signers/port';
import { ChainRefusedRequest, type PreparedTransaction, type SignedTransaction } from '../port';
import { spell } from './addresses';
import { externalMessage, normalizedHash, readTransfer, signedBody, walletOf } from './wallet';

/** @throws ChainRefusedRequest `wrong_signer`. */
export async function signTransfer(
  chain: ChainId,
  prepared: PreparedTransaction,
  signer: Signer,
): Promise<SignedTransaction> {
  const wallet = walletOf(chain, await signer.publicKey());
  if (spell(chain, wallet.address) !== prepared.from) {
    throw new ChainRefusedRequest(chain, 'wrong_signer', `${signer.keyId} is not the key of ${prepared.from}.`);
  }
  const unsigned = Cell.fromBase64(prepared.unsigned);
  const body = signedBody(unsigned, await signer.signEd25519(unsigned.hash()));
  const { seqno, validUntil } = readTransfer(unsigned);
  return {
    chain,
    id: normalizedHash(wallet.address, body),
    bytes: externalMessage(wallet, body, seqno === 0).toString('base64'),
    expires: { unit: 'epoch_seconds', value: validUntil },
    prepared,
  };
}
