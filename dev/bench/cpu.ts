/**
 * CPU time from /proc: of our processes with all their children, living and dead, and of the whole machine.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Stack } from '../stack/stack';

/** The parts that are measured, each with the process at the root of its tree. */
export type Roots = Readonly<Record<string, number>>;

/** Milliseconds of CPU per part since each process began; `machine` is everything that ran on it. */
export type CpuSample = Readonly<Record<string, number>>;

/** Linux counts in hundredths of a second (USER_HZ), on every architecture that Node runs on. */
const tickMs = 10;

interface ProcessTimes {
  readonly parent: number;
  readonly ms: number;
}

/** proc(5): after the name in parentheses, field 4 is the parent; 14 to 17 are user and system time, own and of ended children. */
function timesOf(pid: string): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { parent: Number(fields[1]), ms: ticks * tickMs };
  } catch {
    return null;
  }
}

function allProcesses(): Map<number, ProcessTimes> {
  const found = new Map<number, ProcessTimes>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const times = timesOf(pid);
    if (times !== null) found.set(Number(pid), times);
  }
  return found;
}

/** Busy time of all cores: everything but idle and waiting for the disk. */
function machineMs(): number {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  const idle = (fields[3] ?? 0) + (fields[4] ?? 0);
  return (fields.reduce((sum, ticks) => sum + ticks, 0) - idle) * tickMs;
}

/** The part that a process belongs to: the nearest ancestor that is a root. */
function partOf(pid: number, processes: ReadonlyMap<number, ProcessTimes>, byPid: ReadonlyMap<number, string>) {
  for (let at = pid; at > 1; at = processes.get(at)?.parent ?? 0) {
    const part = byPid.get(at);
    if (part !== undefined) return part;
  }
  return null;
}

/** Reads all counters now. */
export function sampleCpu(roots: Roots): CpuSample {
  const byPid = new Map(Object.entries(roots).map(([part, pid]) => [pid, part]));
  const processes = allProcesses();
  const sums: Record<string, number> = Object.fromEntries(Object.keys(roots).map((part) => [part, 0]));
  for (const [pid, { ms }] of processes) {
    const part = partOf(pid, processes, byPid);
    if (part !== null) sums[part] = (sums[part] ?? 0) + ms;
  }
  return { ...sums, machine: machineMs() };
}

/** What was used between two samples. */
export function cpuBetween(before: CpuSample, after: CpuSample): CpuSample {
  return Object.fromEntries(Object.entries(after).map(([part, ms]) => [part, ms - (before[part] ?? 0)]));
}

/** Sums samples of several windows. */
export function sumCpu(samples: readonly CpuSample[]): CpuSample {
  const sums: Record<string, number> = {};
  for (const sample of samples) for (const [part, ms] of Object.entries(sample)) sums[part] = (sums[part] ?? 0) + ms;
  return sums;
}

/** The parts of a stack. The bench itself (`client`) is a part too, so that what others used on the machine is known. */
export function rootsOf(stack: Stack): Roots {
  return {
    worker: stack.worker.pid(),
    api: stack.api.pid(),
    postgres: stack.postgres.pid,
    ...(stack.temporal === null ? {} : { temporal: stack.temporal.pid }),
    ...(stack.stripe === null ? {} : { sandbox: stack.stripe.pid() }),
    client: process.pid,
  };
}
