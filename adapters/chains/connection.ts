/** How a chain is reached: what the composition root hands to the registry, the same for every family. */
import type { ChainId } from '../../domain/chain/asset';

export interface ChainConnection {
  /** CAIP-2; its namespace names the family. */
  readonly id: ChainId;
  /** The endpoint, http or https (gRPC chains: host and port). */
  readonly url: string;
  /** Another endpoint of the same chain, asked as well before bytes are called dead; not every family asks it. */
  readonly witnessUrl?: string;
  /** A request that has not answered by then failed. */
  readonly timeoutMs: number;
  /** Headers of every request, such as an endpoint's API key. Secret. */
  readonly headers: Readonly<Record<string, string>>;
}
