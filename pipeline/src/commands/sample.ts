/**
 * `pipeline sample`: new pictures from a model folder.
 * What can be wrong is found before sampling: options, model, device, and whether the results can be written.
 */
import { join } from 'node:path';
import type { DeviceChoice, Samples } from '@onnoise/runtime-node';
import { checkInteger, type Sampler } from '@onnoise/scheduler';
import type { Argv, CommandModule } from 'yargs';
import { createFilm, type Film, spreadSteps } from '../film.ts';
import { checkWritable, writeWhole } from '../output.ts';
import { sizeOf } from '../shape.ts';
import { formatPath, plural } from '../terminal/format.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { numberOption } from '../terminal/options.ts';
import { withProgress } from '../terminal/progress.ts';
import { deviceOption, pictureOptions, samplerOptions } from './options/pictures.ts';

/** The options of `pipeline sample`; its help tells their meaning. */
export interface SampleArguments {
  model: string;
  device: DeviceChoice;
  count: number;
  seed: number;
  labels?: string[] | undefined;
  steps?: number | undefined;
  sampler: Sampler;
  eta?: number | undefined;
  batch?: number | undefined;
  out: string;
  columns?: number | undefined;
  singles?: string | undefined;
  frames?: string | undefined;
  animation?: string | undefined;
}

const MODEL = 'The model:';
const PICTURES = 'The pictures:';
const SAMPLING = 'How they are sampled:';
const FILES = 'What is written:';
const ANIMATION_FRAMES = 100;

export const command: CommandModule<object, SampleArguments> = {
  command: 'sample',
  describe: 'Make new pictures from a model folder',
  builder: (cli) =>
    cli
      .usage('$0 sample [options]\n\nMakes new pictures from a model folder. The same seed gives the same picture.')
      .options({
        model: { group: MODEL, string: true, requiresArg: true, default: 'models/digits', describe: 'Model folder' },
        ...deviceOption(MODEL),
        count: { ...numberOption('count', PICTURES, 'Number of pictures'), default: 16 },
        ...pictureOptions(PICTURES),
        ...samplerOptions(SAMPLING),
        batch: numberOption('batch', SAMPLING, 'Pictures a network call', 'by their size'),
        out: { group: FILES, string: true, requiresArg: true, default: 'sheet.png', describe: 'Sheet of all, PNG' },
        columns: numberOption('columns', FILES, 'Pictures in a row of a sheet', 'square'),
        singles: { group: FILES, string: true, requiresArg: true, describe: 'Folder for a PNG each, named by seed' },
        frames: { group: FILES, string: true, requiresArg: true, describe: 'Folder for a sheet a step, PNG' },
        animation: { group: FILES, string: true, requiresArg: true, describe: 'The sheet forming, animated WebP' },
      })
      .example('$0 sample --count 64 --out out/sheet.png', 'a sheet of 64 digits')
      .example('$0 sample --labels 7 --seed 42 --singles out/sevens', '16 sevens, a file each')
      .example(
        '$0 sample --sampler ddpm --steps 300 --animation out/forming.webp',
        'watch them form',
      ) as unknown as Argv<SampleArguments>,
  handler: sample,
};

/** Samples, writes, and says which device was chosen and where the results are. */
export async function sample(options: SampleArguments): Promise<void> {
  await checkOutputs(options);
  const { loadModel } = await import('@onnoise/runtime-node');
  const model = await loadModel(options.model, {
    device: options.device,
    onDevice: ({ device, reason }) => process.stderr.write(`Device: ${device} (${reason})\n`),
  });
  try {
    const { count, seed, sampler, eta, labels, batch } = options;
    const steps = options.steps ?? Math.min(50, model.scheduler.num_train_timesteps);
    const size = sizeOf(model.shape);
    const film = createFilm(count, size, keptSteps(options, steps));
    const samples = await withInterrupt((signal) =>
      withProgress('Sampling', { unit: 'steps' }, (report) =>
        model.sample({
          ...{ count, seed, steps, sampler, eta, labels, batch, signal },
          onStep: (progress) => {
            film.keep(progress);
            report(progress);
          },
        }),
      ),
    );
    await writeOutputs(options, samples, film, model.classNames);
  } finally {
    await model.dispose();
  }
}

async function checkOutputs({ out, columns, singles, frames, animation }: SampleArguments): Promise<void> {
  if (columns !== undefined) checkInteger('sample images', '--columns', columns, 1, 10_000);
  await checkWritable('--out', out, 'file');
  if (singles !== undefined) await checkWritable('--singles', singles, 'folder');
  if (frames !== undefined) await checkWritable('--frames', frames, 'folder');
  if (animation !== undefined) await checkWritable('--animation', animation, 'file');
}

/** The steps whose pictures are kept: all for frames, evenly spread ones for an animation. */
function keptSteps({ frames, animation }: SampleArguments, steps: number): number[] {
  if (frames !== undefined) return spreadSteps(steps, steps);
  return animation === undefined ? [] : spreadSteps(steps, ANIMATION_FRAMES);
}

async function writeOutputs(
  options: SampleArguments,
  samples: Samples,
  film: Film,
  classNames: readonly string[] | undefined,
): Promise<void> {
  const { animatedWebp, png, sheet } = await import('@onnoise/runtime-node');
  const { out, columns, singles, frames, animation } = options;
  const { images, shape, seeds, labels } = samples;
  const say = (what: string, path: string) => process.stdout.write(`${what}: ${formatPath(path)}\n`);

  await writeWhole(out, await sheet(images, shape, columns));
  say(`${plural(seeds.length, 'picture')}${describeLabels(labels, classNames)}`, out);
  if (singles !== undefined) {
    const size = images.length / seeds.length;
    for (const [i, seed] of seeds.entries()) {
      await writeWhole(join(singles, `${seed}.png`), await png(images.subarray(i * size, (i + 1) * size), shape));
    }
    say('Single pictures', singles);
  }
  if (frames !== undefined) {
    for (const [step, frame] of film.frames) {
      await writeWhole(join(frames, `${String(step).padStart(4, '0')}.png`), await sheet(frame, shape, columns));
    }
    say('A sheet a step', frames);
  }
  if (animation !== undefined) {
    const kept = [...film.frames.keys()].sort((a, b) => a - b);
    const shown = spreadSteps(kept.length, ANIMATION_FRAMES).map((index) => film.frames.get(kept[index - 1]!)!);
    await writeWhole(animation, await animatedWebp(shown, shape, columns === undefined ? {} : { columns }));
    say('Animation', animation);
  }
}

/** ` of class 1 (male)`, ` of classes 0 (female), 1 (male) in turn`; a name that is the number is not repeated. */
export function describeLabels(labels: readonly number[] | undefined, names: readonly string[] | undefined): string {
  if (labels === undefined) return '';
  const distinct = [...new Set(labels)].map((label) => {
    const name = names?.[label] ?? String(label);
    return name === String(label) ? name : `${label} (${name})`;
  });
  if (distinct.length === 1) return ` of class ${distinct[0]}`;
  return ` of classes ${distinct.slice(0, 12).join(', ')}${distinct.length > 12 ? ' ...' : ''} in turn`;
}
