/** What changes the chain's state, as lines of its journal. Transactions are executed again when they are folded: nothing else decides. */
export type CosmosEvent =
  /** The block of a height: its transactions, base64, of which each pays its fee. */
  | { readonly kind: 'block'; readonly height: number; readonly time: number; readonly transactions: readonly string[] }
  /** Coins out of nowhere, in a block of their own. */
  | {
      readonly kind: 'fund';
      readonly height: number;
      readonly time: number;
      readonly address: string;
      readonly denom: string;
      readonly amount: string;
    }
  /** Blocks without transactions. */
  | { readonly kind: 'empty'; readonly height: number; readonly time: number }
  | { readonly kind: 'waiting'; readonly transactions: readonly string[] };
