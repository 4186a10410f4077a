/**
 * `pipeline sample`: new pictures from a model folder.
 * It checks everything before sampling: options, model, device, and whether the results can be written.
 */

import { DIGITS, modelFolder } from '@onnoise/base/install';
import type { Levels } from '@onnoise/base/pictures';
import { numberOption, sayDetail, sayNote, sayResult, withInterrupt, withProgress } from '@onnoise/base/terminal';
import { formatDuration, formatPath, plural } from '@onnoise/base/text';
import type { DeviceChoice, Samples } from '@onnoise/runtime-node';
import {
  overshoots,
  type SamplerName,
  type SamplerSettings,
  type SamplerTable,
  samplerSettings,
} from '@onnoise/scheduler';
import { type Artefact, pictureShapeOf, sizeOf, splitPairs } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { SINGLE_FORMATS } from '../pictures/choices.ts';
import { factsOf, noteOnClass } from '../pictures/facts.ts';
import { TOO_LONG } from '../pictures/too-long.ts';
import { type Command, textOption } from './options/command.ts';
import { depthOption, fileOptions } from './options/files.ts';
import {
  type ConditionArguments,
  conditionSettings,
  deviceOption,
  pictureOptions,
  samplerOptions,
} from './options/pictures.ts';
import { conditionImageOptions, type StartArguments, seedMixOptions, startOptions } from './options/starts.ts';
import {
  type ConditionImageArguments,
  describeConditionImages,
  readConditionImages,
} from './stages/condition-images.ts';
import { createFilm, type Film } from './stages/film.ts';
import { checkOverwrites } from './stages/overwrite.ts';
import { checkFiles, checkNames, keptSteps, type SheetFiles, writeFiles } from './stages/sheet-files.ts';

/** The options of `pipeline sample`; its help explains them. */
export interface SampleArguments
  extends SamplerSettings,
    ConditionArguments,
    ConditionImageArguments,
    StartArguments,
    SheetFiles {
  model: string;
  device: DeviceChoice;
  count?: number | undefined;
  seed?: number | undefined;
  steps?: number | undefined;
  sampler?: SamplerName | undefined;
  batch?: number | undefined;
}

/** Pictures, unless another number is asked for. */
const USUAL_COUNT = 16;

const MODEL = 'The model:';
const PICTURES = 'The pictures:';
const START = 'From a picture:';
const SAMPLING = 'Sampling:';
const FILES = 'Output:';
const SHEET =
  'Sheet of all pictures; its name gives the format: png, webp, avif, tiff, jpg or gif; jpg and gif lose a little. A name in .npy writes an array of numpy instead, [N, H, W] or [N, H, W, 3] of 8 bits';
const SHOW =
  'Channels that pictures show: one in gray, as flair or 2, or three as red, green and blue, as flair,t1,t2; an .npy has all';
const { format, ...MEDICAL } = fileOptions(FILES, 'Format of single pictures');
const MOVING = 'Animation of the sheet as it forms: webp, or gif, which has only 256 colours';

