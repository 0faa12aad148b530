/** A server that answers each request as the test says, and keeps what it was sent: for answers that no provider gives on purpose. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What to answer: status, JSON body and headers; or nothing, with the socket closed; or nothing at all. */
export type ScriptedAnswer =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | 'close'
  | 'silence';

export interface ScriptedServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  answer: (request: SeenRequest) => ScriptedAnswer;
  close(): Promise<void>;
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function seenFrom(request: http.IncomingMessage): Promise<SeenRequest> {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const parameters = new URLSearchParams(request.method === 'GET' ? query : await readBody(request));
  return { method: request.method ?? '', path, headers: request.headers, parameters: Object.fromEntries(parameters) };
}

function reply(response: http.ServerResponse, answer: ScriptedAnswer): void {
  if (answer === 'silence') return;
  if (answer === 'close') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const scripted: ScriptedServer = {
    url: '',
    seen,
    answer: () => ({ status: 500, body: { error: { type: 'api_error', message: 'Not scripted.' } } }),
    close: () => stop(server),
  };
  const server = http.createServer((request, response) => {
    void seenFrom(request).then((one) => {
      seen.push(one);
      reply(response, scripted.answer(one));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return Object.assign(scripted, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function stop(server: http.Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((closed) => server.close(() => closed()));
}
