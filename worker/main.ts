/** The worker process: workflows, activities, and the relay. */
import { createHmac } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { createActivities } from '../activities';
import type { ActivityDependencies } from '../activities/dependencies';
import { createChain } from '../adapters/chains';
import { openChains, parseChains, registerAssets, type ConfiguredChain } from '../adapters/chains/configured';
import { createRails, isRailName } from '../adapters/rails';
import { signerSources } from '../adapters/signers';
import { askingOf, createSalesTax, type SalesTaxProviders } from '../adapters/tax';
import { createVies } from '../adapters/tax/vies';
import { loadConfig, type Config } from '../config';
import { allTenants, openDatabase, type Database } from '../db/pool';
import { leaseFromLimits, type LimitRequest } from '../db/queries/rate-limits';
import { fail } from '../domain/errors';
import { signPaymentLink } from '../domain/payment-link';
import { createLogger } from '../log';
import { startAuditor } from './auditor';
import { createAdvancer, createMessenger, createReviver, startWatcher } from './messenger';
import { createPlanChanger } from './plan-changer';
import { startRelay } from './relay';
import { startTaxRegisters } from './tax-registers';
import { startTaxReporter } from './tax-reporter';
import { startThresholdSweeper } from './threshold-sweeper';
import { startRevenueCloser } from './revenue-closer';
import { startWalletKeeper } from './wallet-keeper';
import { installRuntime, startWorkers } from './workers';

/** Short enough that a provider's event or a lost message waits less than a person notices; idle rounds are two index look-ups. */
const relayIdleMs = 500;

/** Longer than a round of retries and the rest after it. */
const lateSeconds = 1_800;
/** What it mends is rare, and nobody waits for it by the minute. */
const lateEveryMs = 600_000;
/** Somebody who terminated a subscription's workflow by mistake waits for this; it costs one query of Temporal's visibility. */
const closedEveryMs = 10_000;
/** A number that was just given is asked about before its first invoice is looked at; an idle round is one index look-up. */
const registersEveryMs = 5_000;
/** A sale is filed by the month; sooner is only to see it soon. An idle round is one index look-up. */
const salesReportedEveryMs = 5_000;
/** Whoever is told that 80 % are used has hours to act, not seconds; a look costs one pass over the events since the last one. */
const thresholdsEveryMs = 5_000;
/** Whoever closes the books waits for it on the first day of a month; one query each time. */
const revenueEveryMs = 600_000;
/** Whoever falls below the threshold waits for the money so long; a round without work is two index look-ups. */
const walletsEveryMs = 2_000;

function railsOf(config: Config, database: Database) {
  const { secretKey, webhookSecret, apiUrl, requestsPerSecondMax } = config.stripe;
  const lease = (request: LimitRequest) => leaseFromLimits(database.as(allTenants), request);
  const secrets = { secretKey: secretKey.reveal(), webhookSecret: webhookSecret.reveal() };
  const rails = createRails({ stripe: { ...secrets, apiUrl, requestsPerSecondMax, lease } });
  return (name: string) => (isRailName(name) ? rails[name] : fail('internal'));
}

function paymentLinkOf(config: Config) {
  const secret = config.api.linkSecret.reveal();
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url');
  return (facts: Parameters<typeof signPaymentLink>[0]) =>
    `${config.api.publicUrl}/pay/${signPaymentLink(facts, sign)}`;
}

/** Chains by their id, with the keys that sign on them; the key file is opened when the first chain is asked for. */
function chainsOf({ chains: { keyFile, keyPassphrase } }: Config, chains: readonly ConfiguredChain[]) {
  const signers = () =>
    keyFile === null
      ? Promise.resolve(new Map())
      : signerSources.file({ file: { path: keyFile, passphrase: keyPassphrase.reveal() } });
  return openChains({ chains, signers, create: createChain });
}

