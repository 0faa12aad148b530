// Runs a TypeScript program of this project in this process: node dev/run.mjs <file.ts> [arguments…]
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, projectFolder } from './install.mjs';

/** Installs what is missing and runs the file as the main program, in this very process, so that signals and exit codes are its own. */
export function runTypeScript(file, programArguments) {
  ensureInstalled();
  const require = createRequire(import.meta.url);
  process.setSourceMapsEnabled(true);
  require('tsx/cjs/api').register();
  const program = path.resolve(projectFolder, file);
  process.argv = [process.argv[0], program, ...programArguments];
  require(program);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, ...rest] = process.argv.slice(2);
  if (file === undefined) {
    console.error('Usage: node dev/run.mjs <file.ts> [arguments…]');
    process.exit(2);
  }
  runTypeScript(file, rest);
}