export const command: Command<SampleArguments> = {
  usage: '$0 sample [options]\n\nMakes new pictures from a model folder. The same seed gives the same picture.',
  options: {
    model: textOption('Model folder', { group: MODEL, default: DIGITS }),
    ...deviceOption(MODEL),
    count: numberOption(
      'count',
      PICTURES,
      'Number of pictures',
      `${USUAL_COUNT}, or as many as masks or pictures are given`,
    ),
    ...pictureOptions(PICTURES),
    ...conditionImageOptions(PICTURES),
    // another way to name seeds is refused beside it, so it has no default here
    seed: numberOption('seed', PICTURES, 'Seed of the first picture; the next has seed + 1', '0'),
    ...seedMixOptions(PICTURES),
    ...startOptions(START),
    ...samplerOptions(SAMPLING),
    batch: numberOption(
      'batch',
      SAMPLING,
      'Pictures per network call; with guidance, a call takes each twice',
      'depends on their size',
    ),
    out: textOption(SHEET, { group: FILES, default: 'sheet.png' }),
    depth: depthOption(FILES, 'Bits of a level in the sheet, array and single pictures; 16 is for png, tiff and npy'),
    units: {
      boolean: true,
      group: FILES,
      describe: 'Write what was measured, such as Hounsfield units, as floats into the .npy, or a .tiff of gray pages',
    },
    show: textOption(SHOW, { group: FILES, defaultDescription: 'as it was trained with' }),
    columns: numberOption('columns', FILES, 'Pictures in each row of a sheet', 'square'),
    singles: textOption('Folder for single pictures, one file each, named by seed', { group: FILES }),
    format: {
      ...format,
      choices: SINGLE_FORMATS,
      describe: `${format.describe}; tiff is for the floats of --units`,
    },
    ...MEDICAL,
    frames: textOption('Folder for a PNG sheet of each step', { group: FILES }),
    animation: textOption(MOVING, { group: FILES }),
  },
  examples: [
    ['$0 sample --count 64 --out out/sheet.png', 'a sheet of 64 digits'],
    ['$0 sample --labels 7 --seed 42 --singles out/sevens', '16 sevens, one file each'],
    ['$0 sample --singles out/dicom --format dicom', '16 digits as DICOM files'],
    ['$0 sample --from seven.png --strength 0.6', 'digits like this one, with the last 12 of 20 steps'],
    ['$0 sample --from seven.png --mask hole.png', 'fill its hole, keep the rest'],
    ['$0 sample --interpolate 3,7 --labels 4', 'from one four to another'],
    ['$0 sample --sampler ddpm --steps 300 --animation out/forming.webp', 'watch them form'],
  ],
  handler: sample,
};

/** Samples, writes, and prints the chosen device and where the results are. */
export async function sample(options: SampleArguments): Promise<void> {
  const { seed, interpolate, variations, variation, strength, resamples, sampler, steps, batch } = options;
  const folder = modelFolder(options.model);
  await checkNames(options);
  const { completeRequest, loadModel, readModelFolder } = await import('@onnoise/runtime-node');
  const artefact = await readModelFolder(folder);
  const shape = pictureShapeOf(artefact);
  const told = await readConditionImages(options, artefact, folder);
  if (options.fit !== undefined && options.from === undefined && told === undefined) {
    refuse('sample images', '--fit', 'left out without pictures or masks to fit', options.fit);
  }
  if (options.from !== undefined && shape[0] === 3 && artefact.channelNames) {
    const rule = `left out, as the channels of the model are no colours but ${artefact.channelNames.join(', ')}`;
    refuse('start from a picture', '--from', rule, options.from);
  }
  const count = options.count ?? told?.files.length ?? USUAL_COUNT;
  const levels = options.units ? await levelsOf(folder) : undefined;
  const seeds = { count, seed, interpolate, variations, variation };
  const starts = options.from !== undefined || options.mask !== undefined;
  const picture =
    starts && (await import('./stages/start-picture.ts').then((it) => it.readStartPicture(options, shape)));
  const start = { ...picture, strength, resamples };
  const settings = {
    ...samplerSettings(options),
    ...conditionSettings(options),
    ...(told && { conditionImages: told.conditionImages }),
  };
  const request = { ...seeds, ...start, steps, sampler, ...settings, batch };
  const { table, labels, guidance, ...complete } = completeRequest(artefact, request);
  const kept = keptSteps(options, table.rows.length);
  const film = createFilm(count, sizeOf(artefact.autoencoder ? artefact.shape : shape), kept);
  await checkOverwrites(options, { seeds: complete.seeds, steps: kept });
  const facts = await factsOf('write the pictures', folder, options);
  await checkFiles(options, { count, model: { ...artefact, shape, maskOutput: undefined }, steps: table.rows.length });
  const note = noteOnClass(options, facts);
  if (note !== undefined) sayNote(note);
  if (overshoots(table)) sayNote(TOO_LONG);
  sayDetail(
    `Sampling: ${table.sampler}, ${plural(table.steps, 'step')}${describeStart(options, table)}, ${plural(complete.batch, 'picture')} per network call${
      guidance ? `, guidance ${guidance.scale} at timesteps ${guidance.interval.join(' to ')}` : ''
    }`,
  );

  await withInterrupt(async (signal) => {
    const begin = performance.now();
    const model = await loadModel(folder, {
      device: options.device,
      onDevice: ({ device, reason }) => sayNote(`Device: ${device} (${reason})`),
    });
    try {
      const samples = await withProgress('Sampling', { unit: 'calls' }, (report) =>
        model.sample({
          ...request,
          signal,
          onProgress: report,
          ...(kept.length > 0 && { onStep: keepPictures(film, artefact) }),
        }),
      );
      for (const [step, drawn] of film.frames) film.frames.set(step, await model.decode(drawn));
      const lines: string[] = [];
      const files: Record<string, string> = {};
      await writeFiles(
        { ...options, facts },
        { ...samples, levels, model: folder, artefact, told: complete.conditionImages },
        film,
        signal,
        (what, path) => {
          const conditions = describeConditions(options.condition) + describeConditionImages(options);
          lines.push(`${describeFile(what, samples, model.classNames, conditions)}: ${formatPath(path)}`);
          files[what] = path;
        },
      );
      const seconds = Number(((performance.now() - begin) / 1000).toFixed(3));
      sayDetail(`Took ${formatDuration(seconds)}`);
      const { seeds } = samples;
      const result = {
        files,
        seeds,
        labels: labels ?? null,
        ...(labels && model.classNames && { classes: labels.map((label) => model.classNames![label]) }),
        ...(options.condition && { conditions: options.condition }),
        ...(told && { conditionImages: told.files }),
        ...(guidance && { guidance }),
        sampler: table.sampler,
        steps: table.steps,
        device: model.device,
        seconds,
      };
      sayResult(lines, result);
    } finally {
      await model.dispose();
    }
  });
}

