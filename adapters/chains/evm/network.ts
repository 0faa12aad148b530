/** An EVM endpoint: JSON-RPC requests through viem, with what goes wrong sorted into what can be tried again and what cannot. */
import { BaseError, createPublicClient, http, HttpRequestError, type PublicRpcSchema, RpcRequestError } from 'viem';
import type { EIP1193RequestFn } from 'viem';
import type { ChainId } from '../../../domain/chain/asset';
import type { ChainConnection } from '../connection';
import { ChainRefusedRequest, ChainUnavailable } from '../port';

export type EvmRequest = EIP1193RequestFn<PublicRpcSchema>;

export interface EvmNetwork {
  readonly id: ChainId;
  /** The number in the id, which transactions are signed for. */
  readonly chainId: number;
  /** @throws ChainUnavailable, ChainRefusedRequest. */
  readonly request: EvmRequest;
  /** As `request`, with the node's own error as it came: for calls whose refusal means something. */
  readonly requestRaw: EvmRequest;
}

/** JSON-RPC: invalid request, unknown method, invalid parameters. Asking again changes nothing. */
const hopelessCodes: readonly number[] = [-32600, -32601, -32602];

function retryAfterMs(headers: Headers | undefined): number | null {
  const seconds = headers?.get('retry-after') ?? '';
  return /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : null;
}

const isPassing = (status: number | undefined): boolean =>
  status === undefined || status === 408 || status === 429 || status >= 500;

/** The node's own words about an error, or null when no node answered. */
export function nodeErrorOf(error: unknown): { readonly code: number; readonly message: string } | null {
  if (!(error instanceof BaseError)) return null;
  const found = error.walk((cause) => cause instanceof RpcRequestError);
  return found instanceof RpcRequestError ? { code: found.code, message: found.details } : null;
}

/** The error by its class: an outage, or a request that no endpoint will take. */
export function failureOf(chain: ChainId, error: unknown): Error {
  if (error instanceof ChainUnavailable || error instanceof ChainRefusedRequest) return error;
  const answered = error instanceof BaseError ? error.walk((cause) => cause instanceof HttpRequestError) : null;
  if (answered instanceof HttpRequestError) {
    const { status, headers, shortMessage } = answered;
    if (isPassing(status)) {
      return new ChainUnavailable(chain, `${shortMessage} (${status ?? 'no answer'})`, retryAfterMs(headers), {
        cause: error,
      });
    }
    return new ChainRefusedRequest(chain, `http_${status}`, shortMessage, { cause: error });
  }
  const node = nodeErrorOf(error);
  if (node !== null && hopelessCodes.includes(node.code)) {
    return new ChainRefusedRequest(chain, `rpc_${node.code}`, node.message, { cause: error });
  }
  const message = node?.message ?? (error instanceof Error ? error.message : String(error));
  return new ChainUnavailable(chain, message, null, { cause: error });
}

/**
 * An endpoint. The first request asks which chain it serves: one of another chain would take signed bytes to a place where they are nobody's.
 */
export function createEvmNetwork(connection: ChainConnection): EvmNetwork {
  const chainId = Number(connection.id.split(':')[1]);
  const transport = http(connection.url, {
    retryCount: 0,
    timeout: connection.timeoutMs,
    fetchOptions: { headers: { ...connection.headers } },
  });
  const client = createPublicClient({ transport });
  let checked: Promise<void> | null = null;

  async function check(): Promise<void> {
    const served = Number(await client.request({ method: 'eth_chainId' }));
    if (served === chainId) return;
    throw new ChainRefusedRequest(connection.id, 'wrong_chain', `The endpoint serves the chain ${served}.`);
  }
  const requestRaw = (async (call: never) => {
    checked ??= check();
    await checked.catch((error: unknown) => {
      checked = null;
      throw failureOf(connection.id, error);
    });
    return client.request(call);
  }) as EvmRequest;
  const request = (async (call: never) => {
    try {
      return await requestRaw(call);
    } catch (error) {
      throw failureOf(connection.id, error);
    }
  }) as EvmRequest;
  return { id: connection.id, chainId, request, requestRaw };
}
