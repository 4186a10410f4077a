/**
 * `pipeline worker`: samples the orders of `pipeline generate` until it is stopped, or without a queue its share of an
 * order (docs/serving/bulk.md).
 */

import { checkWritable } from '@onnoise/base/files';
import { DIGITS, loadOptional, modelFolder, QUEUE_PACKAGES } from '@onnoise/base/install';
import { isAbort, numberOption, sayNote, withInterrupt } from '@onnoise/base/terminal';
import { program } from '@onnoise/base/text';
import { checkInteger, InputError, refuse } from '@onnoise/scheduler/rules';
import type { QueueConnection } from '../bulk/connect.ts';
import type { ToldOf } from '../bulk/told.ts';
import { type Command, textOption } from './options/command.ts';
import { orderOptions, refuseOrder } from './options/order.ts';
import { deviceOption } from './options/pictures.ts';
import { type QueueArguments, queueOptions, readQueue } from './options/queue.ts';
import type { ShareArguments } from './stages/share.ts';

/** The options of `pipeline worker`; its help explains them. */
export interface WorkerArguments extends Partial<QueueArguments>, ShareArguments {
  shards?: string | undefined;
  model?: string[] | undefined;
}

const QUEUE = 'With a queue:';
const SHARE = 'Without a queue, a share of an order:';
const ORDER = 'Its pictures, the same for all tasks:';
const ORDERED = 'Sampling without a queue:';
const SAMPLING = 'Models and device:';
const RESULTS = 'Output:';

export const command: Command<WorkerArguments> = {
  usage:
    '$0 worker --queue <redis> [options]\n$0 worker --shards <task>/<tasks> --count <number> [options]\n\n' +
    `Samples the pictures that ${program('generate')} orders, until you stop it. Any number of workers can share a queue. With --shards, it makes its share of an order and exits; ${program('generate')} --merge then lists them all.`,
  options: {
    ...queueOptions(QUEUE),
    name: { ...queueOptions(QUEUE).name, default: undefined, defaultDescription: 'onnoise' },
    shards: textOption(
      'Task and number of tasks, from 0/64 to 63/64; task i of N makes the shards i, i + N, i + 2N, ...',
      { group: SHARE },
    ),
    ...orderOptions(ORDER, ORDERED),
    model: {
      group: SAMPLING,
      string: true,
      array: true,
      nargs: 1,
      requiresArg: true,
      defaultDescription: DIGITS,
      describe: 'Model folder, or name=folder; may be repeated with a queue',
    },
    ...deviceOption(SAMPLING),
    batch: numberOption(
      'batch',
      SAMPLING,
      'Pictures per network call; use one value for all workers to get the same bytes',
      'depends on their size',
    ),
    out: textOption('Folder for the shards', { group: RESULTS, default: 'out/bulk' }),
  },
  examples: [
    ['$0 worker --queue redis://localhost:6379', 'a worker for models/digits'],
    ['$0 worker --model models/digits --model hands=runs/hands/model', 'for two models, Redis from $REDIS_URL'],
    ['$0 worker --shards $SLURM_ARRAY_TASK_ID/64 --count 100000', 'a 64th of 100,000 digits'],
  ],
  handler: run,
};

async function run(options: WorkerArguments): Promise<void> {
  const { batch, out } = options;
  const task = options.shards === undefined ? undefined : await readShare(options);
  const queue = task ? undefined : await readWorkerQueue(options);
  if (batch !== undefined) checkInteger('start the worker', '--batch', batch, 1, 1024);
  await checkWritable('--out', out, 'folder');
  const { nameModels, readModelFolder } = await import('@onnoise/runtime-node');
  const models = nameModels('start the worker', (options.model ?? [DIGITS]).map(modelFolder));
  for (const folder of Object.values(models)) await readModelFolder(folder);
  if (queue) return runQueue(options, queue, models);
  const { makeShare } = await import('./stages/share.ts');
  await makeShare({ ...options, count: task!.count }, task!.share, models);
}

/** REDIS_URL may be there for other commands, so only the options are looked at. */
async function readShare({ shards, queue, name, count }: WorkerArguments) {
  for (const [option, value] of Object.entries({ queue, name })) {
    if (value !== undefined)
      refuse('take a share', `--${option}`, 'left out with --shards, which needs no queue', value);
  }
  const { parseShare } = await import('../bulk/share.ts');
  const share = parseShare(shards);
  if (count === undefined) {
    throw new InputError('Cannot take a share: --count must be given, the pictures of all tasks.');
  }
  return { share, count };
}

/** The queue, and what talks to it: a package that is missing shows before the models are read. */
async function readWorkerQueue({ queue, name = 'onnoise', ...order }: WorkerArguments) {
  refuseOrder(order);
  const address = readQueue({ queue, name });
  const [{ runWorker }, { connectQueue }] = await loadOptional(
    'start the worker',
    QUEUE_PACKAGES,
    () => Promise.all([import('../bulk/worker.ts'), import('../bulk/connect.ts')]),
    ['worker'],
  );
  return { ...address, runWorker, connectQueue };
}

/** The masks or pictures of its orders, which the queue does not have. @throws InputError where they could be of several models */
async function readToldOf(options: WorkerArguments, models: Record<string, string>): Promise<ToldOf | undefined> {
  const flag = options.masks === undefined ? '--condition-images' : '--masks';
  if ((options.masks ?? options.conditionImages) === undefined) return undefined;
  const [model, another] = Object.values(models);
  if (another !== undefined) refuse('start the worker', '--model', `one model with ${flag}`, options.model);
  const { readOrderTold } = await import('./stages/order-told.ts');
  return (await readOrderTold(options, model!))!.toldOf;
}

/** Works until Ctrl-C (exit code 130) or SIGTERM, which stops a service (0). A second signal ends it at once. */
async function runQueue(
  options: WorkerArguments,
  { url, name, runWorker, connectQueue }: Awaited<ReturnType<typeof readWorkerQueue>>,
  models: Record<string, string>,
): Promise<void> {
  const { out, device, batch } = options;
  const toldOf = await readToldOf(options, models);
  let connection: QueueConnection | undefined;
  let terminated = false;
  const terminate = () => {
    terminated = true;
  };
  process.once('SIGTERM', terminate);
  try {
    const givenBack = await withInterrupt(async (signal) => {
      // A cluster starts its parts in any order.
      connection = await connectQueue(url, sayNote, { wait: signal }).catch((error: unknown) => {
        if (isAbort(error)) return undefined;
        throw error;
      });
      return connection && runWorker({ connection, name, models, out, device, toldOf, batch, signal, onLine: sayNote });
    });
    const rest = givenBack === false ? 'other workers take over its shards' : 'its shards are back in the queue';
    sayNote(connection === undefined ? 'Stopped.' : `Stopped; ${rest}.`);
    if (terminated) process.exitCode = 0;
    // BullMQ's timers would go on waiting for a Redis that is away; the networks are freed, nothing else is under way.
    if (givenBack === false) process.exit();
  } finally {
    process.off('SIGTERM', terminate);
    connection?.close();
  }
}
