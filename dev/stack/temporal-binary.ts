/**
 * Obtains a Temporal server: one that runs already, or a binary from the PATH, our cache, the vendor's download or a Go build, in this order.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import path from 'node:path';
import { withLock } from './lock';
import { cliVersion, fallbackCliVersion, inspectBinary, type TemporalBinary } from './temporal-versions';

export type TemporalSource =
  { readonly kind: 'address'; readonly address: string } | ({ readonly kind: 'binary' } & TemporalBinary);

export interface ObtainOptions {
  /** Where built and downloaded binaries stay between runs. */
  readonly cacheFolder?: string;
  /** Told of each long step. */
  readonly say: (line: string) => void;
  /** TEMPORAL_ADDRESS and PATH are read from here. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/** A closed network often swallows packets instead of refusing them. */
const connectTimeoutMs = 15_000;
/** The archive has about 45 MB. */
const downloadTimeoutMs = 180_000;

const suffix = process.platform === 'win32' ? '.exe' : '';
const defaultCacheFolder = path.resolve(__dirname, '../../.perennial/cache/bin');
const wrapperModule = path.resolve(__dirname, '../temporal');

function cachedName(version: string): string {
  return `temporal-${version}-${process.platform}-${process.arch}${suffix}`;
}

function findOnPath(variables: Readonly<Record<string, string | undefined>>): TemporalBinary | null {
  for (const folder of (variables['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, `temporal${suffix}`);
    if (folder === '' || !existsSync(file)) continue;
    const found = inspectBinary(file, 'the PATH');
    if (found) return found;
  }
  return null;
}

function findInCache(cacheFolder: string): TemporalBinary | null {
  for (const version of [cliVersion, fallbackCliVersion]) {
    const file = path.join(cacheFolder, cachedName(version));
    const found = existsSync(file) ? inspectBinary(file, 'the cache') : null;
    if (found) return found;
  }
  return null;
}

/** Runs a program to its end; a failure carries the end of what it said. `onLine` hears its progress. */
function run(
  program: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; input?: Readable; onLine?: (line: string) => void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.env ?? process.env,
      stdio: [options.input ? 'pipe' : 'ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-2_000);
      for (const line of chunk.toString().split('\n')) if (line !== '') options.onLine?.(line);
    });
    if (options.input && child.stdin) void pipeline(options.input, child.stdin).catch(() => child.kill());
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}: ${words.trim()}`)),
    );
  });
}

/** Moves a finished file into the cache in one step, so that nobody ever sees half of it. */
function adopt(file: string, cacheFolder: string, version: string, origin: string): TemporalBinary {
  const target = path.join(cacheFolder, cachedName(version));
  chmodSync(file, 0o755);
  renameSync(file, target);
  const found = inspectBinary(target, origin);
  if (found) return found;
  rmSync(target, { force: true });
  throw new Error('the binary does not run on this machine');
}

type Recipe = (work: string, cacheFolder: string, say: (line: string) => void) => Promise<TemporalBinary>;

/** The vendor's archive, the one that the SDK's own test environment downloads. */
const download: Recipe = async (work, cacheFolder, say) => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/archive/v${cliVersion}?platform=${platform}&arch=${architecture}`;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), connectTimeoutMs);
  const response = await fetch(url, { signal: stop.signal }).finally(() => clearTimeout(timer));
  if (!response.ok || response.body === null) throw new Error(`${new URL(url).host} answered ${response.status}`);
  say('downloading it (about 45 MB)…');
  const limit = setTimeout(() => stop.abort(), downloadTimeoutMs);
  const body = Readable.fromWeb(response.body as ReadableStream);
  await run('tar', ['-xzf', '-', '-C', work], { input: body }).finally(() => clearTimeout(limit));
  return adopt(path.join(work, `temporal${suffix}`), cacheFolder, cliVersion, 'a download');
};

