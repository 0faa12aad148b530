/**
 * Which Temporal is wanted, and how a binary tells what it is.
 */
import { execFileSync } from 'node:child_process';

/** The newest stable line of the CLI, which holds server 1.31.2; `dev/temporal/go.mod` pins the same. */
export const cliVersion = '1.8.2';

/** The newest tag that a plain `go install` accepts (later ones have a `replace` line); it holds server 1.29.1. */
export const fallbackCliVersion = '1.5.1';

/** Updates with a start (1.28) and deployment versions as they are used here work from this server on. */
const serverVersionMin = [1, 29] as const;

export interface TemporalBinary {
  readonly path: string;
  /** Where it came from, for people. */
  readonly origin: string;
  /** The server inside, such as 1.31.2. */
  readonly server: string;
}

/** The server figure of `temporal version X (Server 1.31.2, UI 2.50.1)`. X says nothing: builds from source print 0.0.0-DEV. */
export function serverVersionOf(output: string): string | null {
  return /\(Server (\d+\.\d+\.\d+[^,)]*)/.exec(output)?.[1] ?? null;
}

/** Whether that server can run our workflows. */
export function isAcceptable(server: string): boolean {
  const [major = 0, minor = 0] = server.split('.').map(Number);
  return major > serverVersionMin[0] || (major === serverVersionMin[0] && minor >= serverVersionMin[1]);
}

/** Asks a binary what it is; `null` when it does not run or is too old. */
export function inspectBinary(path: string, origin: string): TemporalBinary | null {
  try {
    const output = execFileSync(path, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    });
    const server = serverVersionOf(output);
    return server !== null && isAcceptable(server) ? { path, origin, server } : null;
  } catch {
    return null;
  }
}
