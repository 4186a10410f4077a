/**
 * A worker in a process of its own that can be killed: `node --import tsx bulk-worker.ts <options as JSON>`.
 * Unlike `pipeline worker` it takes the timing of locks. It reports on standard error.
 */
import { connectQueue } from '#pipeline/bulk/connect.ts';
import { runWorker, type WorkerOptions } from '#pipeline/bulk/worker.ts';

const { url, ...options } = JSON.parse(process.argv[2]!) as { url: string } & Pick<
  WorkerOptions,
  'name' | 'models' | 'out' | 'timing'
>;
const onLine = (line: string) => process.stderr.write(`${line}\n`);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await runWorker({ ...options, connection: await connectQueue(url, onLine), signal: stop.signal, onLine });