/** Says how long a build has taken, so that nobody takes it for hung. */
async function withProgress(
  say: (line: string) => void,
  what: string,
  work: (onLine: (line: string) => void) => Promise<void>,
): Promise<void> {
  const began = Date.now();
  let modules = 0;
  const tick = setInterval(() => {
    say(`${what}: ${Math.round((Date.now() - began) / 1000)} s so far, ${modules} modules downloaded…`);
  }, 10_000);
  try {
    await work((line) => (modules += line.startsWith('go: downloading') ? 1 : 0));
  } finally {
    clearInterval(tick);
  }
}

const goEnvironment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' };

/** The newest stable line, through the committed wrapper module (it holds the `replace` line that `go install` refuses). */
const buildNewest: Recipe = async (work, cacheFolder, say) => {
  const file = path.join(work, `temporal${suffix}`);
  const flags = ['-mod=readonly', '-trimpath', '-ldflags=-s -w', '-o', file, 'github.com/temporalio/cli/cmd/temporal'];
  say(`building Temporal ${cliVersion} with Go; the first time this takes about five minutes…`);
  await withProgress(say, 'building', (onLine) =>
    run('go', ['build', '-C', wrapperModule, ...flags], { env: goEnvironment, onLine }),
  );
  return adopt(file, cacheFolder, cliVersion, 'a Go build');
};

/** An older line, for a Go before 1.26.4 that may not fetch a newer one. */
const buildFallback: Recipe = async (work, cacheFolder, say) => {
  say(`building Temporal ${fallbackCliVersion} with Go instead; this takes about three minutes…`);
  const env = { ...goEnvironment, GOBIN: work };
  const target = `github.com/temporalio/cli/cmd/temporal@v${fallbackCliVersion}`;
  await withProgress(say, 'building', (onLine) =>
    run('go', ['install', '-trimpath', '-ldflags=-s -w', target], { env, onLine }),
  );
  return adopt(path.join(work, `temporal${suffix}`), cacheFolder, fallbackCliVersion, 'a Go build (older line)');
};

const recipes: readonly (readonly [name: string, recipe: Recipe])[] = [
  ['the download', download],
  ['the Go build', buildNewest],
  ['the Go build of the older line', buildFallback],
];

function whatToInstall(failures: readonly string[]): Error {
  return new Error(
    [
      'No Temporal server could be obtained:',
      ...failures.map((failure) => `  ${failure}`),
      'Do one of these and start again:',
      '  install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on the PATH;',
      '  install Go 1.26.4 or newer (https://go.dev/dl) with access to a module proxy, for a build from source;',
      '  set TEMPORAL_ADDRESS to a server that runs already.',
    ].join('\n'),
  );
}

async function make(cacheFolder: string, say: (line: string) => void): Promise<TemporalBinary> {
  const found = findInCache(cacheFolder);
  if (found) return found;
  const failures: string[] = [];
  const work = mkdtempSync(path.join(cacheFolder, 'making-'));
  try {
    for (const [name, recipe] of recipes) {
      try {
        return await recipe(work, cacheFolder, say);
      } catch (error) {
        const reason = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
        failures.push(`${name} failed: ${reason}`);
        say(failures.at(-1) ?? '');
      }
    }
    throw whatToInstall(failures);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Finds or makes a Temporal server. Two processes never make one at once.
 * @throws with what to install when there is no way to one
 */
export async function obtainTemporal(options: ObtainOptions): Promise<TemporalSource> {
  const variables = options.variables ?? process.env;
  const address = variables['TEMPORAL_ADDRESS'];
  if (address) return { kind: 'address', address };
  const cacheFolder = options.cacheFolder ?? defaultCacheFolder;
  const ready = findOnPath(variables) ?? findInCache(cacheFolder);
  if (ready) return { kind: 'binary', ...ready };
  mkdirSync(cacheFolder, { recursive: true });
  const onWait = (pid: number): void => options.say(`process ${pid} is obtaining Temporal already; waiting for it…`);
  const made = await withLock(path.join(cacheFolder, 'making.lock'), onWait, () => make(cacheFolder, options.say));
  return { kind: 'binary', ...made };
}
