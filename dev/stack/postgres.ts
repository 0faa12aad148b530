/**
 * A real Postgres of our own: started, watched and stopped by the process that asks for it. Its data outlive it.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { freePort } from './ports';
import { folderKey, isReachable, preparePostgres, type PostgresBinaries } from './postgres-binaries';
import { isAlive, waitFor } from './wait';
import { forgetFolder, forgetProcess, guardFolder, guardProcess } from './watchdog';

/** The owner of all databases here. */
const owner = 'perennial';

/** Postgres' code for a wrong password. */
const invalidPassword = '28P01';

/** Stopping politely takes milliseconds; a transaction that hangs must not hold up Ctrl-C for ever. */
const stopTimeoutMs = 10_000;

export interface PostgresOptions {
  /** Where the data live; made when missing. */
  readonly dataFolder: string;
  /** The wanted port; a taken one moves to the next free one. 0 or nothing takes any. */
  readonly port?: number;
  /** The owner's password: handed in again at each start on the same data. */
  readonly password: string;
  /** `false` gives up safety against a power cut for speed: for tests alone. */
  readonly durable?: boolean;
  /** Removes the data when the server stops, or when this process is gone. */
  readonly temporary?: boolean;
}

export interface Postgres {
  readonly port: number;
  readonly pid: number;
  /** Where the data really are: another place than asked for when Postgres' user cannot enter that one. */
  readonly dataFolder: string;
  /** The owner's address of a database. */
  url(database: string): string;
  /** Makes the database unless it is there. */
  ensureDatabase(database: string): Promise<void>;
  /** Ends it in order, by SIGKILL when it takes longer than 10 s. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(signal: NodeJS.Signals): void;
  /** Settles when the server is gone, wanted or not. */
  readonly exited: Promise<void>;
}

/** The process that holds this data folder, or `null`. */
export function postmasterOf(dataFolder: string): number | null {
  const file = path.join(dataFolder, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : null;
}

/** The folder asked for, or, when root's own folders are closed to Postgres' user, one of the same key where it can go. */
export function resolveDataFolder(wanted: string, binaries: Pick<PostgresBinaries, 'user'>): string {
  if (binaries.user === null || isReachable(path.dirname(path.resolve(wanted)), binaries.user))
    return path.resolve(wanted);
  // Removing the wanted folder must remove the data, so its own folder names the place outside.
  mkdirSync(wanted, { recursive: true });
  const pointer = path.join(wanted, 'location');
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8');
  const outside = mkdtempSync(path.join('/var/tmp', `perennial-data-${folderKey(wanted)}-`));
  chownSync(outside, binaries.user.uid, binaries.user.gid);
  const data = path.join(outside, 'data');
  writeFileSync(pointer, data);
  return data;
}

function initialize(binaries: PostgresBinaries, dataFolder: string, options: PostgresOptions): void {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  if (binaries.user) chownSync(dataFolder, binaries.user.uid, binaries.user.gid);
  const secrets = mkdtempSync(path.join(os.tmpdir(), 'perennial-initdb-'));
  const passwordFile = path.join(secrets, 'password');
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (binaries.user) for (const file of [secrets, passwordFile]) chownSync(file, binaries.user.uid, binaries.user.gid);
  try {
    const flags = [
      '-D',
      dataFolder,
      '-U',
      owner,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ];
    if (options.durable === false) flags.push('--no-sync');
    const result = spawnSync(binaries.initdb, flags, { ...binaries.user, encoding: 'utf8', cwd: os.tmpdir() });
    if (result.status === 0) return;
    // Half a data folder would be taken for a whole one at the next start.
    rmSync(dataFolder, { recursive: true, force: true });
    throw new Error(`Postgres could not make its data folder ${dataFolder}: ${result.stderr || String(result.error)}`);
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
}

function serverFlags(dataFolder: string, port: number, durable: boolean): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    // A socket file's path may be too long for the system; nobody here uses one.
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
  };
  return [
    '-D',
    dataFolder,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<void>;
  readonly lastWords: () => string;
}

function launch(binaries: PostgresBinaries, flags: string[]): Running {
  const child = spawn(binaries.postgres, flags, {
    ...binaries.user,
    cwd: os.tmpdir(),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-4_000)));
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      words += String(error);
      resolve();
    });
  });
  const pid = child.pid ?? 0;
  if (pid !== 0) {
    // SIGINT is Postgres' fast shutdown: it ends sessions and keeps the data clean.
    guardProcess(pid, 'SIGINT');
    void exited.then(() => forgetProcess(pid));
  }
  return { child, pid, exited, lastWords: () => words };
}

async function answers(url: string): Promise<true> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Waits for the first connection; a wrong password is an answer too, and final. */
async function whenReady(running: Running, url: string): Promise<void> {
  let gone = false;
  let refused = false;
  void running.exited.then(() => (gone = true));
  await waitFor('Postgres answers', async () => {
    if (gone) return true;
    return answers(url).catch((error: { code?: string }) => {
      refused = error.code === invalidPassword;
      if (!refused) throw error;
      return true;
    });
  });
  if (refused) throw new Error('The data folder was made with another password.');
  if (gone) throw new Error(`Postgres ended while it started: ${running.lastWords().trim()}`);
}

async function ensureDatabase(url: string, database: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

async function stopRunning(running: Running): Promise<void> {
  running.child.kill('SIGINT');
  const force = setTimeout(() => running.child.kill('SIGKILL'), stopTimeoutMs);
  await running.exited;
  clearTimeout(force);
}

function removeData(dataFolder: string): void {
  rmSync(dataFolder, { recursive: true, force: true });
  forgetFolder(dataFolder);
}

/**
 * Starts Postgres on its folder (and makes the folder at the first start).
 * @throws when another Postgres holds the folder, when npm brought none for this platform, or with Postgres' own last words
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const binaries = preparePostgres();
  const dataFolder = resolveDataFolder(options.dataFolder, binaries);
  const holder = postmasterOf(dataFolder);
  if (holder !== null)
    throw new Error(`Another Postgres (process ${holder}) holds the data folder ${dataFolder}. Stop it first.`);
  if (!existsSync(dataFolder) || readdirSync(dataFolder).length === 0) initialize(binaries, dataFolder, options);
  const port = await freePort(options.port);
  const url = (database: string): string =>
    `postgres://${owner}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/${database}`;
  const running = launch(binaries, serverFlags(dataFolder, port, options.durable !== false));
  if (options.temporary) guardFolder(dataFolder);
  const stop = async (): Promise<void> => {
    await stopRunning(running);
    if (options.temporary) removeData(dataFolder);
  };
  try {
    await whenReady(running, url('postgres'));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    pid: running.pid,
    dataFolder,
    url,
    ensureDatabase: (database) => ensureDatabase(url('postgres'), database),
    stop,
    kill: (signal) => void running.child.kill(signal),
    exited: running.exited,
  };
}
