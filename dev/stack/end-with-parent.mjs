// Ends what its parent started when the parent is gone, however it went (SIGKILL included): the parent holds the other end of this
// process's standard input, and the system closes that end with the parent.
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const guarded = new Map();
const folders = new Set();

// The parent decides when this ends: a terminal's Ctrl-C must not end the guard before the guarded.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function obey(line) {
  const [verb, subject, signal] = JSON.parse(line);
  if (verb === 'guard') guarded.set(subject, signal);
  if (verb === 'forget') guarded.delete(subject);
  if (verb === 'remove') folders.add(subject);
  if (verb === 'keep') folders.delete(subject);
}

async function end(pid, signal) {
  if (!send(pid, signal)) return;
  for (let waited = 0; waited < 5_000; waited += 50) {
    await pause(50);
    if (!send(pid, 0)) return;
  }
  send(pid, 'SIGKILL');
}

const lines = createInterface({ input: process.stdin });
lines.on('line', obey);
lines.on('close', async () => {
  await Promise.all([...guarded].map(([pid, signal]) => end(pid, signal)));
  await Promise.all([...folders].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
});
