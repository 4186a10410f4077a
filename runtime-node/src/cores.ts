/**
 * The cores that this process may use. Clusters and containers give it some of the machine's: by affinity and cpusets, which Node knows, or
 * by a quota of processor time, which it does not know before version 22.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

type Read = (path: string) => string | undefined;

const readText: Read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not Linux, or no such controller
  }
};

let known: number | undefined;

/** A whole number, 1 at least. */
export function usableCores(): number {
  known ??= Math.max(1, Math.min(availableParallelism(), Math.floor(quotaOf(readText))));
  return known;
}

/** Whether these are the machine's; true, too, where it does not tell: Deno needs a permission for that. */
export function hasAllCores(): boolean {
  try {
    return usableCores() >= cpus().length;
  } catch {
    return true;
  }
}

/**
 * The least quota of the process's control groups, in cores; Infinity without one.
 *
 * Source: cgroups(7); the kernel's Documentation/admin-guide/cgroup-v2.rst (`cpu.max`), and scheduler/sched-bwc.rst for version 1.
 */
export function quotaOf(read: Read): number {
  const quotas = (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, hierarchy, controllers = '', path = ''] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? []; // the path may have colons
    if (hierarchy === '0') return foldersOf(path).map((folder) => quotaIn(read(`/sys/fs/cgroup${folder}/cpu.max`)));
    if (!controllers.split(',').includes('cpu')) return [];
    return foldersOf(path).map((folder) => {
      const file = (name: string) => read(`/sys/fs/cgroup/cpu${folder}/cpu.cfs_${name}_us`);
      return quotaIn(`${file('quota')} ${file('period')}`);
    });
  });
  return Math.min(...quotas, Number.POSITIVE_INFINITY);
}

/** A folder and those around it. Inside a container the path may be the host's, and the quota is in the outermost. */
function foldersOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`).concat('');
}

/** @param text microseconds, and those of a period: "150000 100000" */
function quotaIn(text = ''): number {
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  return quota! > 0 && period! > 0 ? quota! / period! : Number.POSITIVE_INFINITY; // "max", or -1
}
