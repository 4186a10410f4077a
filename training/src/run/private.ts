/**
 * The private part of a run: its key and account, and batches that are drawn with them.
 *
 * `privacy.json` is written before the first step. Its key decides which images an update takes and the noise that hides them, so a
 * continued run repeats both, and tells nothing that the unbroken one would not. It stays in the folder of the run.
 */
import { chmod } from 'node:fs/promises';
import { randomInts } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type BatchPosition, type DrawOptions, drawDropped, drawMasks, drawStep } from '@onnoise/scheduler/training';
import { conditionsOf, type Dataset, drawAugmentations, readTold } from '../data/index.ts';
import type { TrainPlan } from '../plan/plan.ts';
import { promiseOf } from '../plan/private.ts';
import { type Ledger, openLedger, rateOf, requirePromised } from '../privacy/ledger.ts';
import { type Records, sampleImages, seedOf } from '../privacy/sample.ts';
import { drawKey, isKey, sealed, secretStream } from '../privacy/secret.ts';
import { diskError } from '../saved/checkpoint.ts';
import { readJson, runPaths, writeJson } from '../saved/run-folder.ts';
import type { Batches, StepInputs, TrainStep } from '../step/contracts.ts';
import { noisyTotals } from '../step/private.ts';

export interface PrivateRun {
  key: string;
  ledger: Ledger;
  records: Records;
}

interface Stored extends Ledger {
  format: 1;
  key: string;
}

/**
 * Begins the account of a run, or goes on with it.
 * @param steps of the whole run
 * @param former the account of the checkpoint that the run goes on from
 * @throws InputError for an account that cannot be kept: its file is not there or not whole, or what was promised has changed
 */
export async function openPrivacy(
  folder: string,
  { config }: Pick<TrainPlan, 'config'>,
  dataset: Dataset,
  steps: number,
  former: { privacy?: Ledger } | undefined,
): Promise<PrivateRun> {
  const { promised, records } = promiseOf(config, dataset, steps);
  const path = runPaths(folder).privacy;
  const stored = (await readJson(path)) as Stored | undefined;
  const { format, key, ...kept } = stored ?? {};
  if (stored ? format !== 1 || !isKey(key) : former !== undefined) {
    const received = stored ? 'one of another form' : 'none';
    throw new InputError(
      `Cannot continue ${folder}: privacy.json must be the one that the run began with, or its account cannot be kept, received ${received}.`,
    );
  }
  if (stored) {
    const ledger = kept as Ledger;
    requirePromised(ledger, promised, folder);
    if (former && JSON.stringify(former.privacy) !== JSON.stringify(ledger)) {
      throw new InputError(
        `Cannot continue ${folder}: privacy.json must hold the account of its checkpoints, received another.`,
      );
    }
    return { key: key!, ledger, records };
  }
  const fresh = drawKey();
  const ledger = openLedger(promised, sealed(fresh, dataset.hash));
  try {
    await writeJson(path, { format: 1, key: fresh, ...ledger } satisfies Stored);
    await chmod(path, 0o600);
  } catch (error) {
    throw diskError(error, `start the run in ${folder}`);
  }
  return { key: fresh, ledger, records };
}

export type PrivateBatches = Batches & { position: BatchPosition };

interface Options {
  plan: TrainPlan;
  dataset: Dataset;
  draws: DrawOptions;
  parts: NonNullable<TrainStep['accumulated']>;
}

const FLIP_STREAM = 0x0f00_0000;

/**
 * Batches with all that an update draws: its images, its noise. Their number of images varies, and may be 0; an image has
 * `timesteps` rows one after the other, each changed and noised in its own way.
 */
export function createPrivateBatches({ key, ledger, records }: PrivateRun, { plan, dataset, draws, parts }: Options) {
  const { config, model, schedule } = plan;
  const { data, training } = config;
  const { rotate, translate, scale, contrast, flip, maskRole } = data;
  const secret = secretStream(key);
  const noisy = noisyTotals(parts);
  const deviation = (ledger.sigma * ledger.clip) / ledger.batch;
  const total = noisy.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  let update = 0;
  const batches: PrivateBatches = {
    // The place is the number of updates.
    get position() {
      return { epoch: 0, index: update };
    },
    set position({ index }) {
      update = index;
    },
    async next() {
      const images = sampleImages(records, rateOf(ledger), secret, update);
      const numbers = Uint32Array.from({ length: images.length * ledger.timesteps }, (_, row) => {
        return images[Math.floor(row / ledger.timesteps)]!;
      });
      const rows = numbers.length;
      const seed = seedOf(secret, update);
      const flips = flip ? new Int32Array(rows) : undefined;
      if (flips) randomInts(seed, FLIP_STREAM, 0, 2, flips);
      const { width, height } = dataset;
      const augmentations = drawAugmentations(
        { rotate, translate, scale, contrast },
        { seed, epoch: 0, first: 0, count: rows, width, height },
      );
      const noise = noiseOf(noisy, secret.noise(update, total), deviation);
      const epoch = Math.floor((update * ledger.batch) / dataset.train.length);
      update++;
      return {
        ...(await readTold(dataset, numbers, maskRole, { ...(flips && { flips }), augmentations })),
        ...(dataset.labels && { labels: Int32Array.from(numbers, (number) => dataset.labels![number]!) }),
        ...(dataset.conditions && { conditions: conditionsOf(dataset.conditions, numbers) }),
        ...(training.labelDropout > 0 && { dropped: drawDropped(seed, 0, rows, training.labelDropout) }),
        epoch,
        // The engine's mean is over the images that were expected.
        scale: images.length === 0 ? null : ledger.batch / images.length,
        lesson: {
          ...drawStep(seed, 0, rows, sizeOf(model.shape), schedule.T, draws),
          ...drawMasks(seed, 0, rows, model.dropouts ?? []),
          ...noise,
        },
      };
    },
  };
  return batches;
}

function noiseOf(noisy: ReturnType<typeof noisyTotals>, normals: Float32Array, deviation: number): StepInputs {
  for (let i = 0; i < normals.length; i++) normals[i]! *= deviation;
  let end = 0;
  return Object.fromEntries(
    noisy.map(({ name, shape }) => {
      const from = end;
      end += sizeOf(shape);
      return [name, normals.subarray(from, end)];
    }),
  );
}
