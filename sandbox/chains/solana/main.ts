/**
 * The network of Solana as a process of its own: `--port`, `--state-file`, `--slot-ms`, `--seed`. It tells its parent when it listens, and ends
 * with SIGTERM, SIGINT or the parent.
 */
import { parseArgs } from 'node:util';
import { startSolanaSandbox, type SolanaSandboxOptions } from './server';

/** The port of a node. */
const PORT_DEFAULT = '8899';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'state-file': { type: 'string' },
    'slot-ms': { type: 'string' },
    seed: { type: 'string' },
  },
});

function wholeNumber(name: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Error(`--${name} takes a whole number, not ${given}.`);
}

function options(): SolanaSandboxOptions {
  const stateFile = values['state-file'];
  const slotMs = values['slot-ms'];
  return {
    port: wholeNumber('port', values.port ?? PORT_DEFAULT),
    ...(stateFile === undefined ? {} : { stateFile }),
    ...(slotMs === undefined ? {} : { slotMs: wholeNumber('slot-ms', slotMs) }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    onDefect: (error) =>
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  };
}

async function main(): Promise<void> {
  const sandbox = await startSolanaSandbox(options());
  const stop = (): void => {
    void sandbox.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  process.send?.({ ready: true, port: sandbox.port, chainId: sandbox.chainId });
  process.stdout.write(`The Solana sandbox (${sandbox.chainId}) listens on ${sandbox.url}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
