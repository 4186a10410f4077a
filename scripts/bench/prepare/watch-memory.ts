/**
 * Peak memory of a process and of those that it starts: their proportional set sizes, in which a page that n processes share
 * counts 1 / n for each. Only Linux tells them.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds between two looks. */
const EVERY = 100;

export interface Watch {
  /** MiB so far; undefined where the system does not tell. */
  peak(): number | undefined;
  stop(): void;
}

export function watchMemory(pid: number | undefined): Watch {
  let peak: number | undefined;
  const look = () => {
    const now = pid === undefined ? undefined : treeMemory(pid);
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
  };
  const timer = setInterval(look, EVERY);
  return { peak: () => peak, stop: () => clearInterval(timer) };
}

function treeMemory(root: number): number | undefined {
  const own = memoryOf(root);
  return own === undefined ? undefined : childrenOf(root).reduce((sum, child) => sum + (treeMemory(child) ?? 0), own);
}

function memoryOf(pid: number): number | undefined {
  try {
    const found = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return found ? Number(found[1]) / 1024 : undefined;
  } catch {
    return undefined; // another system, or it has ended
  }
}

/** Every thread of a process has children of its own. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
