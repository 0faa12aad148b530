/**
 * The double of a Nockchain node as a process of its own: `--port`, `--control-port`, `--state-file`, `--block-ms`, `--seed`. It tells its parent
 * when it listens, and ends with SIGTERM, SIGINT or the parent.
 */
import { parseArgs } from 'node:util';
import { type NockchainDoubleOptions, startNockchainDouble } from './server';

/** The port of a node's public gRPC. */
const PORT_DEFAULT = '5555';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'control-port': { type: 'string' },
    'state-file': { type: 'string' },
    'block-ms': { type: 'string' },
    seed: { type: 'string' },
  },
});

function wholeNumber(name: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Error(`--${name} takes a whole number, not ${given}.`);
}

function options(): NockchainDoubleOptions {
  const { seed, 'state-file': stateFile, 'block-ms': blockMs, 'control-port': controlPort } = values;
  return {
    port: wholeNumber('port', values.port ?? PORT_DEFAULT),
    ...(controlPort === undefined ? {} : { controlPort: wholeNumber('control-port', controlPort) }),
    ...(stateFile === undefined ? {} : { stateFile }),
    ...(blockMs === undefined ? {} : { blockMs: wholeNumber('block-ms', blockMs) }),
    ...(seed === undefined ? {} : { seed }),
    onDefect: (error) =>
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  };
}

async function main(): Promise<void> {
  const double = await startNockchainDouble(options());
  const stop = (): void => {
    void double.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  process.send?.({ ready: true, port: double.port, controlUrl: double.controlUrl });
  process.stdout.write(`The Nockchain double listens on ${double.address}, for orders on ${double.controlUrl}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
