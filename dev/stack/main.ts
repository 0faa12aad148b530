/**
 * npm start: the engine on this machine, with its data in `.perennial/`. `--once`: the demo on fresh data, then the end.
 */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { lockOwner, tryLock, unlock } from './lock';
import { anyPorts, startStack, usualPorts, type Stack } from './stack';
import { makeTemporaryFolder, removeTemporaryFolder } from './watchdog';

const dataFolder = path.resolve(__dirname, '../../.perennial');

const usage = `npm start              starts everything; data are kept in .perennial/
npm start -- --once    plays the demo on fresh data and exits with 0 when it went well
npm start -- --no-demo starts without the demo, even on an empty database`;

interface DemoModule {
  readonly runDemo: (stack: Stack) => Promise<{ ok: boolean }>;
}

/** `import()` of a TypeScript file would go past the loader that this process was started with. */
const load = createRequire(__filename);

function say(line: string): void {
  console.log(line);
}

/** The demo, loaded only when it is played. */
async function playDemo(stack: Stack): Promise<boolean> {
  const { runDemo } = load('../demo/main') as DemoModule;
  const { ok } = await runDemo(stack);
  return ok;
}

function printLinks(stack: Stack): void {
  say('');
  say(`  API           ${stack.apiUrl}/api/v1`);
  say(`  API docs      ${stack.docsUrl}`);
  if (stack.temporalUiUrl !== null) say(`  Temporal UI   ${stack.temporalUiUrl}`);
  if (stack.stripeUrl !== null) say(`  Stripe double ${stack.stripeUrl}`);
  say(`  Keys, urls    ${path.relative(process.cwd(), path.join(stack.folder, 'stack.json'))}`);
  say(`  Logs          ${path.relative(process.cwd(), stack.logFolder)}`);
  say('');
}

/** Settles at the first request to end; the second one ends at once (the watchdog cleans up). */
function whenAskedToEnd(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // A terminal's Ctrl-C reaches npm as well, and npm passes it on: two within a moment are one.
        if (asked) return;
        asked = true;
        setTimeout(() => process.on(signal, () => process.exit(130)), 1_000).unref();
        resolve(signal);
      });
    }
  });
}

/** Runs the work until it ends or a signal comes, whichever is first. */
async function untilAsked<T>(
  asked: Promise<string>,
  work: Promise<T>,
): Promise<{ done: true; value: T } | { done: false }> {
  const outcome = await Promise.race([
    work.then((value) => ({ done: true as const, value })),
    asked.then(() => ({ done: false as const })),
  ]);
  if (!outcome.done) work.catch(() => undefined);
  return outcome;
}

async function once(asked: Promise<string>): Promise<number> {
  const folder = makeTemporaryFolder('perennial-once-');
  let stack: Stack | undefined;
  try {
    const started = startStack({ folder, ports: anyPorts, say, temporary: true });
    const up = await untilAsked(asked, started);
    stack = up.done ? up.value : await started;
    const played = up.done ? await untilAsked(asked, playDemo(stack)) : up;
    if (!played.done) return 130;
    say(played.value ? 'The demo went well.' : 'The demo FAILED.');
    return played.value ? 0 : 1;
  } finally {
    await stack?.stop();
    removeTemporaryFolder(folder);
  }
}

async function stay(asked: Promise<string>, demo: boolean): Promise<number> {
  mkdirSync(dataFolder, { recursive: true });
  const lock = path.join(dataFolder, 'running.lock');
  if (!tryLock(lock)) {
    say(
      `Perennial is already running in this folder, process ${lockOwner(lock)}. Its addresses are in .perennial/stack.json.`,
    );
    return 1;
  }
  let stack: Stack | undefined;
  try {
    stack = await startStack({ folder: dataFolder, ports: usualPorts, say });
    if (demo && (await stack.isEmpty())) {
      const played = await untilAsked(asked, playDemo(stack));
      if (played.done && !played.value) say('The demo did not go well; the engine stays up for a look.');
    }
    printLinks(stack);
    say('Ctrl-C stops everything; the data stay.');
    await asked;
    say('Stopping…');
    return 0;
  } finally {
    await stack?.stop();
    unlock(lock);
  }
}

async function main(): Promise<number> {
  const flags = process.argv.slice(2);
  const unknown = flags.filter((flag) => !['--once', '--no-demo'].includes(flag));
  if (unknown.length > 0) {
    say(usage);
    return flags.includes('--help') ? 0 : 2;
  }
  const asked = whenAskedToEnd();
  return flags.includes('--once') ? once(asked) : stay(asked, !flags.includes('--no-demo'));
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
