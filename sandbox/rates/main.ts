/**
 * The markets as a process of its own: `--port`, and `--markets` with their JSON. It tells its parent when it listens, and ends with SIGTERM,
 * SIGINT or the parent.
 */
import { parseArgs } from 'node:util';
import { type Market, type RatesSandboxOptions, startRatesSandbox } from './server';

const PORT_DEFAULT = '12120';

const { values } = parseArgs({ options: { port: { type: 'string' }, markets: { type: 'string' } } });

function options(): RatesSandboxOptions {
  const port = values.port ?? PORT_DEFAULT;
  if (!/^\d{1,5}$/.test(port)) throw new Error(`--port takes a whole number, not ${port}.`);
  return {
    port: Number(port),
    ...(values.markets === undefined ? {} : { markets: JSON.parse(values.markets) as Market[] }),
    onDefect: (error) =>
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  };
}

async function main(): Promise<void> {
  const sandbox = await startRatesSandbox(options());
  const stop = (): void => {
    void sandbox.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  process.send?.({ ready: true, port: sandbox.port });
  process.stdout.write(`The rates sandbox listens on ${sandbox.url}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
