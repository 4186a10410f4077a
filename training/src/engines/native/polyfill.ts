/** The functions of `node:util` that tfjs-node 4.22 still calls and Node 23 removed. Import it before the package. */
import util from 'node:util';

const removed = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
};

for (const [name, replacement] of Object.entries(removed)) {
  if (!(name in util)) Object.defineProperty(util, name, { value: replacement, configurable: true, writable: true });
}
