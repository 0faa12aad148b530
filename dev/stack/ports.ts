/**
 * Ports on the loopback interface.
 */
import { createServer } from 'node:net';

/** How many ports above the wanted one are tried before any free one is taken. */
const neighborsMax = 50;

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(found));
    });
  });
}

/**
 * The wanted port when it is free, else the next free one above it; 0 asks for any.
 * @param taken ports that this caller has promised to others and that nobody listens on yet
 */
export async function freePort(wanted = 0, taken: ReadonlySet<number> = new Set()): Promise<number> {
  const last = wanted === 0 ? -1 : Math.min(wanted + neighborsMax, 65_535);
  for (let port = wanted; port <= last; port++) {
    if (taken.has(port)) continue;
    const found = await tryPort(port);
    if (found !== null) return found;
  }
  const any = await tryPort(0);
  if (any === null) throw new Error('No free port on 127.0.0.1.');
  return taken.has(any) ? freePort(0, taken) : any;
}
