/** Signs what was prepared, through a signer that knows nothing but a digest. */
import {
  bytesToHex,
  type Hex,
  hexToBytes,
  isAddressEqual,
  keccak256,
  parseTransaction,
  recoverAddress,
  serializeTransaction,
  type TransactionSerializableEIP1559,
} from 'viem';
import type { Signer } from '../../signers/port';
import { ChainRefusedRequest, type PreparedTransaction, type SignedTransaction } from '../port';

const half = 32;

/** A key service gives r and s, and not which of the two points it was: the right one leads back to the sender. */
async function recoverable(signature: Uint8Array, digest: Hex, prepared: PreparedTransaction) {
  const r = bytesToHex(signature.subarray(0, half));
  const s = bytesToHex(signature.subarray(half));
  for (const yParity of [0, 1]) {
    const address = await recoverAddress({ hash: digest, signature: { r, s, yParity } }).catch(() => null);
    if (address !== null && isAddressEqual(address, prepared.from as Hex)) return { r, s, yParity };
  }
  throw new ChainRefusedRequest(prepared.chain, 'other_key', `The signer does not hold the key of ${prepared.from}.`);
}

/** @throws ChainRefusedRequest `other_key` when the signer is not the sender; SignerUnavailable, SignerRefused. */
export async function signEvmPayout(prepared: PreparedTransaction, signer: Signer): Promise<SignedTransaction> {
  const digest = keccak256(prepared.unsigned as Hex);
  const signature = await signer.signSecp256k1(hexToBytes(digest), prepared.child ?? 0);
  const transaction = parseTransaction(prepared.unsigned as Hex) as TransactionSerializableEIP1559;
  const raw = serializeTransaction(transaction, await recoverable(signature, digest, prepared));
  return {
    chain: prepared.chain,
    id: keccak256(raw),
    bytes: Buffer.from(hexToBytes(raw)).toString('base64'),
    expires: null,
    prepared,
  };
}
