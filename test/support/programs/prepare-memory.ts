/**
 * Prepares a folder in a process of its own and prints its memory: `node --import tsx prepare-memory.ts <warm-up
 * folder> <folder> <cache folder>`. Prints `{ warm, peak, count, skipped }`: the process's peak in MiB after the
 * warm-up folder, and at the end.
 */
import { readFileSync } from 'node:fs';
import { prepareDataset } from '#training/data/index.ts';

const [warmUp, data, cacheDir] = process.argv.slice(2) as [string, string, string];
const options = { size: 64, fit: 'crop', validationShare: 0.05, seed: 0, strict: false, cacheDir } as const;

/** Linux starts a child's `maxRSS` at the size of its parent, and a test runner is large; `VmHWM` is this process's own. */
function peak(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

await prepareDataset({ ...options, data: warmUp });
const warm = peak();
const { count, skipped, close } = await prepareDataset({ ...options, data });
close();
process.stdout.write(JSON.stringify({ warm, peak: peak(), count, skipped: skipped.length }));
