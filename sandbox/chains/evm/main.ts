/**
 * The EVM chain as a process of its own: `--port`, `--state-file`, `--block-seconds`, `--chain-id`. It tells its parent when it listens, and
 * ends with SIGTERM, SIGINT or the parent.
 */
import { parseArgs } from 'node:util';
import { type EvmSandboxOptions, startEvmSandbox } from './server';

/** The port of a node. */
const PORT_DEFAULT = '8545';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'state-file': { type: 'string' },
    'block-seconds': { type: 'string' },
    'chain-id': { type: 'string' },
  },
});

function wholeNumber(name: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Error(`--${name} takes a whole number, not ${given}.`);
}

function options(): EvmSandboxOptions {
  const { 'state-file': stateFile, 'block-seconds': blockSeconds, 'chain-id': chainId } = values;
  return {
    port: wholeNumber('port', values.port ?? PORT_DEFAULT),
    ...(stateFile === undefined ? {} : { stateFile }),
    ...(blockSeconds === undefined ? {} : { blockSeconds: wholeNumber('block-seconds', blockSeconds) }),
    ...(chainId === undefined ? {} : { chainId: wholeNumber('chain-id', chainId) }),
    onDefect: (error) =>
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  };
}

async function main(): Promise<void> {
  const sandbox = await startEvmSandbox(options());
  const stop = (): void => {
    void sandbox.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  process.send?.({ ready: true, port: sandbox.port, chainId: sandbox.chainId });
  process.stdout.write(`The EVM sandbox (${sandbox.chainId}) listens on ${sandbox.url}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
