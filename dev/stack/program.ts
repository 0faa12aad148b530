/**
 * Runs one of our own programs (sandbox, worker, api) as a child process, hears when it is ready, and starts it again when it crashes.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { forgetProcess, guardProcess } from './watchdog';

export interface ProgramOptions {
  readonly name: string;
  /** From the project's folder: api/server.ts. */
  readonly file: string;
  readonly arguments?: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Its output is kept here. */
  readonly logFile: string;
  /** Starts it again, ever more slowly, when it ends by itself. */
  readonly restart: boolean;
  readonly say: (line: string) => void;
  /** Told of each new process. */
  readonly onProcess?: (pid: number) => void;
}

/** What a program sends once it serves. */
export interface ReadyMessage {
  readonly ready: true;
  readonly port?: number;
}

export interface Program {
  readonly name: string;
  readonly message: ReadyMessage;
  /** The present process; it changes with a restart. */
  pid(): number;
  /** Ends the present process as a crash would; with `restart` it comes back. */
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

const projectFolder = path.resolve(__dirname, '../..');

/** A worker bundles its workflows when it starts, on a machine that may be busy. */
const readyTimeoutMs = 120_000;
/** Longer than the worker's own grace for activities in flight. */
const stopTimeoutMs = 15_000;
const restartDelayMsMin = 500;
const restartDelayMsMax = 30_000;
/** A process that ran this long before it ended is not in a crash loop. */
const stableAfterMs = 60_000;

interface Incarnation {
  readonly child: ChildProcess;
  readonly ready: Promise<ReadyMessage>;
  readonly exited: Promise<string>;
}

/** The end of what it logged, for the one who has to find out why it ended. */
function lastLines(logFile: string): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  } catch {
    return '';
  }
}

/** A variable that the terminal happens to have must not change what the parts do: only these and the given ones reach them. */
function inheritedVariables(): NodeJS.ProcessEnv {
  const names = [
    'PATH',
    'HOME',
    'TMPDIR',
    'TEMP',
    'SystemRoot',
    'NODE_EXTRA_CA_CERTS',
    'HTTPS_PROXY',
    'NO_PROXY',
    'TZ',
  ];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

function spawnProgram(options: ProgramOptions): Incarnation {
  const log = openSync(options.logFile, 'a');
  const loader = pathToFileURL(require.resolve('tsx')).href;
  const child = spawn(
    process.execPath,
    ['--import', loader, path.join(projectFolder, options.file), ...(options.arguments ?? [])],
    {
      cwd: projectFolder,
      env: { ...inheritedVariables(), ...options.variables },
      // Its own process group: Ctrl-C reaches this process alone, which stops its parts in order.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    },
  );
  closeSync(log);
  if (child.pid !== undefined) guardProcess(child.pid, 'SIGTERM');
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(String(error)));
  });
  void exited.then(() => child.pid !== undefined && forgetProcess(child.pid));
  const ready = new Promise<ReadyMessage>((resolve) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'ready' in message) resolve(message as ReadyMessage);
    });
  });
  return { child, ready, exited };
}

async function whenReady(options: ProgramOptions, incarnation: Incarnation): Promise<ReadyMessage> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The ${options.name} was not ready within ${readyTimeoutMs / 1000} s.`)),
      readyTimeoutMs,
    );
  });
  const ended = incarnation.exited.then((how) => {
    throw new Error(`The ${options.name} ended while it started (${how}):\n${lastLines(options.logFile)}`);
  });
  try {
    return await Promise.race([incarnation.ready, ended, late]);
  } finally {
    clearTimeout(timer);
    ended.catch(() => undefined);
  }
}

async function stopChild({ child, exited }: Incarnation): Promise<void> {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(force);
}

/** Keeps a program running until it is stopped. */
class Keeper {
  #current: Incarnation;
  #stopped = false;
  #delayMs = restartDelayMsMin;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: ProgramOptions,
    first: Incarnation,
  ) {
    this.#current = first;
    this.#watch(first);
  }

  get current(): Incarnation {
    return this.#current;
  }

  #watch(incarnation: Incarnation): void {
    const began = performance.now();
    void incarnation.exited.then((how) => {
      if (this.#stopped) return;
      if (performance.now() - began > stableAfterMs) this.#delayMs = restartDelayMsMin;
      this.#ended(how);
    });
  }

  #ended(how: string): void {
    const { name, logFile, say, restart } = this.options;
    if (!restart) return say(`The ${name} ended (${how}); its log is ${logFile}.`);
    say(`The ${name} ended (${how}); starting it again in ${this.#delayMs / 1000} s. Its log is ${logFile}.`);
    this.#timer = setTimeout(() => this.#startAgain(), this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, restartDelayMsMax);
  }

  #startAgain(): void {
    this.#current = spawnProgram(this.options);
    if (this.#current.child.pid !== undefined) this.options.onProcess?.(this.#current.child.pid);
    this.#watch(this.#current);
    void this.#current.ready.then(() => this.options.say(`The ${this.options.name} is back.`));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await stopChild(this.#current);
  }
}

/**
 * Starts a program and waits until it says that it is ready.
 * @throws with the end of its log when it ends first, or does not become ready within two minutes
 */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const first = spawnProgram(options);
  if (first.child.pid !== undefined) options.onProcess?.(first.child.pid);
  try {
    const message = await whenReady(options, first);
    const keeper = new Keeper(options, first);
    return {
      name: options.name,
      message,
      pid: () => keeper.current.child.pid ?? 0,
      kill: (signal) => void keeper.current.child.kill(signal),
      stop: () => keeper.stop(),
    };
  } catch (error) {
    await stopChild(first);
    throw error;
  }
}
