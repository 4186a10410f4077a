import { totalmem } from 'node:os';

/** This machine's memory in bytes: all of it, or the process's limit if there is one, and the part that is free now. */
export function machineMemory(): { total: number; free: number } {
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { total, free: Math.min(total, process.availableMemory()) };
}
