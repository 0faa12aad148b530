/**
 * Addresses of TON. One account has many spellings (raw; for people: bounceable or not, for test networks or not, base64 or base64url): they
 * are compared parsed, and kept in the spelling for people that does not bounce, since wallets that were never used can be paid by it.
 */
import { Address } from '@ton/core';
import type { ChainId } from '../../../domain/chain/asset';
import type { AddressCheck } from '../port';
import { MAIN_NETWORK } from './assets';

const isMain = (chain: ChainId): boolean => chain === MAIN_NETWORK;

/** The one spelling that the engine keeps. */
export function spell(chain: ChainId, address: Address): string {
  return address.toString({ bounceable: false, testOnly: !isMain(chain) });
}

/** Reads any spelling, or says why it is none. Workchains are 0 and -1 (the masterchain). */
export function checkAddress(chain: ChainId, text: string): AddressCheck {
  const read = readAddress(text.trim());
  if (read === null) return { kind: 'invalid', reason: 'This is no address of TON, or a letter in it is wrong.' };
  if (read.testOnly && isMain(chain)) return { kind: 'invalid', reason: 'This address is for test networks only.' };
  if (read.address.workChain !== 0 && read.address.workChain !== -1) {
    return { kind: 'invalid', reason: `There is no workchain ${read.address.workChain}.` };
  }
  return { kind: 'valid', address: spell(chain, read.address) };
}

/** The account of a spelling that was checked before. @throws Error for any other text. */
export const accountOf = (address: string): Address => Address.parse(address);

function readAddress(text: string): { readonly address: Address; readonly testOnly: boolean } | null {
  try {
    if (Address.isRaw(text)) return { address: Address.parseRaw(text), testOnly: false };
    const { address, isTestOnly } = Address.parseFriendly(text);
    return { address, testOnly: isTestOnly };
  } catch {
    return null;
  }
}
