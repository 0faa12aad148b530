/** Serves the sandbox on a port of this machine. */
import { serve, type ServerType } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createStripeSandbox, type StripeSandbox, type StripeSandboxOptions } from './sandbox';

export { createStripeSandbox, type StripeSandbox, type StripeSandboxOptions };

export interface StripeSandboxServerOptions extends StripeSandboxOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly hostname?: string;
}

export interface StripeSandboxServer {
  readonly url: string;
  readonly port: number;
  readonly sandbox: StripeSandbox;
  /** Closes every connection at once and then the state file. */
  close(): Promise<void>;
}

/** Starts the server. Rejects when the port is taken. */
export async function startStripeSandbox(options: StripeSandboxServerOptions): Promise<StripeSandboxServer> {
  const sandbox = createStripeSandbox(options);
  const hostname = options.hostname ?? '127.0.0.1';
  const { server, port } = await listen(sandbox, options.port, hostname);
  const url = `http://${hostname}:${port}`;
  sandbox.world.baseUrl = options.baseUrl ?? url;
  return { url, port, sandbox, close: () => close(server as Server, sandbox) };
}

function listen(sandbox: StripeSandbox, port: number, hostname: string): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: sandbox.app.fetch, port, hostname }, (address: AddressInfo) =>
      resolve({ server, port: address.port }),
    );
    server.once('error', (error) => {
      sandbox.close();
      reject(error);
    });
  });
}

/** Requests that hang on command would keep the server open for ever: they are cut off. */
async function close(server: Server, sandbox: StripeSandbox): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
  sandbox.close();
}
