/** Keys and addresses. No key service signs on this curve: the key itself enters the process, for as long as a signature takes. */
import type { Signer } from '../../signers/port';
import type { AddressCheck } from '../port';
import { loadRose } from './rose';

export interface NockchainKey {
  /** Secret. */
  readonly privateKey: Uint8Array;
  /** Version 1: the base58 tip5 hash of the public key. */
  readonly address: string;
}

/** The key of a signer's child; 0 is its main one. @throws SignerRefused for a signer of another curve. */
export async function keyOf(signer: Signer, child: number): Promise<NockchainKey> {
  const { deriveMasterKey, hashPublicKey } = loadRose();
  const { privateKey, publicKey } = deriveMasterKey(await signer.revealKey(child));
  if (privateKey === undefined) throw new Error('The wasm gives no private key.');
  return { privateKey, address: hashPublicKey(publicKey) };
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** The prime of the field that tip5 counts in; a hash is five numbers below it. */
const PRIME = 2n ** 64n - 2n ** 32n + 1n;
const HASH_MAX = PRIME ** 5n - 1n;
const HASH_BYTES = 40;

/** Base58 of the 40 bytes of a tip5 hash; a leading 1 stands for a byte that is zero. */
export function checkAddress(text: string): AddressCheck {
  let value = 0n;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return { kind: 'invalid', reason: 'not base58' };
    value = value * 58n + BigInt(digit);
    if (value > HASH_MAX) return { kind: 'invalid', reason: 'longer than a tip5 hash' };
  }
  const zeros = text.length - text.replace(/^1+/, '').length;
  const bytes = zeros + Math.ceil(value.toString(16).length / 2);
  if (bytes === HASH_BYTES) return { kind: 'valid', address: text };
  return { kind: 'invalid', reason: `${bytes < HASH_BYTES ? 'shorter' : 'longer'} than a tip5 hash` };
}

/** The first name of the notes that an address may spend: nodes find notes of version 1 by it alone. */
export function firstNameOf(address: string): string {
  const { Pkh, SpendCondition } = loadRose();
  return SpendCondition.newPkh(Pkh.single(address)).firstName().value;
}
