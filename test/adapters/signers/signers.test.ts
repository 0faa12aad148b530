import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { signerSources } from '../../../adapters/signers';
import { deriveKey } from '../../../adapters/signers/derivation';
import { addKey, type KeyFile, openKeys, sealKeys } from '../../../adapters/signers/key-file';
import { SignerRefused } from '../../../adapters/signers/port';
import { createSeedSigner } from '../../../adapters/signers/seed-signer';

const passphrase = 'correct horse battery staple';
/** Weak and fast; the file says its own cost. */
const cost = { N: 2 ** 10, r: 8, p: 1 };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('children of a seed', () => {
  const seed = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

  test('follow test vector 1 of BIP-32', () => {
    expect(hex(deriveKey('secp256k1', seed, 0))).toBe(
      'e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35',
    );
  });

  test('follow test vector 1 of SLIP-10 for ed25519', () => {
    expect(hex(deriveKey('ed25519', seed, 0))).toBe('2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7');
  });

  test.each(['secp256k1', 'ed25519', 'cheetah'] as const)('%s: each child is another key, always the same', (curve) => {
    const keys = [0, 1, 2, 2 ** 31 - 1].map((child) => hex(deriveKey(curve, seed, child)));
    expect(new Set(keys).size).toBe(keys.length);
    expect([0, 1, 2, 2 ** 31 - 1].map((child) => hex(deriveKey(curve, seed, child)))).toEqual(keys);
  });

  test.each([-1, 0.5, 2 ** 31, Number.NaN])('there is no child %p', (child) => {
    expect(() => deriveKey('ed25519', seed, child)).toThrow(SignerRefused);
  });
});

describe('a signer', () => {
  const seed = randomBytes(32);

  test.each([0, 7])('signs ed25519 as OpenSSL verifies it (child %p)', async (child) => {
    const signer = createSeedSigner({ keyId: 'solana', curve: 'ed25519', seed });
    const message = Buffer.from('a payout');
    const prefix = Buffer.from('302a300506032b6570032100', 'hex');
    const key = createPublicKey({
      key: Buffer.concat([prefix, Buffer.from(await signer.publicKey(child), 'hex')]),
      format: 'der',
      type: 'spki',
    });
    expect(verify(null, message, key, await signer.signEd25519(message, child))).toBe(true);
  });

  test.each([0, 7])('signs a secp256k1 digest as it is, with a low s (child %p)', async (child) => {
    const signer = createSeedSigner({ keyId: 'evm', curve: 'secp256k1', seed });
    const publicKey = Buffer.from(await signer.publicKey(child), 'hex');
    expect(publicKey).toHaveLength(33);
    for (let round = 0; round < 16; round += 1) {
      const digest = createHash('sha256').update(`payout ${round}`).digest();
      const signature = await signer.signSecp256k1(digest, child);
      expect(secp256k1.verify(signature, digest, publicKey, { prehash: false, lowS: true })).toBe(true);
    }
  });

  test('does only what its curve does', async () => {
    const solana = createSeedSigner({ keyId: 'solana', curve: 'ed25519', seed });
    const nock = createSeedSigner({ keyId: 'nock', curve: 'cheetah', seed });
    await expect(solana.signSecp256k1(randomBytes(32))).rejects.toThrow(SignerRefused);
    await expect(solana.revealKey()).rejects.toThrow(SignerRefused);
    await expect(nock.signEd25519(randomBytes(32))).rejects.toThrow(SignerRefused);
    expect(await nock.publicKey()).toBe('');
    expect(await nock.revealKey(3)).toHaveLength(32);
    const evm = createSeedSigner({ keyId: 'evm', curve: 'secp256k1', seed });
    await expect(evm.signSecp256k1(randomBytes(31))).rejects.toThrow(SignerRefused);
  });

  test('never shows its seed', () => {
    const signer = createSeedSigner({ keyId: 'evm', curve: 'secp256k1', seed });
    const shown = [JSON.stringify(signer), inspect(signer, { depth: 9, showHidden: true })].join();
    expect(shown).toContain('evm');
    expect(shown).not.toContain(hex(seed).slice(0, 16));
    expect(shown).not.toMatch(/Uint8Array|Buffer/);
  });
});

describe('a key file', () => {
  const seeds = [
    { keyId: 'evm', curve: 'secp256k1' as const, seed: randomBytes(32) },
    { keyId: 'solana', curve: 'ed25519' as const, seed: randomBytes(32) },
  ];

  test('gives its signers back to who knows the passphrase, in any Unicode spelling', async () => {
    const file = await sealKeys(seeds, 'pássword of a café', cost);
    const opened = await openKeys(file, 'pássword of a café'.normalize('NFD'));
    expect([...opened.keys()]).toEqual(['evm', 'solana']);
    for (const seed of seeds) {
      expect(await opened.get(seed.keyId)?.publicKey(3)).toBe(await createSeedSigner(seed).publicKey(3));
    }
    expect(JSON.stringify(file)).not.toContain(seeds[0]?.seed.toString('base64'));
  });

  test.each<[string, (file: KeyFile) => KeyFile]>([
    ['a key under another name', (file) => ({ ...file, keys: file.keys.map((key) => ({ ...key, key_id: 'x' })) })],
    ['another curve', (file) => ({ ...file, keys: file.keys.map((key) => ({ ...key, curve: 'cheetah' })) })],
    ['a changed seed', (file) => ({ ...file, keys: file.keys.map((key) => ({ ...key, sealed: key.tag + key.tag })) })],
    ['another salt', (file) => ({ ...file, scrypt: { ...file.scrypt, salt: 'AAAA' } })],
    ['another version', (file) => ({ ...file, version: 2 as never })],
  ])('does not open with %s', async (_, change) => {
    const file = await sealKeys(seeds, passphrase, cost);
    await expect(openKeys(change(file), passphrase)).rejects.toThrow(SignerRefused);
  });

  test('does not open with another passphrase', async () => {
    const file = await sealKeys(seeds, passphrase, cost);
    await expect(openKeys(file, `${passphrase}.`)).rejects.toThrow(/wrong passphrase/);
  });

  test('refuses a short passphrase and two keys of one id', async () => {
    await expect(sealKeys(seeds, 'short', cost)).rejects.toThrow(SignerRefused);
    await expect(sealKeys([...seeds, ...seeds], passphrase, cost)).rejects.toThrow(SignerRefused);
  });

  test('grows by a key at a time, readable by its owner alone, and keeps what it has', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'keys-'));
    try {
      const file = path.join(folder, 'keys.json');
      await addKey(file, passphrase, 'evm', 'secp256k1');
      const first = (await signerSources.file({ file: { path: file, passphrase } })).get('evm');
      // The cost of the file is kept: a cheap one keeps this test fast from here on.
      await writeFile(file, JSON.stringify(await sealKeys(seeds.slice(0, 1), passphrase, cost)));
      await addKey(file, passphrase, 'ton', 'ed25519');
      const opened = await signerSources.file({ file: { path: file, passphrase } });
      expect([...opened.keys()]).toEqual(['evm', 'ton']);
      expect(await opened.get('evm')?.publicKey()).not.toBe(await first?.publicKey());
      expect((await stat(file)).mode & 0o077).toBe(0);
      await expect(addKey(file, passphrase, 'ton', 'ed25519')).rejects.toThrow(SignerRefused);
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1, scrypt: { N: cost.N } });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
