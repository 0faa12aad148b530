/**
 * The port behind which keys stand: a local encrypted file, or a key service (AWS and GCP sign both curves). A key never leaves its signer,
 * but for curves that no key service knows (`cheetah`, Nockchain): such a signer is asked for the key itself.
 */
export type Curve = 'ed25519' | 'secp256k1' | 'cheetah';

/** One key, with the keys derived from it. Every method may throw `SignerUnavailable`. */
export interface Signer {
  /** Names the key in configuration and rows; no secret. */
  readonly keyId: string;
  readonly curve: Curve;
  /**
   * The public key, hexadecimal: 32 bytes (ed25519), 33 compressed bytes (secp256k1). Empty for `cheetah`: its adapter makes it.
   * @param child 0 is the key itself; others are derived where the signer can (BIP-32, SLIP-10), for an address per payment.
   */
  publicKey(child?: number): Promise<string>;
  /** Ed25519 over the message: 64 bytes. @throws SignerRefused for another curve. */
  signEd25519(message: Uint8Array, child?: number): Promise<Uint8Array>;
  /** ECDSA over a 32-byte digest: r and s, 64 bytes, s in the lower half. @throws SignerRefused for another curve. */
  signSecp256k1(digest: Uint8Array, child?: number): Promise<Uint8Array>;
  /** The key itself, for curves without a service. @throws SignerRefused for the others. */
  revealKey(child?: number): Promise<Uint8Array>;
}

/** The key service does not answer: retry. */
export class SignerUnavailable extends Error {
  override readonly name = 'SignerUnavailable';
}

/** The key does not do what it was asked for: a bug or a configuration error, never retried. */
export class SignerRefused extends Error {
  override readonly name = 'SignerRefused';
}
