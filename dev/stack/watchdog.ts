/**
 * The guard of what this process starts: a small process that outlives it and ends (or removes) what is still on its list.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import type { Writable } from 'node:stream';
import path from 'node:path';

let channel: Writable | undefined;

function open(): Writable {
  if (channel) return channel;
  const child = spawn(process.execPath, [path.join(__dirname, 'end-with-parent.mjs')], {
    // Its own process group: Ctrl-C in a terminal reaches only the parent, which stops things in order.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  const input = child.stdin;
  // Neither the child nor the pipe keeps this process alive.
  (input as unknown as { unref?: () => void }).unref?.();
  // A guard that was killed guards nothing, which must not end the process that it guards.
  input.on('error', () => undefined);
  child.on('error', () => undefined);
  channel = input;
  return input;
}

function tell(...order: readonly [verb: string, subject: number | string, signal?: string]): void {
  open().write(`${JSON.stringify(order)}\n`);
}

/** Ends this process with the signal (and by SIGKILL 5 s later) once the calling process is gone. */
export function guardProcess(pid: number, signal: NodeJS.Signals): void {
  tell('guard', pid, signal);
}

/** Takes a process off the list: it ended, and its id may be given to another. */
export function forgetProcess(pid: number): void {
  tell('forget', pid);
}

/** Removes this temporary folder once the calling process is gone. */
export function guardFolder(folder: string): void {
  tell('remove', folder);
}

/** Takes a folder off the list. */
export function forgetFolder(folder: string): void {
  tell('keep', folder);
}

/** A folder that goes with this process. Others may pass through it, because Postgres' own user has its data inside. */
export function makeTemporaryFolder(prefix: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), prefix));
  chmodSync(folder, 0o711);
  guardFolder(folder);
  return folder;
}

/** Removes such a folder early. */
export function removeTemporaryFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  forgetFolder(folder);
}
