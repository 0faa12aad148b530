/**
 * A Temporal server of our own, prepared for our workflows: limits raised, search attributes registered.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { freePort } from './ports';
import { prepareNamespace } from './temporal-namespace';
import type { TemporalBinary } from './temporal-versions';
import { forgetProcess, guardProcess } from './watchdog';

export interface TemporalOptions {
  readonly binary: TemporalBinary;
  /** Where workflows are kept; `null` keeps them in memory and loses them at the end. */
  readonly dbFile: string | null;
  /** The wanted ports; a taken one moves to the next free one. 0 takes any; no UI port, no UI. */
  readonly ports?: { readonly grpc?: number; readonly ui?: number };
  readonly namespace?: string;
  /** The server's own log is kept here. */
  readonly logFile: string;
}

export interface TemporalServer {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | null;
  readonly pid: number;
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<void>;
}

/** The server writes its state at once (WAL), so a stop that takes longer than this is cut short without loss. */
const stopTimeoutMs = 5_000;

/**
 * Settings of a server that serves one machine. The shipped rates are for one tenant of many and are the first thing that a load test meets.
 */
const dynamicConfiguration: Readonly<Record<string, number | string | boolean>> = {
  // A continue-as-new within a second of the start would wait out the second: compressed time must not.
  'history.workflowIdReuseMinimalInterval': '0s',
  'frontend.rps': 20_000,
  'frontend.namespaceRPS': 20_000,
  'frontend.namespaceRPS.visibility': 1_000,
  'frontend.namespaceCount': 20_000,
  'frontend.persistenceMaxQPS': 50_000,
  'history.rps': 50_000,
  'history.persistenceMaxQPS': 50_000,
  'matching.rps': 50_000,
  'matching.persistenceMaxQPS': 50_000,
  // One machine needs no partitions, and one partition finds its poller at once.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // Off by default; without it the SDK's eager dispatch does nothing.
  'system.enableActivityEagerExecution': true,
};

async function choosePorts(
  ports: TemporalOptions['ports'],
): Promise<{ grpc: number; ui: number | null; http: number; metrics: number }> {
  const taken = new Set<number>();
  const take = async (wanted: number): Promise<number> => {
    const port = await freePort(wanted, taken);
    taken.add(port);
    return port;
  };
  const grpc = await take(ports?.grpc ?? 0);
  const ui = ports?.ui === undefined ? null : await take(ports.ui);
  return { grpc, ui, http: await take(0), metrics: await take(0) };
}

function flagsFor(options: TemporalOptions, ports: Awaited<ReturnType<typeof choosePorts>>): string[] {
  const flags = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--log-level',
    'warn',
    '--namespace',
    options.namespace ?? 'default',
  ];
  flags.push('--port', String(ports.grpc), '--http-port', String(ports.http), '--metrics-port', String(ports.metrics));
  flags.push(...(ports.ui === null ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(ports.ui)]));
  if (options.dbFile !== null) {
    flags.push(
      '--db-filename',
      options.dbFile,
      '--sqlite-pragma',
      'journal_mode=WAL',
      '--sqlite-pragma',
      'synchronous=NORMAL',
    );
  }
  // The older line stops at a flag that it does not know.
  if (!options.binary.server.startsWith('1.29.') && ports.ui !== null) flags.push('--ui-disable-news-fetch');
  for (const [key, value] of Object.entries(dynamicConfiguration))
    flags.push('--dynamic-config-value', `${key}=${JSON.stringify(value)}`);
  return flags;
}

/** The server allocates much and keeps little: collecting garbage a quarter as often spares a tenth of its time, for some hundred megabytes. */
const garbagePercent = '400';

function launch(
  options: TemporalOptions,
  flags: string[],
): { child: ChildProcess; pid: number; exited: Promise<void> } {
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.binary.path, flags, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { GOGC: garbagePercent, ...process.env },
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const pid = child.pid ?? 0;
  if (pid !== 0) {
    guardProcess(pid, 'SIGTERM');
    void exited.then(() => forgetProcess(pid));
  }
  return { child, pid, exited };
}

async function stopRunning(running: { child: ChildProcess; exited: Promise<void> }): Promise<void> {
  running.child.kill('SIGTERM');
  const force = setTimeout(() => running.child.kill('SIGKILL'), stopTimeoutMs);
  await running.exited;
  clearTimeout(force);
}

/**
 * The server picks ports for its inner services among those free at that moment, and another program may take one before it listens.
 * Then it ends, and a new start picks others.
 */
const startsMax = 4;
const lostAPort = (error: unknown): boolean => String(error).includes('address already in use');

/**
 * Starts the server and waits until workflows can be started on it.
 * @throws with the end of its log when it ends while it starts
 */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  for (let start = 1; ; start++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (!lostAPort(error) || start === startsMax) throw error;
    }
  }
}

async function startOnce(options: TemporalOptions): Promise<TemporalServer> {
  const logged = existsSync(options.logFile) ? statSync(options.logFile).size : 0;
  const ports = await choosePorts(options.ports);
  const running = launch(options, flagsFor(options, ports));
  const address = `127.0.0.1:${ports.grpc}`;
  const namespace = options.namespace ?? 'default';
  const ended = running.exited.then(() => {
    throw new Error(
      `Temporal ended while it started: ${readFileSync(options.logFile).subarray(logged).toString('utf8').slice(0, 2_000).trim()}`,
    );
  });
  try {
    await Promise.race([prepareNamespace(address, namespace), ended]);
  } catch (error) {
    await stopRunning(running);
    throw error;
  } finally {
    ended.catch(() => undefined);
  }
  return {
    address,
    namespace,
    uiUrl: ports.ui === null ? null : `http://127.0.0.1:${ports.ui}`,
    pid: running.pid,
    stop: () => stopRunning(running),
    kill: (signal) => void running.child.kill(signal),
    exited: running.exited,
  };
}
