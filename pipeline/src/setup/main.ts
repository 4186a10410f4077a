/**
 * Makes the npm packages tfjs-node and tfjs-node-gpu work, whose native part `npm ci` leaves out:
 *
 *     npm run setup:tfjs-node
 *     npm run setup:tfjs-node-gpu -- --help
 */
import { fileURLToPath } from 'node:url';
import { exitCodeOf } from '../terminal/errors.ts';
import { isAbort, withInterrupt } from '../terminal/interrupt.ts';
import { withProgress } from '../terminal/progress.ts';
import { packageFolder, readInstall } from '../train/engines/native/install.ts';
import { openNetwork } from './network.ts';
import { help, readOptions } from './options.ts';
import type { Hooks } from './route.ts';
import { setUp } from './setup.ts';
import { thisSystem } from './system.ts';

const CACHE = fileURLToPath(new URL('../../../.cache/tfjs-node', import.meta.url));
const MIB = 2 ** 20;

const hooks: Hooks = {
  say: (line) => console.log(line),
  progress: (label, work) =>
    withProgress(label, { unit: 'MiB' }, (report) => {
      let last = -1;
      return work((bytes, all) => {
        const done = Math.ceil(bytes / MIB);
        if (done !== last) report({ done, total: Math.ceil(all / MIB) });
        last = done;
      });
    }),
};

const network = openNetwork();
try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(help);
  } else {
    const { kind } = options;
    const install = readInstall(kind);
    // An addon without native.json was not made here.
    const installed = install?.tensorflow === 'unknown' ? null : install;
    const place = { folder: packageFolder(kind), cache: CACHE, installed, system: thisSystem() };
    await withInterrupt((signal) => setUp({ ...options, ...place, network, hooks, signal }));
  }
} catch (error) {
  process.exitCode = exitCodeOf(error);
  if (isAbort(error)) console.error('What was downloaded stays; the same command goes on from there.');
}
