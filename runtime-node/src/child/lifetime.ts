/**
 * Ends an engine's process with the one that started it, however that ends. Event handlers are not enough: while native
 * code computes, or spins in a damaged library, its process handles no event.
 */
import type { ChildProcess } from 'node:child_process';
import { Worker } from 'node:worker_threads';

/** In the parent: kills the child however this process exits. `endWithParent` covers ends without an exit. */
export function endWithThis(child: ChildProcess): void {
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

const WATCH = `
const { parent, every } = require('node:worker_threads').workerData;
const lives = () => {
  // A process whose parent is gone gets another; on Windows the number stays.
  if (process.ppid !== parent) return false;
  try {
    process.kill(parent, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};
setInterval(() => lives() || process.kill(process.pid, 'SIGKILL'), every);
`;

/** In the child: a thread kills this process once its parent is gone, even by a kill. @param every milliseconds */
export function endWithParent(parent: number, every = 1000): void {
  new Worker(WATCH, { eval: true, execArgv: [], env: {}, workerData: { parent, every } }).unref();
}
