import util from 'node:util';

const removed = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
};

/** Gives `node:util` back the functions that tfjs-node 4.22 still calls and Node 23 removed. Call it before the package is loaded. */
export function restoreUtil(): void {
  for (const [name, replacement] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value: replacement, configurable: true, writable: true });
  }
}
