/**
 * `pipeline anomaly`: scores the images of a folder by how far they are from what a model makes of them (docs/sampling/anomaly.md).
 * It checks everything before it reconstructs: model, images, truth, options, and whether the results can be written.
 */
import { join } from 'node:path';
import { checkWritable, requireApartFromData } from '@onnoise/base/files';
import { modelFolder } from '@onnoise/base/install';
import { numberOption, sayDetail, sayResult, withInterrupt } from '@onnoise/base/terminal';
import { formatDuration, plural } from '@onnoise/base/text';
import type { DeviceChoice, Reconstruction } from '@onnoise/runtime-node';
import { checkSeed, DEFAULT_SAMPLER, SAMPLER_NAMES, type SamplerName } from '@onnoise/scheduler';
import { usualSampling } from '@onnoise/scheduler/model';
import { check, checkInteger, InputError, number, worded } from '@onnoise/scheduler/rules';
import { SHEET } from '../anomaly/report.ts';
import { SIDES, type Side } from '../anomaly/score.ts';
import { readTruth } from '../anomaly/truth.ts';
import { anomalyDataOptions, typedImages } from './options/anomaly-fields.ts';
import { type Command, textOption } from './options/command.ts';
import { deviceOption } from './options/pictures.ts';
import { searchImages } from './stages/search-images.ts';

/** The options of `pipeline anomaly`; its help explains them. */
export interface AnomalyArguments {
  model: string;
  device: DeviceChoice;
  method: Reconstruction;
  strength: number;
  steps?: number | undefined;
  sampler?: SamplerName | undefined;
  draws?: number | undefined;
  seed: number;
  side: Side;
  truth?: string | undefined;
  out: string;
  show: number;
  [option: string]: unknown;
}

const MODEL = 'The model:';
const IMAGES = 'The images, prepared as in training:';
const RECONSTRUCTION = 'The reconstruction:';
const RESULTS = 'Results:';
const ACTION = 'look for anomalies';

/** Chosen by measurement: docs/notes/2026-11-29-anomaly.md. */
const USUAL_STRENGTH = 0.05;
const USUAL_DRAWS = 4;
const MOST_DRAWS = 1000;
const MOST_SHOWN = 100;

export const command: Command<AnomalyArguments> = {
  usage:
    '$0 anomaly --model <folder> --data <images> [options]\n\n' +
    'Takes each image part of the way to noise, lets the model draw it again, and scores how much it differs. No labels and no training are needed. It is not for diagnosis.',
  options: {
    model: textOption('Model folder', { group: MODEL, demandOption: true }),
    ...deviceOption(MODEL),
    ...anomalyDataOptions(IMAGES),
    method: {
      group: RECONSTRUCTION,
      choices: ['noise', 'inversion'] as const,
      default: 'noise' as const,
      requiresArg: true,
      describe: 'Way to noise: noise adds it; inversion follows DDIM backwards, and draws nothing',
    },
    strength: {
      ...numberOption('strength', RECONSTRUCTION, 'How far towards noise, above 0 to 1; larger finds larger things'),
      default: USUAL_STRENGTH,
    },
    steps: numberOption('steps', RECONSTRUCTION, 'Steps of the whole way, of which strength is a share', '20'),
    sampler: {
      group: RECONSTRUCTION,
      choices: SAMPLER_NAMES,
      requiresArg: true,
      defaultDescription: DEFAULT_SAMPLER,
      describe: 'Sampling method of --method noise',
    },
    draws: numberOption('draws', RECONSTRUCTION, 'Draws of noise that are averaged', `${USUAL_DRAWS}; inversion 1`),
    seed: { ...numberOption('seed', RECONSTRUCTION, 'Seed of the noise'), default: 0 },
    side: {
      group: RESULTS,
      choices: SIDES,
      default: 'both' as const,
      requiresArg: true,
      describe: 'Differences that count: where the image is darker than its reconstruction, brighter, or both',
    },
    truth: textOption(
      'CSV with the columns id and abnormal (0 or 1), or truth.jsonl or hands.csv of pipeline phantom: also measure the AUROC',
      { group: RESULTS },
    ),
    out: textOption('Folder for anomaly.json, sheet.png and the maps of differences', {
      group: RESULTS,
      default: 'out/anomaly',
    }),
    show: { ...numberOption('show', RESULTS, 'Images on the sheet: those with the highest scores'), default: 8 },
  },
  examples: [
    ['$0 anomaly --model models/hands --data new', 'which of new images are unlike those of training'],
    ['$0 anomaly --model models/hands --data new/images --truth new/hands.csv', 'and how well that works'],
  ],
  handler: findAll,
};

/** What the command line asks for, checked against nothing but itself. */
function readOptions(args: AnomalyArguments) {
  const { method, seed, side } = args;
  if (method === 'inversion') {
    for (const [name, value] of Object.entries({ draws: args.draws, sampler: args.sampler })) {
      if (value === undefined) continue;
      throw new InputError(`Cannot ${ACTION}: --${name} must be left out with --method inversion, received ${value}.`);
    }
  }
  const share = worded('a number above 0, at most 1', number({ above: 0, max: 1 }));
  const strength = check(ACTION, '--strength', share, args.strength);
  const usualDraws = method === 'inversion' ? 1 : USUAL_DRAWS;
  const draws = checkInteger(ACTION, '--draws', args.draws ?? usualDraws, 1, MOST_DRAWS);
  const show = checkInteger(ACTION, '--show', args.show, 1, MOST_SHOWN);
  checkSeed(ACTION, '--seed', seed);
  return { method, strength, draws, show, seed, side, sampler: args.sampler ?? DEFAULT_SAMPLER };
}

async function findAll(args: AnomalyArguments): Promise<void> {
  const { show, ...options } = readOptions(args);
  const { out, truth: truthPath } = args;
  const folder = modelFolder(args.model);
  const { compileReconstruction, readModelFolder, requireNull } = await import('@onnoise/runtime-node');
  const artefact = await readModelFolder(folder);
  requireNull(artefact);
  if (artefact.distilled) {
    throw new InputError(
      `Cannot ${ACTION}: --model must be a model that knows all timesteps, such as the teacher of ${folder}, received a student of ${plural(artefact.distilled.calls, 'call')}.`,
    );
  }
  const steps = args.steps ?? usualSampling(artefact).steps;
  const plan = { ...options, steps };
  const { calls } = compileReconstruction(artefact.scheduler, plan);
  const images = await typedImages(ACTION, args, artefact.shape, folder);
  const truth = truthPath === undefined ? undefined : await readTruth(truthPath);
  for (const name of [SHEET, join('difference', SHEET)]) {
    await requireApartFromData('--out', join(out, name), 'file', images.data);
  }
  await checkWritable('--out', out, 'folder');

  const job = { ...plan, model: args.model, folder, device: args.device, images, truth, truthPath, out, show, calls };
  const { lines, result } = await withInterrupt((signal) => searchImages(job, signal));
  sayDetail(`Took ${formatDuration(result.seconds)}`);
  sayResult(lines, result);
}
