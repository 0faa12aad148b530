/** A transaction without its signature, as it is stored: the bytes that are signed, and until when they are good. */
import type { ChainId } from '../../../domain/chain/asset';
import { ChainRefusedRequest } from '../port';

export interface Unsigned {
  /** Base64. */
  readonly message: string;
  /** The last height of a block that may include it. */
  readonly lastValidBlockHeight: bigint;
}

export const writeUnsigned = ({ message, lastValidBlockHeight }: Unsigned): string =>
  JSON.stringify({ message, last_valid_block_height: lastValidBlockHeight.toString() });

/** @throws ChainRefusedRequest `unreadable_transaction` for a text that this adapter did not write. */
export function readUnsigned(chain: ChainId, text: string): Unsigned {
  try {
    const { message, last_valid_block_height: height } = JSON.parse(text) as Record<string, unknown>;
    if (typeof message === 'string' && typeof height === 'string') {
      return { message, lastValidBlockHeight: BigInt(height) };
    }
  } catch {
    // Told below, together with a text that is JSON of another kind.
  }
  throw new ChainRefusedRequest(chain, 'unreadable_transaction', 'This is no transaction of the Solana adapter.');
}
