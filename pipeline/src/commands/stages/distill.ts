/**
 * The work of `pipeline distill`: a run in which a student learns, and then its model folder. It is a run like any other: resumed, drawn
 * and measured as one.
 */

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { INTERRUPTED, sayNote, sayResult, withInterrupt } from '@onnoise/base/terminal';
import { formatPath, plural, program, shellPath } from '@onnoise/base/text';
import { LARGEST_GUIDANCE } from '@onnoise/scheduler';
import { STUDENT_SAMPLER } from '@onnoise/scheduler/model';
import { check, checkInteger, InputError, number } from '@onnoise/scheduler/rules';
import { readTeacher, type Teacher } from '@onnoise/training/fine-tuning';
import { checkArtefactTarget } from '@onnoise/training/folder';
import { evenLine, settingsOf } from '@onnoise/training/plan';
import { removeLessons } from '@onnoise/training/run';
import { readRunLayer, runPaths } from '@onnoise/training/saved';
import type { ConfigLayer } from '@onnoise/training/settings';
import { USUAL } from '../options/student-fields.ts';
import { typedLayer } from '../options/train-fields.ts';
import { exportFolder } from './export-folder.ts';
import { draftOf, trainWithProgress } from './run-training.ts';

export interface DistillArguments {
  model: string;
  calls: number;
  guidance?: number | undefined;
  out?: string | undefined;
  run?: string | undefined;
  resume: boolean;
  keepLessons: boolean;
  [option: string]: unknown;
}

const ACTION = 'distill the model';

export async function distill({ model, guidance, out, resume, keepLessons, ...args }: DistillArguments): Promise<void> {
  const calls = checkInteger(ACTION, '--calls', args.calls, 1, 16);
  if (guidance !== undefined) check(ACTION, '--guidance', number({ min: 0, max: LARGEST_GUIDANCE }), guidance);
  if (out === undefined) {
    throw new InputError(
      `Cannot ${ACTION}: --out must be the model folder to write, as --out out/few, received nothing.`,
    );
  }
  await checkArtefactTarget(out);
  const teacher = await readTeacher(model);
  const run = args.run ?? join('runs', basename(resolve(out)));
  const goesOn = resume && existsSync(runPaths(run).config);
  const typed = { name: 'the command line', config: typedLayer(args) };
  const own: ConfigLayer = {
    name: `a student of ${plural(calls, 'call')}`,
    config: {
      scheduler: teacher.straight ? evenLine(calls) : { timestep_spacing: 'trailing' },
      training: { init: model, calls, ...(guidance !== undefined && { teacherGuidance: guidance }) },
      output: { sampler: STUDENT_SAMPLER },
    },
  };
  const settings = goesOn
    ? await settingsOf([await readRunLayer(run), typed, own], run)
    : await settingsOf([usualOf(teacher), { name: model, config: { data: teacher.data } }, typed, own]);
  const from = teacher.data.source;
  const { source } = settings.config.data;
  if (from !== undefined && source !== from) {
    sayNote(`The student learns with images from ${source}; its teacher learnt from ${from}.`);
  }

  const finished = await withInterrupt(async (signal) => {
    const options = { folder: run, resume: goesOn, signal };
    const words = `Distilling to ${plural(calls, 'call')}`;
    const { interrupted } = await trainWithProgress(words, draftOf(settings), settings.base, options);
    return !interrupted;
  });
  if (!finished) {
    process.exitCode = INTERRUPTED;
    return sayNote('Stopped. Continue with the same line and --resume.');
  }
  const { step, bytes } = await exportFolder({ run, out });
  if (!keepLessons) await removeLessons(runPaths(run).lessons);
  sayResult(
    [`Model: ${formatPath(out)}, ${plural(calls, 'call')}`, `Try: ${program('sample')} --model ${shellPath(out)}`],
    { folder: out, run, calls, step, bytes },
  );
}

/** Without a null condition, nothing may be dropped. */
const usualOf = ({ nullCondition }: Teacher): ConfigLayer => ({
  name: 'the defaults of distill',
  config: { ...USUAL, training: { ...USUAL.training, ...(nullCondition && { labelDropout: 0.05 }) } },
});
