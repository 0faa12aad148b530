/** The node behind the double's endpoint: requests that go through to anvil, and what the double itself asks of it. */
import { RpcFailure } from '../rpc/rpc-failure';

export type Ask = <Answer = unknown>(method: string, params: unknown) => Promise<Answer>;

interface Answered {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** One request to a node. @throws RpcFailure with the node's own code and sentence. */
export const nodeAt =
  (url: string): Ask =>
  async <Answer>(method: string, params: unknown) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = (await response.json()) as Answered;
    if (error !== undefined) throw new RpcFailure(error.code, error.message, error.data);
    return result as Answer;
  };
