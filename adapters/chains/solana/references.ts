/**
 * What ties a payment on Solana: a reference key (Solana Pay), 32 bytes that nobody has the private key of, put into the transfer as a read-only
 * account. For senders that drop such accounts the same text as a memo does.
 */
import { createHash } from 'node:crypto';
import { type Address, getBase58Decoder, isAddress } from '@solana/kit';
import type { ChainId } from '../../../domain/chain/asset';
import { ChainRefusedRequest } from '../port';

/** Keeps these keys apart from everything else that is hashed from the same texts. */
const DOMAIN = 'perennial/solana/reference/';

/** The key of a reference: the same text gives the same key, for ever. */
export function referenceKey(reference: string): Address {
  return getBase58Decoder().decode(createHash('sha256').update(DOMAIN).update(reference).digest()) as Address;
}

/** Whom to watch and what for. The receiver is in it, since many receivers share one chain. */
export interface Watch {
  readonly recipient: Address;
  readonly reference: Address;
}

export const writeWatch = ({ recipient, reference }: Watch): string => `${recipient}:${reference}`;

/** @throws ChainRefusedRequest `unknown_watch` for a text that this adapter did not write. */
export function readWatch(chain: ChainId, text: string): Watch {
  const [recipient = '', reference = ''] = text.split(':');
  if (isAddress(recipient) && isAddress(reference)) return { recipient, reference };
  throw new ChainRefusedRequest(chain, 'unknown_watch', `${text} is nothing to watch on ${chain}.`);
}
