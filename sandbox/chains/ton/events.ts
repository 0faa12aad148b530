/** What changes a network's state, as lines of its journal: folding them from the first gives the state. */

/** One transaction of one account, as the machine made it. */
export interface StoredTransaction {
  /** Raw form, such as `0:ab…`. */
  readonly account: string;
  /** The transaction's cell, base64. */
  readonly boc: string;
  /** The account's cell (`ShardAccount`) afterwards, base64. */
  readonly after: string;
}

export type NetworkEvent =
  /** Transactions of the block of this second, with the messages that are still on their way afterwards. */
  | {
      readonly kind: 'block';
      readonly time: number;
      readonly transactions: readonly StoredTransaction[];
      readonly inFlight: readonly string[];
    }
  | { readonly kind: 'clock'; readonly time: number }
  /** External messages that wait to be included, all of them, base64. */
  | { readonly kind: 'waiting'; readonly messages: readonly string[] }
  /** The newest blocks are withdrawn. */
  | { readonly kind: 'reorg'; readonly depth: number };
