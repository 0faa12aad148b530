// Makes sure that the dependencies are there and are those of the lockfile. Uses Node's own modules alone, because nothing else may be there yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** 20.19 is the first Node 20 that can `require` ES modules, which some dependencies are. */
const nodeMin = [20, 19];

/** Whether this Node is new enough. */
export function isNodeSupported(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1]);
}

function refuseOldNode() {
  if (isNodeSupported(process.versions.node)) return;
  console.error(
    `Perennial needs Node ${nodeMin.join('.')} or newer; this is ${process.version}. Get one at https://nodejs.org.`,
  );
  process.exit(1);
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

/** Whether what npm installed (its own record inside node_modules, written last) differs from what the lockfile wants. */
export function isStale(folder) {
  const wanted = packagesOf(path.join(folder, 'package-lock.json'));
  const installed = packagesOf(path.join(folder, 'node_modules/.package-lock.json'));
  if (wanted === null || installed === null) return true;
  return Object.entries(wanted).some(([name, entry]) => {
    if (name === '') return false;
    const there = installed[name];
    // Packages for other platforms are optional and left out.
    if (there === undefined) return !entry.optional;
    return there.version !== entry.version;
  });
}

/** Runs `npm ci` when it has to; ends this process when that fails. */
export function ensureInstalled() {
  refuseOldNode();
  if (!isStale(projectFolder)) return;
  const first = !existsSync(path.join(projectFolder, 'node_modules'));
  console.error(
    `${first ? 'Installing the dependencies' : 'The dependencies are not those of the lockfile; installing them'} (npm ci, about a minute)…`,
  );
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci'], {
    cwd: projectFolder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return;
  console.error('npm ci failed; what it said stands above.');
  process.exit(result.status ?? 1);
}
