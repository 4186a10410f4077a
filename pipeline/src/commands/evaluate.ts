/**
 * `pipeline evaluate`: how good a model's pictures are, or those of any tool, and whether they are copies of training images.
 * It writes the figures as JSON and a page of its own, and into the model folder.
 */

import { readTrainedOn } from '@onnoise/base/folders';
import { DIGITS, modelFolder } from '@onnoise/base/install';
import {
  FailedCheck,
  numberOption,
  sayDetail,
  sayNote,
  sayResult,
  withInterrupt,
  withProgress,
} from '@onnoise/base/terminal';
import { formatDuration, formatPath } from '@onnoise/base/text';
import type { Evaluation } from '@onnoise/evaluation';
import { FEATURE_RANGES, type FeatureRange } from '@onnoise/evaluation/options';
import type { DeviceChoice } from '@onnoise/runtime-node';
import { type SamplerName, type SamplerSettings, samplerSettings } from '@onnoise/scheduler';
import { evaluatedName } from '@onnoise/scheduler/evaluation';
import { pictureShapeOf } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';
import { type Command, textOption } from './options/command.ts';
import { evaluateDataOptions, namedImages, toImages } from './options/evaluate-fields.ts';
import { failOnOption } from './options/fail-on.ts';
import { deviceOption, samplerOptions } from './options/pictures.ts';
import { describeEvaluation, summariseEvaluation } from './stages/describe-evaluation.ts';
import { prepareWithProgress } from './stages/prepare-with-progress.ts';

/** The options of `pipeline evaluate`; those of the images are read by `toImages`. */
export interface EvaluateArguments extends SamplerSettings {
  model?: string | undefined;
  device?: DeviceChoice | undefined;
  pictures?: string | undefined;
  picturesCsv?: string | undefined;
  count?: number | undefined;
  seed: number;
  steps?: number | undefined;
  sampler?: SamplerName | undefined;
  guidance?: number | undefined;
  guidanceInterval?: [low: number, high: number] | undefined;
  batch?: number | undefined;
  featureModel?: string | undefined;
  featureRange?: FeatureRange | undefined;
  out: string;
  card?: boolean | undefined;
  failOn?: readonly 'memorisation'[] | undefined;
  [option: string]: unknown;
}

const MODEL = 'The model:';
const PICTURES = 'The pictures:';
const SAMPLING = 'Sampling:';
const DATA = 'Real images, by default as in training:';
const FEATURES = 'The feature network:';
const RESULTS = 'Results:';

export const command: Command<EvaluateArguments> = {
  usage:
    '$0 evaluate [options]\n\nMeasures the pictures of a model, or of any tool, against real images and noise, and looks for copies of training images.',
  options: {
    // Defaults are only shown: if yargs set them, they would look typed.
    model: textOption('Model folder', { group: MODEL, defaultDescription: JSON.stringify(DIGITS) }),
    device: { ...deviceOption(MODEL).device, default: undefined, defaultDescription: '"auto"' },
    pictures: textOption(
      'Pictures of any tool, in place of a model: a folder, a ZIP, .npy or .npz, IDX files, or shards of generate',
      { group: PICTURES },
    ),
    'pictures-csv': textOption('CSV file of --pictures, with the same columns as --csv', {
      group: PICTURES,
      implies: 'pictures',
    }),
    count: numberOption(
      'count',
      PICTURES,
      'Number of pictures, and of real images to compare with',
      '1000, or all of --pictures; at most the number of images held out',
    ),
    seed: {
      ...numberOption(
        'seed',
        PICTURES,
        'Seed of the first picture, the next has seed + 1; or of the choice among --pictures',
      ),
      default: 0,
    },
    ...samplerOptions(SAMPLING),
    batch: numberOption(
      'batch',
      SAMPLING,
      'Pictures per network call; with guidance, a call takes each twice',
      'depends on their size',
    ),
    ...evaluateDataOptions(DATA),
    'feature-model': textOption('ONNX file that computes the features of images, such as Inception', {
      group: FEATURES,
      defaultDescription: 'a small network, trained once on the images',
    }),
    'feature-range': {
      group: FEATURES,
      choices: FEATURE_RANGES,
      requiresArg: true,
      describe: 'Values of black and white that --feature-model takes',
      defaultDescription: 'as the file says, otherwise -1,1',
    },
    out: textOption('Folder for evaluation.json and report.html', { group: RESULTS, default: 'out/evaluation' }),
    card: {
      group: RESULTS,
      boolean: true,
      defaultDescription: 'true for a model',
      describe: 'Also write the results into the model folder; --no-card leaves it unchanged',
    },
    'fail-on': failOnOption(['memorisation'], {
      group: RESULTS,
      describe: 'Exit with code 3 if copies are found or cannot be ruled out',
      elsewhere: '; `pipeline audit` measures membership',
    }),
  },
  examples: [
    ['$0 evaluate', 'the shipped digits'],
    ['$0 evaluate --model models/photos --data photos', 'your own'],
    ['$0 evaluate --pictures fakes --data photos --test-data others', 'of any tool'],
    ['$0 evaluate --steps 10 --no-card --out out/steps-10', 'other settings, for compare'],
    ['$0 evaluate --model models/x --data x --fail-on memorisation', 'for CI'],
  ],
  handler: evaluateModel,
};

