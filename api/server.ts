/** The API's process: reads the configuration, opens what the API needs, listens, and closes in order. */
import { serve } from '@hono/node-server';
import { parseChains, registerAssets } from '../adapters/chains/configured';
import { documentRenderers } from '../adapters/documents';
import { askingOf, createSalesTax } from '../adapters/tax';
import { checkDigits } from '../adapters/tax/check-digits';
import { createRails } from '../adapters/rails';
import { loadConfig, type Config } from '../config';
import { allTenants, openDatabase, type Database } from '../db/pool';
import { leaseFromLimits, type LimitRequest } from '../db/queries/rate-limits';
import { createLogger } from '../log';
import { createApp } from './app';
import { openWorkflows } from './temporal';

/** Requests in flight get so long to end; the longest wait of a request is below. */
const closeMsMax = 60_000;

function settingsOf({ api, worker }: Config) {
  return {
    publicUrl: api.publicUrl.replace(/\/$/, ''),
    adminKey: api.adminKey.reveal(),
    linkSecret: api.linkSecret.reveal(),
    requestsPerSecondMax: api.requestsPerSecondMax,
    bodyBytesMax: api.bodyBytesMax,
    dueJitterSeconds: worker.dueJitterSeconds,
  };
}

function railsOf({ stripe }: Config, database: Database) {
  const { secretKey, webhookSecret, ...rest } = stripe;
  const lease = (request: LimitRequest) => leaseFromLimits(database.as(allTenants), request);
  const secrets = { secretKey: secretKey.reveal(), webhookSecret: webhookSecret.reveal() };
  return createRails({ stripe: { ...rest, ...secrets, lease } });
}

function main(): void {
  const config = loadConfig();
  const logger = createLogger(config, 'api');
  const onError = (error: Error) => logger.warn({ err: error }, 'a database connection broke');
  const database = openDatabase({
    url: config.database.url.reveal(),
    poolSizeMax: config.database.poolSizeMax,
    onError,
  });
  const workflows = openWorkflows(config.temporal);
  const chains = parseChains(config.chains.document.reveal());
  registerAssets(chains);
  const app = createApp({
    database,
    workflows,
    rails: railsOf(config, database),
    documents: documentRenderers,
    chainIds: chains.map(({ id }) => id),
    checkDigits,
    askSalesTax: askingOf(
      createSalesTax({ stripe: { secretKey: config.stripe.secretKey.reveal(), apiUrl: config.stripe.apiUrl } }),
    ),
    settings: settingsOf(config),
    logger,
    wallClock: Date.now,
  });
  const server = serve({ fetch: app.fetch, hostname: config.api.host, port: config.api.port }, ({ port }) => {
    logger.info({ port }, 'api listens');
    process.send?.({ ready: true, port });
  });
  server.on('error', (error: Error) => {
    logger.fatal({ err: error }, 'api cannot listen');
    process.exitCode = 1;
    close();
  });

  let closing = false;
  function close(): void {
    if (closing) return;
    closing = true;
    logger.info({}, 'api closes');
    // A request that hangs must not keep the process for ever.
    setTimeout(() => process.exit(1), closeMsMax).unref();
    server.close(() => {
      void Promise.allSettled([workflows.close(), database.close()]).then(() => {
        if (process.connected) process.disconnect();
      });
    });
  }
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
  // The parent is gone: nobody would ever stop this process.
  process.once('disconnect', close);
}

main();