function dependenciesOf(
  config: Config,
  database: Database,
  client: Client,
  log: ReturnType<typeof createLogger>,
  salesTax: SalesTaxProviders,
  chains: readonly ConfiguredChain[],
): ActivityDependencies {
  return {
    database,
    chainNamed: chainsOf(config, chains),
    railNamed: railsOf(config, database),
    paymentLink: paymentLinkOf(config),
    askSalesTax: askingOf(salesTax),
    log,
    advanceSubscription: createAdvancer(client),
    changePlan: createPlanChanger(client),
  };
}

/** Providers of sales tax; a tenant's settings say whether one is asked. */
const salesTaxOf = ({ stripe }: Config): SalesTaxProviders =>
  createSalesTax({ stripe: { secretKey: stripe.secretKey.reveal(), apiUrl: stripe.apiUrl } });

/** Registers of tax numbers that are configured; where none is, check digits decide. */
const registersOf = ({ vies }: Config) => (vies.url === null ? [] : [createVies({ url: vies.url })]);

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config, 'worker');
  installRuntime();
  const onError = (error: Error) => log.warn({ reason: error.message }, 'a database connection broke');
  const database = openDatabase({
    url: config.database.url.reveal(),
    poolSizeMax: config.database.poolSizeMax,
    onError,
  });
  // The default backoff grows to two minutes: the relay would miss a restarted server for that long.
  const channelArgs = { 'grpc.max_reconnect_backoff_ms': 1_000 };
  const connection = await Connection.connect({ address: config.temporal.address, channelArgs });
  const client = new Client({ connection, namespace: config.temporal.namespace });
  const salesTax = salesTaxOf(config);
  const chains = parseChains(config.chains.document.reveal());
  registerAssets(chains);
  const deps = dependenciesOf(config, database, client, log, salesTax, chains);
  const activities = createActivities(deps);
  const watchesChains = chains.length > 0;
  const workers = await startWorkers({ ...config.temporal, ...config.worker, watchesChains, activities });
  for (const { id } of chains) await startWatcher(client, config.temporal.taskQueue, id);
  const relay = startRelay({
    database,
    messenger: createMessenger(client, config.temporal.taskQueue),
    log,
    idleMs: relayIdleMs,
  });
  const auditor = startAuditor({
    database,
    ...createReviver(client, config.temporal.taskQueue),
    log,
    lateSeconds: config.worker.dueJitterSeconds + lateSeconds,
    closedEveryMs,
    lateEveryMs,
  });
  const keeper = startWalletKeeper(deps, walletsEveryMs);
  const revenueCloser = startRevenueCloser({ database, log, everyMs: revenueEveryMs });
  const sweeper = startThresholdSweeper({ database, log, everyMs: thresholdsEveryMs });
  const taxRegisters = startTaxRegisters({
    database,
    registers: registersOf(config),
    log,
    now: Date.now,
    everyMs: registersEveryMs,
  });
  const taxReporter = startTaxReporter({ database, providers: salesTax, log, now: Date.now }, salesReportedEveryMs);
  const stop = async (): Promise<void> => {
    await taxReporter.stop();
    await taxRegisters.stop();
    await sweeper.stop();
    await revenueCloser.stop();
    await keeper.stop();
    await auditor.stop();
    await relay.stop();
    await workers.stop();
    await connection.close();
    await database.close();
  };
  process.once('SIGTERM', () => void stop().then(() => process.exit(0)));
  process.once('SIGINT', () => void stop().then(() => process.exit(0)));
  // A worker whose parent died must not poll on for ever.
  process.once('disconnect', () => process.exit(0));
  const facts = { task_queue: config.temporal.taskQueue, build_id: config.temporal.buildId };
  if (workers.standing === 'current') log.info(facts, 'the worker serves');
  else
    log.warn(facts, 'a newer build serves: this worker is given no tasks; end it, or give the release a new BUILD_ID');
  process.send?.({ ready: true });
  await workers.finished;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `the worker stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
});
