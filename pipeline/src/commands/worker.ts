/**
 * `pipeline worker`: samples the orders of `pipeline generate` until it is stopped (docs/bulk.md).
 */
import type { DeviceChoice } from '@onnoise/runtime-node';
import { checkInteger } from '@onnoise/scheduler';
import type { Argv, CommandModule } from 'yargs';
import { checkWritable } from '../files/output.ts';
import { loadOptional, QUEUE_PACKAGES } from '../optional.ts';
import { DIGITS, modelFolder } from '../shipped-model.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { numberOption } from '../terminal/options.ts';
import { sayNote } from '../terminal/voice.ts';
import { deviceOption } from './options/pictures.ts';
import { type QueueArguments, queueOptions, readQueue } from './options/queue.ts';

/** The options of `pipeline worker`; its help explains them. */
export interface WorkerArguments extends QueueArguments {
  model?: string[] | undefined;
  out: string;
  device: DeviceChoice;
  batch?: number | undefined;
}

const QUEUE = 'The queue:';
const SAMPLING = 'How pictures are sampled:';
const RESULTS = 'What comes out:';

export const command: CommandModule<object, WorkerArguments> = {
  command: 'worker',
  describe: 'Sample the pictures that a queue orders',
  builder: (cli) =>
    cli
      .usage(
        '$0 worker --queue <redis> [options]\n\nSamples the pictures that pipeline generate orders, until you stop it. Any number of workers share a queue.',
      )
      .options({
        ...queueOptions(QUEUE),
        model: {
          group: SAMPLING,
          string: true,
          array: true,
          nargs: 1,
          requiresArg: true,
          defaultDescription: DIGITS,
          describe: 'Model folder, or name=folder; may be given several times',
        },
        ...deviceOption(SAMPLING),
        batch: numberOption(
          'batch',
          SAMPLING,
          'Pictures per network call; the same for all workers, for the same bytes',
          'by their size',
        ),
        out: {
          group: RESULTS,
          string: true,
          requiresArg: true,
          default: 'out/bulk',
          describe: 'Folder for the shards',
        },
      })
      .example('$0 worker --queue redis://localhost:6379', 'a worker for models/digits')
      .example(
        '$0 worker --model models/digits --model hands=runs/hands/model',
        'for two models, Redis from $REDIS_URL',
      ) as unknown as Argv<WorkerArguments>,
  handler: run,
};

/** Works until Ctrl-C (exit code 130) or SIGTERM, which stops a service (0). A second signal ends it at once. */
async function run(options: WorkerArguments): Promise<void> {
  const { model: named = [DIGITS], out, device, batch } = options;
  const { url, name } = readQueue(options);
  if (batch !== undefined) checkInteger('start the worker', '--batch', batch, 1, 1024);
  await checkWritable('--out', out, 'folder');
  const { nameModels, readModelFolder } = await import('@onnoise/runtime-node');
  const models = nameModels('start the worker', named.map(modelFolder));
  for (const folder of Object.values(models)) await readModelFolder(folder);
  const [{ runWorker }, { connectQueue }] = await loadOptional(
    'start the worker',
    QUEUE_PACKAGES,
    () => Promise.all([import('../bulk/worker.ts'), import('../bulk/connect.ts')]),
    ['worker'],
  );
  const connection = await connectQueue(url, sayNote);
  let terminated = false;
  const terminate = () => {
    terminated = true;
  };
  process.once('SIGTERM', terminate);
  try {
    const givenBack = await withInterrupt((signal) =>
      runWorker({ connection, name, models, out, device, batch, signal, onLine: sayNote }),
    );
    const rest = givenBack ? 'its shards are back in the queue' : 'other workers take over its shards';
    sayNote(`Stopped; ${rest}.`);
    if (terminated) process.exitCode = 0;
    // BullMQ's timers would go on waiting for a Redis that is away; the networks are freed, nothing else is under way.
    if (!givenBack) process.exit();
  } finally {
    process.off('SIGTERM', terminate);
    connection.close();
  }
}
