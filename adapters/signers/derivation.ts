/**
 * Keys from one seed. Key 0 is the master key of the seed; key n is its hardened child n, so that a child that leaks tells nothing about
 * the others. secp256k1 by BIP-32, the curves that BIP-32 does not know by SLIP-10's rule for ed25519, under their own name.
 */
import { createHmac } from 'node:crypto';
import { HARDENED_OFFSET, HDKey } from '@scure/bip32';
import { type Curve, SignerRefused } from './port';

/** SLIP-10, "Master key generation"; the last one is ours, since nobody defines one for that curve. */
const masterLabels: Readonly<Record<Exclude<Curve, 'secp256k1'>, string>> = {
  ed25519: 'ed25519 seed',
  cheetah: 'Perennial cheetah seed',
};

const keyLength = 32;

interface Node {
  readonly key: Buffer;
  readonly chainCode: Buffer;
}

function nodeOf(hmacKey: string | Buffer, data: Buffer): Node {
  const digest = createHmac('sha512', hmacKey).update(data).digest();
  return { key: digest.subarray(0, keyLength), chainCode: digest.subarray(keyLength) };
}

function hardenedChild({ key, chainCode }: Node, child: number): Node {
  const index = Buffer.alloc(4);
  index.writeUInt32BE(child + HARDENED_OFFSET);
  return nodeOf(chainCode, Buffer.concat([Buffer.of(0), key, index]));
}

function secp256k1Key(seed: Uint8Array, child: number): Uint8Array {
  const master = HDKey.fromMasterSeed(seed);
  const { privateKey } = child === 0 ? master : master.deriveChild(child + HARDENED_OFFSET);
  if (privateKey === null) throw new SignerRefused('The seed gives no key.');
  return privateKey;
}

/**
 * The private key of a seed and a child number, 32 bytes.
 * @throws SignerRefused for a child below 0 or from 2^31 on.
 */
export function deriveKey(curve: Curve, seed: Uint8Array, child: number): Uint8Array {
  if (!Number.isInteger(child) || child < 0 || child >= HARDENED_OFFSET) {
    throw new SignerRefused(`There is no child key ${child}.`);
  }
  if (curve === 'secp256k1') return secp256k1Key(seed, child);
  const master = nodeOf(masterLabels[curve], Buffer.from(seed));
  return (child === 0 ? master : hardenedChild(master, child)).key;
}
