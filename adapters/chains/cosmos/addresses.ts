/** Addresses: bech32 with the chain's prefix, 20 bytes for keys, 32 for contracts. */
import { fromBech32, fromHex, toBech32 } from '@cosmjs/encoding';
import { rawSecp256k1PubkeyToRawAddress } from '@cosmjs/tendermint-rpc';
import type { AddressCheck } from '../port';
import type { CosmosChainFacts } from './networks';

const LENGTHS: readonly number[] = [20, 32];
/** BIP-173. Given expressly: without it this version of the decoder refuses every address. */
const LETTERS_MAX = 90;

/** Upper case is the same address; it is kept in lower case. */
export function checkAddress({ prefix }: CosmosChainFacts, text: string): AddressCheck {
  const trimmed = text.trim();
  try {
    const decoded = fromBech32(trimmed, LETTERS_MAX);
    if (decoded.prefix !== prefix)
      return { kind: 'invalid', reason: `This is an address of ${decoded.prefix}, not of ${prefix}.` };
    if (!LENGTHS.includes(decoded.data.length)) return { kind: 'invalid', reason: 'This address has a wrong length.' };
    return { kind: 'valid', address: toBech32(prefix, decoded.data) };
  } catch {
    return { kind: 'invalid', reason: 'This is no address, or a letter in it is wrong.' };
  }
}

/** @param publicKey secp256k1, compressed, hexadecimal. */
export const addressOfKey = ({ prefix }: CosmosChainFacts, publicKey: string): string =>
  toBech32(prefix, rawSecp256k1PubkeyToRawAddress(fromHex(publicKey)));
