/** The endpoints of a chain: every request bounded in time, every failure in the words of the port. */
import {
  createDefaultRpcTransport,
  createSolanaRpcFromTransport,
  isSolanaError,
  type Rpc,
  SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
  SOLANA_ERROR__JSON_RPC__INVALID_REQUEST,
  SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
  SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR,
  type SolanaRpcApi,
} from '@solana/kit';
import type { ChainId } from '../../../domain/chain/asset';
import type { ChainConnection } from '../connection';
import { ChainRefusedRequest, ChainUnavailable } from '../port';

export type SolanaRpc = Rpc<SolanaRpcApi>;

/** Something that waits to be sent, as the client library makes it. */
interface Pending<Result> {
  send(options: { abortSignal: AbortSignal }): Promise<Result>;
}

export interface SolanaEndpoint {
  readonly chain: ChainId;
  /** @throws ChainUnavailable, ChainRefusedRequest. */
  ask<Result>(request: (rpc: SolanaRpc) => Pending<Result>): Promise<Result>;
}

/** HTTP statuses that blame the request; all others are the endpoint's trouble. */
const refusedStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 413]);
const refusedCodes: ReadonlySet<number> = new Set([
  SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
  SOLANA_ERROR__JSON_RPC__INVALID_REQUEST,
  SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
]);

/** One endpoint. It is asked for its genesis hash first, so that a chain is never taken for another one. */
export function createEndpoint(connection: ChainConnection, url = connection.url): SolanaEndpoint {
  const rpc = createSolanaRpcFromTransport(
    createDefaultRpcTransport({ url: url as `http://${string}`, headers: headersOf(connection) }),
  );
  const ask: SolanaEndpoint['ask'] = async (request) => {
    try {
      return await request(rpc).send({ abortSignal: AbortSignal.timeout(connection.timeoutMs) });
    } catch (error) {
      throw inWordsOfThePort(connection, error);
    }
  };
  let isRightChain = false;
  return {
    chain: connection.id,
    ask: async (request) => {
      if (!isRightChain) checkGenesis(connection, await ask((one) => one.getGenesisHash()));
      isRightChain = true;
      return ask(request);
    },
  };
}

type Headers = NonNullable<Parameters<typeof createDefaultRpcTransport>[0]['headers']>;

/** The library's type forbids some names one by one; it refuses them by itself when the transport is made. */
const headersOf = (connection: ChainConnection): Headers => ({ ...connection.headers }) as unknown as Headers;

function checkGenesis({ id }: ChainConnection, hash: string): void {
  if (hash.startsWith(id.slice('solana:'.length))) return;
  throw new ChainRefusedRequest(id, 'wrong_chain', `The endpoint serves the chain of genesis ${hash}, not ${id}.`);
}

/** Errors that a caller judges (a failed preflight) keep their cause; see `causeOf`. */
function inWordsOfThePort({ id }: ChainConnection, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (isSolanaError(error, SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR)) {
    const { statusCode, headers } = error.context;
    if (refusedStatuses.has(statusCode)) {
      return new ChainRefusedRequest(id, `http_${statusCode}`, message, { cause: error });
    }
    return new ChainUnavailable(id, message, retryAfterMs(headers.get('retry-after')), { cause: error });
  }
  if (isSolanaError(error) && refusedCodes.has(error.context.__code)) {
    return new ChainRefusedRequest(id, String(error.context.__code), message, { cause: error });
  }
  return new ChainUnavailable(id, message, null, { cause: error });
}

function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}

/** What the client library threw, out of the port's error. */
export const causeOf = (error: unknown): unknown =>
  error instanceof ChainUnavailable || error instanceof ChainRefusedRequest ? error.cause : error;
