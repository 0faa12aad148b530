/** What a method refuses, as its protocol says it: a number, a sentence, and data that clients read. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure';
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** Not an answer of the protocol at all: an HTTP status of a gateway, a closed connection, or silence. */
export class TransportFault extends Error {
  override readonly name = 'TransportFault';
  constructor(
    readonly effect: 'cut' | 'hang' | 'status',
    readonly status = 0,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(`transport fault: ${effect}`);
  }
}