/** Checks, evaluates, writes, and prints the figures. */
export async function evaluateModel(args: EvaluateArguments): Promise<void> {
  const { out, failOn, count, seed, featureModel, featureRange } = args;
  const { folder, open } = args.pictures === undefined ? await modelOf(args) : await picturesOf(args, args.pictures);
  const { evaluate, openFiles } = await import('@onnoise/evaluation');
  await withInterrupt(async (signal) => {
    const begin = performance.now();
    const hooks: Hooks = {
      stage: (label, unit, work) => withProgress(label, { unit }, work),
      prepare: (options) => prepareWithProgress(options, signal),
      onNote: sayNote,
      signal,
    };
    const files = await openFiles(out, folder);
    try {
      const { source, images } = await open(hooks);
      try {
        const job = { ...images, source, count, seed, featureModel, featureRange };
        const { evaluation, pictures } = await evaluate(job, hooks);
        signal.throwIfAborted();
        const { written, note } = await files.write(evaluation, pictures);
        if (note !== undefined) sayNote(note);
        const seconds = Number(((performance.now() - begin) / 1000).toFixed(3));
        sayDetail(`Took ${formatDuration(seconds)}`);
        sayResult(describeEvaluation(evaluation, written), summariseEvaluation(evaluation, written, seconds));
        if (failOn !== undefined) requireNoCopies(evaluation);
      } finally {
        await source.close();
      }
    } finally {
      await files.close();
    }
  });
}

type Hooks = Parameters<typeof import('@onnoise/evaluation')['evaluate']>[1];

/** What is evaluated. */
interface Chosen {
  /** The model folder that gets the figures, too. */
  folder?: string | undefined;
  open(hooks: Hooks): ReturnType<typeof import('@onnoise/evaluation')['fromFiles']>;
}

async function modelOf(args: EvaluateArguments): Promise<Chosen> {
  const { model: named = DIGITS, card = true, out, device = 'auto', steps, sampler, batch } = args;
  const folder = modelFolder(named);
  const [{ readModelFolder }, { fromModel, requireApart }] = await Promise.all([
    import('@onnoise/runtime-node'),
    import('@onnoise/evaluation'),
  ]);
  const model = await readModelFolder(folder);
  if (!card) await requireApart(out, folder);
  const trainedOn = await readTrainedOn(folder);
  const { guidance, guidanceInterval } = args;
  const settings = { ...samplerSettings(args), steps, sampler, guidance, guidanceInterval };
  const images = toImages(`evaluate ${folder}`, args, pictureShapeOf(model), trainedOn);
  return {
    folder: card ? folder : undefined,
    open: async () => ({
      source: await fromModel({ model, trainedOn, images, settings, device, batch }),
      images,
    }),
  };
}

async function picturesOf(args: EvaluateArguments, pictures: string): Promise<Chosen> {
  const { fromFiles } = await import('@onnoise/evaluation');
  for (const flag of OF_MODELS) {
    if (args[flag] === undefined) continue;
    refuse('evaluate', `--${flag}`, 'left out with --pictures, which no model draws here', args[flag]);
  }
  const named = { pictures, csv: args.picturesCsv, images: namedImages(args) };
  return { open: (hooks) => fromFiles(named, hooks) };
}

/** Options that say what draws pictures, how, and where the figures of a model go. */
const OF_MODELS: readonly string[] = [
  ...['model', 'device', 'batch', 'card'],
  ...Object.keys(samplerOptions(SAMPLING)),
];

/** @throws FailedCheck also where nothing can be told: what was not looked at has not passed. */
function requireNoCopies(evaluation: Evaluation): void {
  const { memorisation } = evaluation;
  if (memorisation?.verdict === 'none found') return;
  const found =
    memorisation?.verdict === 'copies found' ? 'copies of training images were found' : 'copies cannot be ruled out';
  throw new FailedCheck(
    `--fail-on memorisation: ${found} among the pictures of ${formatPath(evaluatedName(evaluation))}.`,
  );
}
