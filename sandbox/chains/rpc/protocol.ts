/** What a double's wire protocol makes of an HTTP request. The server beneath adds faults, the control surface and the log of calls. */

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Sent as it is; the content type is JSON unless the headers say otherwise. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Runs one method with the faults that it meets. Let a `TransportFault` go through; make an `RpcFailure` an answer. */
export type Call = (method: string, params: unknown) => Promise<unknown>;

export type Protocol = (request: HttpRequest, call: Call) => Promise<HttpAnswer>;

/** The methods of a double by name. Each throws `RpcFailure` for what the protocol refuses. */
export type RpcMethods = Readonly<Record<string, (params: unknown) => unknown>>;
