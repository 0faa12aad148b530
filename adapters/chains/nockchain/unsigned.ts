/** A transaction without its signatures, as it is stored. */
import type { ChainId } from '../../../domain/chain/asset';
import { ChainRefusedRequest } from '../port';

export interface Unsigned {
  readonly jam: Uint8Array;
  /** Of the tip when it was built: no block before it can hold what spends the same inputs. */
  readonly height: number;
}

export const writeUnsigned = ({ jam, height }: Unsigned): string =>
  JSON.stringify({ jam: Buffer.from(jam).toString('base64'), height });

/** @throws ChainRefusedRequest `unreadable_transaction` for a text that this adapter did not write. */
export function readUnsigned(chain: ChainId, text: string): Unsigned {
  try {
    const { jam, height } = JSON.parse(text) as Record<string, unknown>;
    if (typeof jam === 'string' && typeof height === 'number') return { jam: Buffer.from(jam, 'base64'), height };
  } catch {
    // Told below, together with a text that is JSON of another kind.
  }
  throw new ChainRefusedRequest(chain, 'unreadable_transaction', 'This is no transaction of the Nockchain adapter.');
}
