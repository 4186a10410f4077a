// A thread that computes the gradients of a shard of each batch; started by src/train/engines/onnx/shard-thread.ts.
import { parentPort, workerData } from 'node:worker_threads';

const { register } = await import('tsx/esm/api');
register({ tsconfig: false });
const { serveShard } = await import('../src/train/engines/onnx/shard-thread.ts');
await serveShard(workerData, (failed) => parentPort.postMessage(failed));
