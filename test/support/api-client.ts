/** The client of our own API on an application in this process: as over HTTP, without a socket. */
import { ApiProblem, type ApiAnswer, type ApiClient } from '../../dev/api-client';
import type { TestApi } from './api';

/** Makes the client with the key of a tenant. */
export function clientOf(api: TestApi, key: string = api.tenant.key): ApiClient {
  const send = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => (await api.send(method, path, { body, key, headers })) as ApiAnswer<T>;
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await send<T>(method, path, body);
    if (answer.status >= 400) throw new ApiProblem(answer.status, answer.body as object, `${method} ${path}`);
    return answer.body;
  };
  const download = async (path: string) => {
    const response = await api.app.request(`/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw new ApiProblem(response.status, (await response.json()) as object, `GET ${path}`);
    return { headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path) => call('DELETE', path),
    send,
    download,
    as: (other) => clientOf(api, other),
  };
}
