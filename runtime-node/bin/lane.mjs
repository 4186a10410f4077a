// A thread that calls the network on parts of batches; started by src/engine/lane-thread.ts.
import { parentPort, workerData } from 'node:worker_threads';

const { register } = await import('tsx/esm/api');
register({ tsconfig: false });
const { serveLane } = await import('../src/engine/lane-thread.ts');
await serveLane(workerData, (failed) => parentPort.postMessage(failed));
