/**
 * A file of encrypted keys: one passphrase, one key of encryption by scrypt (RFC 7914), each seed sealed by AES-256-GCM (NIST SP 800-38D)
 * with its id and curve as associated data, so that nobody can pass one key off as another by editing the file.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Curve, type Signer, SignerRefused } from './port';
import { createSeedSigner, type SeedOfKey } from './seed-signer';

interface Cost {
  /** A power of two: memory and time grow with it. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

interface SealedKey {
  readonly key_id: string;
  readonly curve: Curve;
  /** All base64. */
  readonly nonce: string;
  readonly sealed: string;
  readonly tag: string;
}

/** What stands in the file, as JSON. */
export interface KeyFile {
  readonly version: 1;
  readonly scrypt: Cost & { readonly salt: string };
  readonly keys: readonly SealedKey[];
}

/** OWASP's recommendation for scrypt: 128 MB and some 0.4 s for each try of a passphrase. */
const costDefault: Cost = { N: 2 ** 17, r: 8, p: 1 };
/** scrypt needs 128 × N × r bytes; a file that asks for more than this was not written here. */
const memoryMax = 512 * 1024 * 1024;
const keyLength = 32;
/** SP 800-38D, 8.2.2: 96 random bits. */
const nonceLength = 12;
const saltLength = 32;
const tagLength = 16;
/** Below this a passphrase is guessed faster than scrypt can hinder. */
const passphraseLengthMin = 12;

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

const keyOf = (passphrase: string, { N, r, p, salt }: KeyFile['scrypt']): Promise<Buffer> =>
  derive(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64'), keyLength, { N, r, p, maxmem: memoryMax });

const associated = (keyId: string, curve: Curve): Buffer => Buffer.from(JSON.stringify([1, keyId, curve]));

function seal(key: Buffer, { keyId, curve, seed }: SeedOfKey): SealedKey {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  cipher.setAAD(associated(keyId, curve));
  const sealed = Buffer.concat([cipher.update(seed), cipher.final()]);
  return {
    key_id: keyId,
    curve,
    nonce: nonce.toString('base64'),
    sealed: sealed.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

function unseal(key: Buffer, { key_id: keyId, curve, nonce, sealed, tag }: SealedKey): SeedOfKey {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'), { authTagLength: tagLength });
  decipher.setAAD(associated(keyId, curve));
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  try {
    return { keyId, curve, seed: Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]) };
  } catch (error) {
    throw new SignerRefused(`The key ${keyId} does not open: wrong passphrase, or the file was changed.`, {
      cause: error,
    });
  }
}

/**
 * Seals seeds under a passphrase.
 * @param cost Of scrypt; leave it out but in tests.
 * @throws SignerRefused for a passphrase below 12 characters, or for two keys of one id.
 */
export async function sealKeys(seeds: readonly SeedOfKey[], passphrase: string, cost = costDefault): Promise<KeyFile> {
  if (passphrase.length < passphraseLengthMin) {
    throw new SignerRefused(`A passphrase has at least ${passphraseLengthMin} characters.`);
  }
  if (new Set(seeds.map(({ keyId }) => keyId)).size < seeds.length) {
    throw new SignerRefused('Two keys must not have one id.');
  }
  const parameters = { ...cost, salt: randomBytes(saltLength).toString('base64') };
  const key = await keyOf(passphrase, parameters);
  return { version: 1, scrypt: parameters, keys: seeds.map((seed) => seal(key, seed)) };
}

/** Opens all keys of a file. @throws SignerRefused for another version, a wrong passphrase, or a file that was changed. */
async function unsealKeys(file: KeyFile, passphrase: string): Promise<readonly SeedOfKey[]> {
  if (file.version !== 1) throw new SignerRefused('The key file has an unknown version.');
  const key = await keyOf(passphrase, file.scrypt);
  return file.keys.map((sealed) => unseal(key, sealed));
}

/** The signers of a sealed file, by key id. @throws SignerRefused as `unsealKeys`. */
export async function openKeys(file: KeyFile, passphrase: string): Promise<ReadonlyMap<string, Signer>> {
  const seeds = await unsealKeys(file, passphrase);
  return new Map(seeds.map((seed) => [seed.keyId, createSeedSigner(seed)]));
}

/** Reads and opens a key file. @throws SignerRefused as `openKeys`; the file system's error when there is no file. */
export async function readKeyFile(path: string, passphrase: string): Promise<ReadonlyMap<string, Signer>> {
  return openKeys(JSON.parse(await readFile(path, 'utf8')) as KeyFile, passphrase);
}

/** Adds a key with a new random seed to a file, which is made when it is not there. @throws SignerRefused when the id is taken. */
export async function addKey(path: string, passphrase: string, keyId: string, curve: Curve): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const before = text === null ? null : (JSON.parse(text) as KeyFile);
  const known = before === null ? [] : await unsealKeys(before, passphrase);
  const file = await sealKeys(
    [...known, { keyId, curve, seed: randomBytes(keyLength) }],
    passphrase,
    before?.scrypt ?? costDefault,
  );
  // Written beside and renamed: a crash leaves the old file or the new one, never half of one.
  const beside = `${path}.new`;
  await writeFile(beside, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  await rename(beside, path);
}
