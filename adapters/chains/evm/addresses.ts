/** Addresses of EVM chains: their spelling (ERC-55) and how they follow from a key. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { type Address, bytesToHex, getAddress, isAddress, zeroAddress } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import type { Signer } from '../../signers/port';
import type { AddressCheck } from '../port';

/** The checksummed spelling, or what is wrong. All lower case passes: it carries no checksum that could be wrong. */
export function checkEvmAddress(text: string): AddressCheck {
  const written = text.trim();
  if (!/^0x[0-9a-fA-F]{40}$/.test(written)) return { kind: 'invalid', reason: 'is not 0x and 40 hexadecimal digits' };
  if (!isAddress(written)) return { kind: 'invalid', reason: 'has a wrong checksum: a letter is mistyped' };
  const address = getAddress(written);
  return address === zeroAddress
    ? { kind: 'invalid', reason: 'is the zero address, which nobody holds' }
    : { kind: 'valid', address };
}

/** The address of a compressed public key, hexadecimal. */
export const addressOfPublicKey = (publicKey: string): Address =>
  publicKeyToAddress(bytesToHex(secp256k1.Point.fromHex(publicKey).toBytes(false)));

/** The address of a signer's child; 0 is its main one. */
export const addressOfChild = async (signer: Signer, child: number): Promise<Address> =>
  addressOfPublicKey(await signer.publicKey(child));