/** Of what a network draws, pictures alone are kept. */
const keepPictures =
  ({ keep }: Film, { shape, maskOutput }: Pick<Artefact, 'shape' | 'maskOutput'>): Film['keep'] =>
  ({ x, ...step }) =>
    keep({ ...step, x: maskOutput ? splitPairs(x, shape, maskOutput).images : x });

/** @throws InputError for a model whose images had no measured values in common */
async function levelsOf(folder: string): Promise<Levels> {
  const { readTraining } = await import('@onnoise/base/folders');
  const levels = (await readTraining(folder))?.data.levels;
  if (levels) return levels;
  throw new InputError(
    `Cannot write the pictures: --units must be left out, since the training.json of ${formatPath(folder)} names no values of black and white. ` +
      'Images have them in common if they come from one .npy, or were prepared with --window centre,width.',
  );
}

function describeFile(
  what: string,
  { seeds, labels }: Samples,
  names: readonly string[] | undefined,
  conditions: string,
): string {
  if (what === 'sheet' || what === 'array')
    return `${plural(seeds.length, 'picture')}${describeLabels(labels, names)}${conditions}`;
  if (what === 'singles') return 'Single pictures';
  if (what === 'masks') return 'Masks, and how sure they are';
  return what === 'frames' ? 'A sheet per step' : 'Animation';
}

/** ` at boneage 120`, ` at boneage 60, 120 in turn` */
export function describeConditions(conditions: Readonly<Record<string, readonly number[]>> = {}): string {
  const told = Object.entries(conditions).map(([name, values]) => {
    return `${name} ${values.slice(0, 12).join(', ')}${values.length > 12 ? ' ...' : ''}${values.length > 1 ? ' in turn' : ''}`;
  });
  return told.length === 0 ? '' : ` at ${told.join(' and ')}`;
}

/** ` of class male`, ` of classes female, male in turn`, by numbers where there are no names. */
function describeLabels(labels: readonly number[] | undefined, names: readonly string[] = []): string {
  if (labels === undefined) return '';
  const distinct = [...new Set(labels)].map((label) => describeLabel(label, names));
  if (distinct.length === 1) return ` of class ${distinct[0]}`;
  return ` of classes ${distinct.slice(0, 12).join(', ')}${distinct.length > 12 ? ' ...' : ''} in turn`;
}

/** `male`, `"bird, small"`, `crane (1)` where two classes have the name, or `1` where none has one. */
function describeLabel(label: number, names: readonly string[]): string {
  const name = names[label];
  if (name === undefined) return String(label);
  const quoted = name.includes(',') ? JSON.stringify(name) : name;
  return names.indexOf(name) === names.lastIndexOf(name) ? quoted : `${quoted} (${label})`;
}

/** ` from seven.png in 30 network calls` */
function describeStart({ from }: SampleArguments, { rows }: SamplerTable): string {
  return from === undefined ? '' : ` from ${formatPath(from)} in ${plural(rows.length, 'network call')}`;
}
