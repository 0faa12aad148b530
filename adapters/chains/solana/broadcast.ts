/** Sends bytes, and makes of the node's answer what it is worth. */
import {
  type Base64EncodedWireTransaction,
  isSolanaError,
  type Signature,
  SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
  SOLANA_ERROR__TRANSACTION_ERROR__ALREADY_PROCESSED,
  SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND,
} from '@solana/kit';
import type { BroadcastOutcome, SignedTransaction } from '../port';
import { causeOf, type SolanaEndpoint } from './network';

/** Sends the bytes once more. @throws ChainUnavailable when it is not known whether they arrived. */
export async function broadcast(endpoint: SolanaEndpoint, signed: SignedTransaction): Promise<BroadcastOutcome> {
  try {
    await endpoint.ask((rpc) =>
      rpc.sendTransaction(signed.bytes as Base64EncodedWireTransaction, {
        encoding: 'base64',
        preflightCommitment: 'confirmed',
      }),
    );
    return { kind: 'accepted' };
  } catch (error) {
    return judge(endpoint, signed, error);
  }
}

async function judge(endpoint: SolanaEndpoint, { id }: SignedTransaction, error: unknown): Promise<BroadcastOutcome> {
  const cause = causeOf(error);
  if (
    isSolanaError(cause, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE) ||
    isSolanaError(cause, SOLANA_ERROR__JSON_RPC__INVALID_PARAMS)
  ) {
    return { kind: 'refused', reason: cause.message };
  }
  if (!isSolanaError(cause, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE)) throw error;
  if (isSolanaError(cause.cause, SOLANA_ERROR__TRANSACTION_ERROR__ALREADY_PROCESSED)) return { kind: 'accepted' };
  // Bytes that landed fail the preflight as well: after the window with "Blockhash not found", before with what they spent themselves.
  if (await isKnown(endpoint, id)) return { kind: 'accepted' };
  const reason = cause.cause instanceof Error ? cause.cause.message : cause.message;
  if (isSolanaError(cause.cause, SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND))
    return { kind: 'stale', reason };
  return { kind: 'refused', reason };
}

async function isKnown(endpoint: SolanaEndpoint, id: string): Promise<boolean> {
  const { value } = await endpoint.ask((rpc) =>
    rpc.getSignatureStatuses([id as Signature], { searchTransactionHistory: true }),
  );
  return (value[0] ?? null) !== null;
}
