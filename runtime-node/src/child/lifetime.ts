/**
 * A process of an engine ends with the one that started it, however that ends. Handlers do not do: while native code
 * computes, or spins in a library that is damaged, no event of its process is heard.
 */
import type { ChildProcess } from 'node:child_process';
import { Worker } from 'node:worker_threads';

/** In the parent: whatever way this process exits, the child is killed. For the ways without an exit see below. */
export function endWithThis(child: ChildProcess): void {
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

const WATCH = `
const { parent, every } = require('node:worker_threads').workerData;
const lives = () => {
  // Whose parent is gone gets another; on Windows it keeps the number.
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

/** In the child: a thread that kills this process once its parent is gone, killed too. @param every milliseconds */
export function endWithParent(parent: number, every = 1000): void {
  new Worker(WATCH, { eval: true, execArgv: [], env: {}, workerData: { parent, every } }).unref();
}
