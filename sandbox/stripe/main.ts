/**
 * The sandbox as a process of its own: `--port`, `--state-file`, `--settle-after-ms`, `--webhook-url` with `--webhook-secret`, `--secret-key`.
 * It tells its parent when it listens, and ends with SIGTERM, SIGINT or the parent.
 */
import { parseArgs } from 'node:util';
import { startStripeSandbox, type StripeSandboxServerOptions } from './server';

/** The port of Stripe's own mock server. */
const PORT_DEFAULT = '12111';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'state-file': { type: 'string' },
    'settle-after-ms': { type: 'string' },
    'webhook-url': { type: 'string' },
    'webhook-secret': { type: 'string' },
    'secret-key': { type: 'string' },
  },
});

function wholeNumber(name: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Error(`--${name} takes a whole number, not ${given}.`);
}

function options(): StripeSandboxServerOptions {
  const stateFile = values['state-file'];
  const settleAfterMs = values['settle-after-ms'];
  const secretKey = values['secret-key'];
  const url = values['webhook-url'];
  const secret = values['webhook-secret'];
  const endpoint =
    url === undefined ? null : { url, enabledEvents: ['*'], ...(secret === undefined ? {} : { secret }) };
  return {
    port: wholeNumber('port', values.port ?? PORT_DEFAULT),
    ...(stateFile === undefined ? {} : { stateFile }),
    ...(settleAfterMs === undefined ? {} : { settleAfterMs: wholeNumber('settle-after-ms', settleAfterMs) }),
    ...(secretKey === undefined ? {} : { secretKey }),
    ...(endpoint === null ? {} : { webhookEndpoints: [endpoint] }),
    onDefect: (error) =>
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  };
}

async function main(): Promise<void> {
  const server = await startStripeSandbox(options());
  const stop = (): void => {
    void server.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  process.send?.({ ready: true, port: server.port });
  process.stdout.write(`The Stripe sandbox listens on ${server.url}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
