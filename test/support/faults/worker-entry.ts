/** A worker process of the same parts as worker/main.ts, which can be ordered to die at a moment. */
import { Client, Connection } from '@temporalio/client';
import { createActivities } from '../../../activities';
import type { ActivityDependencies } from '../../../activities/dependencies';
import { createChain } from '../../../adapters/chains';
import { openChains, parseChains, registerAssets } from '../../../adapters/chains/configured';
import { createRails, isRailName } from '../../../adapters/rails';
import { signerSources } from '../../../adapters/signers';
import { askingOf, createSalesTax } from '../../../adapters/tax';
import { loadConfig, type Config } from '../../../config';
import { openDatabase, type Database } from '../../../db/pool';
import { fail } from '../../../domain/errors';
import { createLogger } from '../../../log';
import { createAdvancer, createMessenger } from '../../../worker/messenger';
import { createPlanChanger } from '../../../worker/plan-changer';
import { startRelay } from '../../../worker/relay';
import { installRuntime, startWorkers } from '../../../worker/workers';
import { deadlyChains } from './deadly-chains';
import { killFileVariable } from './kill-order';
import { deadlyActivities, deadlyDependencies } from './kill-points';

const relayIdleMs = 200;

function chainsOf({ chains: { document, keyFile, keyPassphrase } }: Config): ActivityDependencies['chainNamed'] {
  const chains = parseChains(document.reveal());
  registerAssets(chains);
  const file = { path: keyFile ?? '', passphrase: keyPassphrase.reveal() };
  return openChains({ chains, signers: () => signerSources.file({ file }), create: createChain });
}

function dependenciesOf(config: Config, database: Database, client: Client): ActivityDependencies {
  const { secretKey, webhookSecret, apiUrl } = config.stripe;
  const rails = createRails({
    stripe: {
      secretKey: secretKey.reveal(),
      webhookSecret: webhookSecret.reveal(),
      apiUrl,
      requestsPerSecondMax: 0,
    },
  });
  return {
    database,
    chainNamed: chainsOf(config),
    railNamed: (name) => (isRailName(name) ? rails[name] : fail('internal')),
    paymentLink: ({ invoiceId }) => `${config.api.publicUrl}/pay/${invoiceId}`,
    askSalesTax: askingOf(createSalesTax({ stripe: { secretKey: secretKey.reveal(), apiUrl } })),
    log: createLogger(config, 'worker'),
    advanceSubscription: createAdvancer(client),
    changePlan: createPlanChanger(client),
  };
}

async function main(): Promise<void> {
  const config = loadConfig();
  installRuntime();
  const database = openDatabase({ url: config.database.url.reveal(), poolSizeMax: 8, onError: () => undefined });
  const connection = await Connection.connect({ address: config.temporal.address });
  const client = new Client({ connection, namespace: config.temporal.namespace });
  const watch = { file: process.env[killFileVariable] ?? '', stripeUrl: config.stripe.apiUrl ?? '' };
  const engine = dependenciesOf(config, database, client);
  const deps = { ...engine, chainNamed: deadlyChains(engine.chainNamed, watch.file) };
  const activities = deadlyActivities(createActivities(deadlyDependencies(deps, watch)), watch);
  const watchesChains = config.chains.keyFile !== null;
  const workers = await startWorkers({ ...config.temporal, ...config.worker, watchesChains, activities });
  const messenger = createMessenger(client, config.temporal.taskQueue);
  const relay = startRelay({ database, messenger, log: deps.log, idleMs: relayIdleMs });
  const stop = async (): Promise<void> => {
    await relay.stop();
    await workers.stop();
    await connection.close();
    await database.close();
  };
  process.once('SIGTERM', () => void stop().then(() => process.exit(0)));
  process.once('disconnect', () => process.exit(0));
  process.send?.({ ready: true });
  await workers.finished;
}

main().catch((error: unknown) => {
  process.stderr.write(`the worker stopped: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
