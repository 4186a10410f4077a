/**
 * `pipeline generate`: many pictures through a queue that any number of workers share (docs/serving/bulk.md).
 */
import { basename, join, resolve } from 'node:path';
import { checkWritable, Failure, withLock } from '@onnoise/base/files';
import { DIGITS, loadOptional, modelFolder, QUEUE_PACKAGES } from '@onnoise/base/install';
import { isAbort, numberOption, sayNote, sayResult, withInterrupt, withProgress } from '@onnoise/base/terminal';
import { formatPath, plural, program, shellPath, shellWord } from '@onnoise/base/text';
import type { SamplerName, SamplerSettings } from '@onnoise/scheduler';
import { refuse } from '@onnoise/scheduler/rules';
import type { Generated } from '../bulk/generate.ts';
import { countShards, type Order } from '../bulk/shards.ts';
import type { FileChoice } from '../pictures/choices.ts';
import { noteOnClass } from '../pictures/facts.ts';
import { type Command, textOption } from './options/command.ts';
import { depthOption, fileOptions } from './options/files.ts';
import { type ConditionArguments, conditionSettings, pictureOptions, samplerOptions } from './options/pictures.ts';
import { type QueueArguments, queueOptions, readQueue } from './options/queue.ts';
import { conditionImageOptions, toldFitOption } from './options/starts.ts';
import type { ConditionImageArguments } from './stages/condition-images.ts';

/** The options of `pipeline generate`; its help explains them. */
export interface GenerateArguments
  extends QueueArguments,
    SamplerSettings,
    ConditionArguments,
    ConditionImageArguments,
    FileChoice {
  model: string;
  count: number;
  seed: number;
  steps?: number | undefined;
  sampler?: SamplerName | undefined;
  shard: number;
  out: string;
  check: boolean;
  detach: boolean;
  merge: boolean;
}

const PICTURES = 'The pictures:';
const SAMPLING = 'Sampling:';
const QUEUE = 'The queue:';
const RESULTS = 'Output:';
const NAMED_FAILURES = 3;

export const command: Command<GenerateArguments> = {
  usage:
    '$0 generate --count <number> --queue <redis>\n$0 generate --count <number> --merge\n\n' +
    `Orders many pictures from a queue of workers (${program('worker')}) and waits for them. Run it again to continue. With --merge, it lists what workers without a queue (${program('worker')} --shards) have made.`,
  options: {
    count: { ...numberOption('count', PICTURES, 'Number of pictures'), demandOption: true },
    ...pictureOptions(PICTURES),
    ...conditionImageOptions(PICTURES),
    ...toldFitOption(PICTURES),
    model: textOption('Model folder; workers must have the same model', { group: SAMPLING, default: DIGITS }),
    ...samplerOptions(SAMPLING),
    ...queueOptions(QUEUE),
    shard: {
      ...numberOption('shard', QUEUE, 'Pictures per shard, which is one job and one tar file'),
      default: 256,
    },
    detach: { group: QUEUE, boolean: true, default: false, describe: 'Exit once the order is in the queue' },
    merge: {
      group: RESULTS,
      boolean: true,
      default: false,
      describe: 'Only check that all shards are in --out, and write manifest.json; needs no queue',
    },
    ...fileOptions(RESULTS, 'Format of the pictures in the shards'),
    depth: depthOption(RESULTS, 'Bits of a level in these files'),
    out: textOption('Folder for manifest.json, best that of the workers', { group: RESULTS, default: 'out/bulk' }),
    check: {
      group: RESULTS,
      boolean: true,
      default: false,
      describe: 'Check finished shards in --out, where workers write, and redo damaged ones',
    },
  },
  examples: [
    ['$0 generate --count 100000 --queue redis://localhost:6379', '100,000 digits'],
    ['$0 generate --count 5000 --labels 7 --seed 1000000 --out out/sevens', 'sevens, Redis from $REDIS_URL'],
    ['$0 generate --count 100000 --merge', 'the manifest of what 64 tasks made'],
  ],
  handler: run,
};

async function orderOf(model: string, options: GenerateArguments, onNote?: (note: string) => void): Promise<Order> {
  const [{ makeOrder }, { readOrderTold }] = await Promise.all([
    import('../bulk/order.ts'),
    import('./stages/order-told.ts'),
  ]);
  const told = await readOrderTold(options, model);
  const asked = { ...options, ...conditionSettings(options), conditionImages: told?.conditionImages };
  return makeOrder(model, asked, onNote);
}

