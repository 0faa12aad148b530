/** Signed bytes as they stand in a row. */
import type { SignedTransaction } from '../../adapters/chains/port';
import type { ChainTransaction } from '../../db/transactions/chain-sending';
import { fail } from '../../domain/errors';

/** The bytes of a transaction that was signed. @throws PerennialError `internal` for one that was not */
export function signedOf({ signed }: ChainTransaction): SignedTransaction {
  return (signed as SignedTransaction | null) ?? fail('internal');
}
