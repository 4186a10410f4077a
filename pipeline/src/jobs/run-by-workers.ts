/** Has jobs made by workers, through the same queue as `pipeline generate`. */
import { join } from 'node:path';
import { Failure } from '@onnoise/base/files';
import type { JobHost } from '@onnoise/server';
import type { QueueConnection } from '../bulk/connect.ts';
import { forgetDone } from '../bulk/done.ts';
import { generate, withdraw } from '../bulk/generate.ts';
import type { JobRunner } from './runner.ts';
import { createTurns } from './turns.ts';

export interface WorkersOptions {
  connection: QueueConnection;
  /** Prefix of all keys in Redis; that of `pipeline worker`. */
  name: string;
  /** Folder of the jobs; results are read from there where workers share it. */
  folder: string;
}

/** Jobs that are in the queue at a time. */
const JOBS = 8;

export function runByWorkers(host: JobHost, { connection, name, folder }: WorkersOptions): JobRunner {
  const turns = createTurns(JOBS);
  return {
    takesTold: false,
    queueUp: connection.up,
    run({ job, order, signal, onDone }) {
      return turns.take(job.client, signal, async () => {
        const { failed } = await generate({
          connection,
          name,
          order,
          signal,
          modelName: job.model.name,
          out: join(folder, job.id),
          onProgress: ({ done }) => onDone(done),
          onNoWorker: () => host.warn(`No worker takes the shards of ${job.id}, of the model ${job.model.name}.`),
        });
        const [first] = failed;
        if (first) throw new Failure(`${failed.length} shards failed for good, the first since ${first.reason}`);
      });
    },
    requireSpace: async () => {}, // workers look at their own disks
    withdraw: (order) => withdraw({ connection, name, order }),
    forget: (shards) => forgetDone(connection.redis, name, shards),
  };
}