/** Writes the manifest of shards that are there already. */
async function merge(options: GenerateArguments): Promise<void> {
  const { out } = options;
  const model = modelFolder(options.model);
  for (const name of ['queue', 'detach', 'check'] as const) {
    const rule = `left out with --merge, which ${name === 'check' ? 'checks all shards' : 'needs no queue'}`;
    if (options[name]) refuse('merge', `--${name}`, rule, options[name]);
  }
  const { mergeShards } = await import('../bulk/merge.ts');
  const order = await orderOf(model, options);
  await checkWritable('--out', out, 'folder');
  const modelName = basename(resolve(model));
  const manifest = await withLock(join(out, '.generate.lock'), lockWords(out), () =>
    withInterrupt((signal) =>
      withProgress('Checking', { unit: 'images' }, (onProgress) =>
        mergeShards({ order, modelName, out, signal, onProgress }),
      ),
    ),
  );
  tell(order, { images: order.count, failed: [], manifest });
}

/** Two commands that write a manifest to one folder would overwrite each other's. */
const lockWords = (out: string) => ({ action: `generate to ${out}`, doing: 'is generating there' });

/** Orders, waits, and prints where the manifest is. */
async function run(options: GenerateArguments): Promise<void> {
  if (options.merge) return merge(options);
  const { out, check, detach } = options;
  const model = modelFolder(options.model);
  const { url, name } = readQueue(options);
  // Before the model is read: a package that is missing shows at once.
  const [{ generate }, { connectQueue }] = await loadOptional(
    'generate pictures',
    QUEUE_PACKAGES,
    () => Promise.all([import('../bulk/generate.ts'), import('../bulk/connect.ts')]),
    ['generate'],
  );
  const order = await orderOf(model, options, sayNote);
  const note = noteOnClass(options, order.facts);
  if (note !== undefined) sayNote(note);
  await checkWritable('--out', out, 'folder');
  const connection = await connectQueue(url, sayNote);
  const modelName = basename(resolve(model));
  const onNoWorker = () =>
    sayNote(
      `No worker is taking this model's shards. Start one: ${program('worker')} --queue ${connection.shown}` +
        `${name === 'onnoise' ? '' : ` --name ${shellWord(name)}`} --model ${shellPath(model)} --out ${shellPath(out)}`,
    );
  const follow = async () => {
    const generated = await withInterrupt((signal) =>
      withProgress(detach ? 'Done before' : 'Generating', { unit: 'images' }, (onProgress) =>
        generate({ connection, name, modelName, order, out, check, detach, signal, onProgress, onNoWorker }),
      ),
    );
    tell(order, generated);
  };
  try {
    // With --detach it writes nothing, so it needs no lock.
    await (detach ? follow() : withLock(join(out, '.generate.lock'), lockWords(out), follow));
  } catch (error) {
    if (isAbort(error)) sayNote('The workers continue with the queue; the same command attaches to it again.');
    if (error instanceof Error && error.name === 'ReplyError') {
      throw new Failure(`Redis at ${connection.shown} refused: ${error.message}`, [
        'Once that is fixed, the same command continues.',
      ]);
    }
    throw error;
  } finally {
    connection.close();
  }
}

function tell(order: Order, { images, failed, manifest }: Generated): void {
  if (failed.length > 0) {
    const shown = failed.slice(0, NAMED_FAILURES).map(({ shard: { seed, count }, reason }) => {
      return `  seeds ${seed} to ${seed + count - 1}: ${reason}`;
    });
    if (failed.length > NAMED_FAILURES) shown.push(`  and ${failed.length - NAMED_FAILURES} more`);
    throw new Failure(
      `${failed.length} of ${plural(countShards(order), 'shard')} failed for good; the same command retries them.`,
      shown,
    );
  }
  const [shards, left] = [countShards(order), order.count - images];
  const pictures = `${plural(order.count, 'picture')} in ${plural(shards, 'shard')}`;
  const line =
    manifest === undefined
      ? `The queue has ${plural(left, 'picture')} left of ${pictures}. The same command without --detach waits for them and writes the manifest.`
      : `${pictures}: ${formatPath(manifest)}`;
  sayResult(line, { pictures: order.count, done: images, shards, manifest: manifest ?? null });
}
