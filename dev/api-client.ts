/**
 * A small client of our own API for the demo, the benchmark and the tests. Problems become errors that say what the API said.
 */

export interface ApiAnswer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface ApiClient {
  get<T = never>(path: string): Promise<T>;
  post<T = never>(path: string, body?: unknown, idempotencyKey?: string): Promise<T>;
  patch<T = never>(path: string, body: unknown): Promise<T>;
  delete<T = never>(path: string): Promise<T>;
  /** A file, such as the PDF of an invoice. */
  download(path: string): Promise<{ readonly headers: Headers; readonly bytes: Uint8Array }>;
  /** The answer as it came, problems too. */
  send<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer<T>>;
  /** The same client with another key. */
  as(apiKey: string): ApiClient;
}

/** What the API refused. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly status: number,
    readonly problem: { readonly code?: string; readonly detail?: string; readonly errors?: readonly unknown[] },
    request: string,
  ) {
    super(
      `${request}: ${status} ${problem.code ?? ''} ${problem.detail ?? ''} ${JSON.stringify(problem.errors ?? [])}`,
    );
  }
}

export interface ApiClientOptions {
  /** With /api/v1, without a slash at the end. */
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** Makes a client. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  async function send<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer<T>> {
    const response = await fetch(`${options.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${options.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? null : JSON.parse(text)) as T };
  }
  async function call<T>(method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<T> {
    const answer = await send<T>(
      method,
      path,
      body,
      idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
    );
    if (answer.status >= 400) throw new ApiProblem(answer.status, answer.body as object, `${method} ${path}`);
    return answer.body;
  }
  async function download(path: string) {
    const response = await fetch(`${options.baseUrl}${path}`, {
      headers: { authorization: `Bearer ${options.apiKey}` },
    });
    if (!response.ok) throw new ApiProblem(response.status, (await response.json()) as object, `GET ${path}`);
    return { headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body = {}, idempotencyKey) => call('POST', path, body, idempotencyKey),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path) => call('DELETE', path),
    download,
    send,
    as: (apiKey) => createApiClient({ ...options, apiKey }),
  };
}
