/** The work of `pipeline audit`: the images are prepared, the model attacked, and each file written when it is whole. */
import { basename, join, resolve } from 'node:path';
import { checkWritable, isWithin, requireApartFromData, writeWhole } from '@onnoise/base/files';
import { readTrainedOn, readTraining } from '@onnoise/base/folders';
import { FailedCheck, sayDetail, sayNote, sayResult, withInterrupt, withProgress } from '@onnoise/base/terminal';
import { formatDuration, formatPath, plural } from '@onnoise/base/text';
import { audit, formatPrivacyPage, type PrivacyReport, reportText, verdictLine } from '@onnoise/evaluation';
import type { Attack } from '@onnoise/evaluation/options';
import { type DeviceChoice, readModelFolder } from '@onnoise/runtime-node';
import { pictureShapeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { imageWords, toImages } from '../options/evaluate-fields.ts';
import { prepareWithProgress } from './prepare-with-progress.ts';

/** What `--fail-on` may name. */
export type AuditCheck = 'membership' | 'memorisation';

/** The options of `pipeline audit`; those of the images are read by `toImages`. */
export interface AuditArguments {
  model: string;
  device: DeviceChoice;
  otherImages: boolean;
  count?: number | undefined;
  attacks?: string[] | undefined;
  timesteps?: string[] | undefined;
  draws: number;
  seed: number;
  shadows: number;
  steps?: number | undefined;
  minutes?: number | undefined;
  run?: string | undefined;
  out: string;
  evaluation?: string | undefined;
  failOn?: readonly AuditCheck[] | undefined;
  [option: string]: unknown;
}

/** What the command line asks for, read. */
export interface AuditOptions {
  folder: string;
  attacks: Attack[];
  timesteps: number[] | undefined;
}

const FIGURES = 'audit.json';
const REPORT = 'audit.txt';
const PAGE = 'privacy.html';
const RISK = 'risk.csv';

export async function auditModel(args: AuditArguments, { folder, attacks, timesteps }: AuditOptions): Promise<void> {
  const { out, device, otherImages, count, draws, seed, shadows, steps, minutes, failOn = [] } = args;
  const action = `audit ${formatPath(folder)}`;
  const run = args.run ?? join('runs', `${basename(resolve(folder))}-audit`);
  const model = await readModelFolder(folder);
  const [training, trainedOn] = [await readTraining(folder), await readTrainedOn(folder)];
  const images = toImages(action, args, pictureShapeOf(model), trainedOn);
  await requirePlaces(action, { run, out, model: folder, data: [images.data.data, images.test?.data] });
  const plan = { attacks, timesteps, count, draws, seed, shadows, steps, minutes };
  const needed = args.evaluation !== undefined || failOn.includes('memorisation');
  const evaluation = { path: args.evaluation ?? folder, needed };
  const job = { ...images, ...plan, typed: wordsOf(args), model, training, otherImages, device, run, evaluation };
  await withInterrupt(async (signal) => {
    const begin = performance.now();
    const { audit: found, risk } = await audit(job, {
      stage: (label, unit, work) => withProgress(label, { unit }, work),
      prepare: (options) => prepareWithProgress(options, signal),
      onNote: sayNote,
      signal,
    });
    signal.throwIfAborted();
    const files = {
      html: join(out, PAGE),
      json: join(out, FIGURES),
      text: join(out, REPORT),
      risk: join(run, RISK),
    };
    await writeWhole(files.risk, risk);
    await writeWhole(files.html, formatPrivacyPage(found));
    await writeWhole(files.text, reportText(found));
    await writeWhole(files.json, `${JSON.stringify(found, undefined, 2)}\n`);
    const seconds = Number(((performance.now() - begin) / 1000).toFixed(3));
    sayDetail(`Took ${formatDuration(seconds)}`);
    const lines = [
      verdictLine(found),
      ...found.limits.map((limit) => `Limit: ${limit}`),
      ...(found.copies ? [`Copies: ${found.copies.verdict}`] : []),
      `Report: ${formatPath(files.html)}: ${plural(found.attacks.length, 'attack')}, no image is named`,
      `Risk of each image, for the owner alone: ${formatPath(files.risk)}`,
    ];
    sayResult(lines, { ...found, files, seconds });
    requirePassed(folder, found, failOn);
  });
}

/** Options that the images and their reading depend on, for who repeats the audit. */
const wordsOf = ({ device, otherImages, evaluation, ...args }: AuditArguments): string[] => [
  ...imageWords(args),
  ...(otherImages ? ['--other-images'] : []),
  ...(device === 'auto' ? [] : [`--device ${device}`]),
  ...(evaluation === undefined ? [] : [`--evaluation <${basename(resolve(evaluation))}>`]),
];

/** @throws InputError for places that cannot be written, among the images, or where what is private would lie beside what is not */
async function requirePlaces(
  action: string,
  { run, out, model, data }: { run: string; out: string; model: string; data: readonly (string | undefined)[] },
): Promise<void> {
  for (const [option, place] of [
    ['--run', run],
    ['--out', out],
  ] as const) {
    for (const source of data) await requireApartFromData(option, place, 'folder', source);
  }
  for (const [place, words] of [
    [out, '--out'],
    [model, '--model'],
  ] as const) {
    if (!(await isWithin(run, place))) continue;
    throw new InputError(
      `Cannot ${action}: --run must lie outside ${words}, since it tells the risk of each image, received ${JSON.stringify(run)}.`,
    );
  }
  await checkWritable('--run', run, 'folder');
  await checkWritable('--out', out, 'folder');
}

/** @throws FailedCheck with a sentence for each that failed, also where nothing can be told: what was not seen has not passed. */
function requirePassed(folder: string, { verdict, copies }: PrivacyReport, checks: readonly AuditCheck[]): void {
  const told = verdict === 'leaks' ? 'can be told' : 'may be told';
  const found = copies?.verdict === 'copies found' ? 'were found' : 'cannot be ruled out';
  const faults: Record<AuditCheck, string | undefined> = {
    membership: verdict === 'no sign' ? undefined : `it ${told} which images ${folder} was trained on`,
    memorisation:
      copies?.verdict === 'none found' ? undefined : `copies of training images ${found} among pictures of ${folder}`,
  };
  const failed = [...new Set(checks)].flatMap((name) =>
    faults[name] === undefined ? [] : [`--fail-on ${name}: ${faults[name]}.`],
  );
  if (failed.length > 0) throw new FailedCheck(failed.join(' '));
}
