/**
 * Anvil, Foundry's EVM node, from the package of this platform: the machine that contracts really run on. Its program needs no installation;
 * it is up in some 0.2 s.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

export interface AnvilOptions {
  /** Kept over restarts when anvil is ended by `stop`, and every half minute besides; null: nothing is kept. */
  readonly stateFile: string | null;
  /** Null: blocks are made on order alone. */
  readonly blockSeconds: number | null;
  readonly chainId: number;
  /** `safe` is so many blocks behind `latest`, and `finalized` twice as many (run). */
  readonly blocksUntilSafe: number;
}

export interface Anvil {
  readonly url: string;
  /** Ends it as an operator does; its state is written first. */
  stop(): Promise<void>;
}

const startTimeoutMs = 30_000;
const stateEverySeconds = 30;

/** Node's names for platforms and processors, as Foundry's packages name them. */
const processors: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** @throws Error when no package of anvil is installed for this machine. */
function anvilProgram(): string {
  const packageName = `@foundry-rs/anvil-${process.platform}-${processors[process.arch] ?? process.arch}`;
  const name = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  return path.join(path.dirname(require.resolve(`${packageName}/package.json`)), 'bin', name);
}

function argumentsOf({ stateFile, blockSeconds, chainId, blocksUntilSafe }: AnvilOptions): string[] {
  return [
    ...['--port', '0', '--chain-id', String(chainId), '--slots-in-an-epoch', String(blocksUntilSafe)],
    // The accounts that all anvils have are known to everybody: one is enough to pay with.
    ...['--accounts', '1', '--balance', '1000000000'],
    ...(blockSeconds === null ? ['--no-mining'] : ['--block-time', String(blockSeconds)]),
    ...(stateFile === null ? [] : ['--state', stateFile, '--state-interval', String(stateEverySeconds)]),
  ];
}

/** Waits for the line that says where it listens. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const give = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      give(new Error(`Anvil does not listen: ${output.slice(-500)}`));
    }, startTimeoutMs);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const address = /Listening on (\S+:\d+)/.exec(output)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      child.stdout?.off('data', read);
      // Whoever does not read its output stops it in the end.
      child.stdout?.resume();
      resolve(`http://${address}`);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', give);
    child.once('exit', (code) => give(new Error(`Anvil ended with ${code}: ${output.slice(-500)}`)));
  });
}

/** Starts anvil on a free port. It ends with this process. */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  if (options.stateFile !== null) mkdirSync(path.dirname(options.stateFile), { recursive: true });
  const child = spawn(anvilProgram(), argumentsOf(options), { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const endWithParent = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithParent);
  const url = await listening(child);
  return {
    url,
    stop: async () => {
      process.off('exit', endWithParent);
      child.kill('SIGINT');
      await exited;
    },
  };
}
