// A thread that computes the gradients of a part of each batch; started by src/engines/onnx/part-thread.ts.
import { parentPort, workerData } from 'node:worker_threads';

const { register } = await import('tsx/esm/api');
register({ tsconfig: false });
const { servePart } = await import('../src/engines/onnx/part-thread.ts');
await servePart(workerData, (failed) => parentPort.postMessage(failed));
