// A thread that calls the network on parts of batches; started by src/engine/part-thread.ts.
import { parentPort, workerData } from 'node:worker_threads';

const { register } = await import('tsx/esm/api');
register({ tsconfig: false });
const { servePart } = await import('../src/engine/serve-part.ts');
await servePart(workerData, (failed) => parentPort.postMessage(failed));
