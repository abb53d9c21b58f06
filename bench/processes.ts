import { readdirSync, readFileSync } from 'node:fs';

/** What one process has used so far. */
export interface ProcessUse {
  readonly pid: number;
  readonly name: string;
  readonly cpuSeconds: number;
  readonly memoryMb: number;
}

/** Linux counts CPU time in ticks of 10 ms (USER_HZ is 100 on all its architectures). */
const TICKS_PER_SECOND = 100;

const readStat = (pid: number): { parent: number; name: string; cpuSeconds: number } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      parent: Number(fields[1]),
      name,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    };
  } catch {
    return undefined; // it ended meanwhile
  }
};

const memoryMb = (pid: number): number => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // it ended meanwhile
  }
};

/** A process and its descendants, from Linux's process table; empty elsewhere. */
export const processTree = (root: number): ProcessUse[] => {
  let pids: number[];
  try {
    pids = readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number);
  } catch {
    return [];
  }
  const stats = new Map(
    pids.flatMap((pid) => {
      const stat = readStat(pid);
      return stat === undefined ? [] : [[pid, stat] as const];
    }),
  );
  const within = (pid: number): boolean => {
    for (
      let current: number | undefined = pid;
      current !== undefined && current > 1;
      current = stats.get(current)?.parent
    ) {
      if (current === root) return true;
    }
    return false;
  };
  return [...stats]
    .filter(([pid]) => within(pid))
    .map(([pid, stat]) => ({ pid, name: stat.name, cpuSeconds: stat.cpuSeconds, memoryMb: memoryMb(pid) }));
};

export const totalMemoryMb = (uses: readonly ProcessUse[]): number => uses.reduce((sum, use) => sum + use.memoryMb, 0);
