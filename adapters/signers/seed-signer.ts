/** A signer whose seed is in this process: opened from a key file, or made by a test. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { deriveKey } from './derivation';
import { type Curve, type Signer, SignerRefused } from './port';

export interface SeedOfKey {
  readonly keyId: string;
  readonly curve: Curve;
  /** Secret; 16 to 64 bytes (BIP-32), 32 where nothing else is wanted. */
  readonly seed: Uint8Array;
}

const digestLength = 32;

/** A private member, so that neither JSON nor an inspection of the signer shows the seed. */
class SeedSigner implements Signer {
  readonly keyId: string;
  readonly curve: Curve;
  readonly #seed: Uint8Array;

  constructor({ keyId, curve, seed }: SeedOfKey) {
    this.keyId = keyId;
    this.curve = curve;
    this.#seed = seed;
  }

  async publicKey(child = 0): Promise<string> {
    // Made by the adapter of its chain, out of the key that it asks for.
    if (this.curve === 'cheetah') return '';
    const curve = this.curve === 'ed25519' ? ed25519 : secp256k1;
    return Buffer.from(curve.getPublicKey(this.key(child))).toString('hex');
  }

  async signEd25519(message: Uint8Array, child = 0): Promise<Uint8Array> {
    this.assertIs('ed25519');
    return ed25519.sign(message, this.key(child));
  }

  async signSecp256k1(digest: Uint8Array, child = 0): Promise<Uint8Array> {
    this.assertIs('secp256k1');
    if (digest.length !== digestLength) throw new SignerRefused('A digest has 32 bytes.');
    // The digest comes hashed; noble would hash it once more. `s` in the lower half: chains refuse the other (BIP-62, EIP-2).
    return secp256k1.sign(digest, this.key(child), { prehash: false, lowS: true });
  }

  async revealKey(child = 0): Promise<Uint8Array> {
    this.assertIs('cheetah');
    return this.key(child);
  }

  private key(child: number): Uint8Array {
    return deriveKey(this.curve, this.#seed, child);
  }

  private assertIs(curve: Curve): void {
    if (this.curve !== curve) throw new SignerRefused(`The key ${this.keyId} is for ${this.curve}, not ${curve}.`);
  }
}

/** A signer of a seed that is at hand. */
export const createSeedSigner = (key: SeedOfKey): Signer => new SeedSigner(key);
