/** The node's gRPC services: every call bounded in time, every failure in the words of the port. */
import {
  type CallOptions,
  Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { ChainId } from '../../../domain/chain/asset';
import type { ChainConnection } from '../connection';
import { ChainRefusedRequest, ChainUnavailable } from '../port';
import { messages } from './messages';

export interface NockchainEndpoint {
  readonly chain: ChainId;
  /**
   * The answer of a method, or null where the node says that it does not know what was asked for.
   * @throws ChainUnavailable, ChainRefusedRequest.
   */
  call<Answer>(method: string, request: object): Promise<Answer | null>;
}

/** What blames the request; every other code is the node's trouble. */
const refused: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
]);

const SERVICES = ['NockchainService', 'NockchainBlockService'] as const;

/** One endpoint: `host:port`, or a URL whose scheme says whether the channel is encrypted. */
export function createEndpoint(connection: ChainConnection): NockchainEndpoint {
  const methods = serviceMethods();
  const { host, isSecure } = readUrl(connection.url);
  const client = new Client(host, isSecure ? credentials.createSsl() : credentials.createInsecure());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(connection.headers)) metadata.set(name, value);
  const ask = (name: string, request: object): Promise<Record<string, unknown>> => {
    const method = methods[name];
    if (method === undefined) throw new ChainRefusedRequest(connection.id, 'unknown_method', name);
    const options: CallOptions = { deadline: Date.now() + connection.timeoutMs };
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, value?: unknown): void =>
        error === null ? resolve(value as Record<string, unknown>) : reject(inWordsOfThePort(connection.id, error));
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        options,
        done,
      );
    });
  };
  return {
    chain: connection.id,
    call: async <Answer>(name: string, request: object) => {
      const answer = await ask(name, request);
      const failure = answer['error'] as { readonly code: number; readonly message: string } | null | undefined;
      if (failure == null) return answer as Answer;
      if (failure.code === status.NOT_FOUND) return null;
      throw inWordsOfThePort(connection.id, failure);
    },
  };
}

function readUrl(url: string): { readonly host: string; readonly isSecure: boolean } {
  if (!url.includes('://')) return { host: url, isSecure: false };
  const { host, protocol } = new URL(url);
  return { host, isSecure: protocol === 'https:' };
}

function serviceMethods(): ServiceDefinition {
  const definition = fromJSON(messages, { keepCase: true, longs: String, oneofs: true });
  const loaded = loadPackageDefinition(definition) as unknown as {
    nockchain: { public: { v2: Record<string, { service: ServiceDefinition }> } };
  };
  const services = SERVICES.map((name) => loaded.nockchain.public.v2[name]?.service ?? {});
  return Object.assign({}, ...services) as ServiceDefinition;
}

function inWordsOfThePort(
  chain: ChainId,
  { code, message }: { readonly code: number; readonly message: string },
): Error {
  if (refused.has(code)) return new ChainRefusedRequest(chain, `grpc_${code}`, message);
  return new ChainUnavailable(chain, message);
}
