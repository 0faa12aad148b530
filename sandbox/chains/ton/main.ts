/**
 * The TON double as a process of its own: `--port`, `--state-file`, `--frozen` (time stands still but for blocks on command; without it the
 * network follows the clock). It tells its parent when it listens, and ends with SIGTERM, SIGINT or the parent.
 */
import { parseArgs } from 'node:util';
import { startTonDouble } from './server';

const PORT_DEFAULT = '8081';

const { values } = parseArgs({
  options: { port: { type: 'string' }, 'state-file': { type: 'string' }, frozen: { type: 'boolean' } },
});

function portNumber(given: string): number {
  if (/^\d{1,5}$/.test(given)) return Number(given);
  throw new Error(`--port takes a whole number, not ${given}.`);
}

async function main(): Promise<void> {
  const stateFile = values['state-file'];
  const double = await startTonDouble({
    port: portNumber(values.port ?? PORT_DEFAULT),
    ...(stateFile === undefined ? {} : { stateFile }),
    ...(values.frozen === true ? {} : { now: Date.now }),
    onDefect: (error) =>
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  });
  const stop = (): void => {
    void double.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  process.send?.({ ready: true, port: double.port });
  process.stdout.write(`The TON double listens on ${double.url}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
