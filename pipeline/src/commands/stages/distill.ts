/**
 * The work of `pipeline distill`: a run for each stage, in which a student learns from the one before, and the last as a model folder.
 * A stage is a run like any other: it is resumed, drawn and measured as one.
 */

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { INTERRUPTED, sayNote, sayResult, withInterrupt } from '@onnoise/base/terminal';
import { formatPath, plural, program, shellPath } from '@onnoise/base/text';
import { LARGEST_GUIDANCE } from '@onnoise/scheduler';
import { STUDENT_SAMPLER } from '@onnoise/scheduler/model';
import { check, checkInteger, InputError, number, refuse } from '@onnoise/scheduler/rules';
import { readTeacher, type Teacher } from '@onnoise/training/fine-tuning';
import { checkArtefactTarget } from '@onnoise/training/folder';
import { settingsOf } from '@onnoise/training/plan';
import { readRunLayer, runPaths } from '@onnoise/training/saved';
import type { ConfigLayer, PartialConfig } from '@onnoise/training/settings';
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
  [option: string]: unknown;
}

const ACTION = 'distill the model';

/** A student of fewer calls learns from one of twice as many. */
const FEWEST_AT_ONCE = 4;

/** What a stage of four and more calls, and one of fewer, takes of the whole work, in proportion. */
const WORK = { first: 2, later: 3 };

/** Below what is asked for. */
const USUAL: PartialConfig = {
  training: { minutes: 15, batch: 32, lr: 5e-4, lrSchedule: 'linear', warmupSteps: 20, emaDecay: 0.995, beta2: 0.99 },
  output: { sampleEvery: null, sampleCount: 40 },
};

export async function distill({ model, guidance, out, resume, ...args }: DistillArguments): Promise<void> {
  const calls = checkInteger(ACTION, '--calls', args.calls, 1, 16);
  if (guidance !== undefined) check(ACTION, '--guidance', number({ min: 0, max: LARGEST_GUIDANCE }), guidance);
  if (out === undefined) {
    throw new InputError(
      `Cannot ${ACTION}: --out must be the model folder to write, as --out out/few, received nothing.`,
    );
  }
  await checkArtefactTarget(out);
  const teacher = await readTeacher(model);
  const stages = stagesOf(calls, teacher);
  const shares = sharesOf(stages);
  const folder = args.run ?? join('runs', basename(out));
  const typed = { name: 'the command line', config: typedLayer(args) };
  const given = [usualOf(teacher), { name: model, config: { data: teacher.data } }, typed];
  const ends = await endsOf(resume ? join(folder, String(stages[0])) : undefined, shares[0]!, [given[0]!, typed]);

  const finished = await withInterrupt(async (signal) => {
    for (const [i, stage] of stages.entries()) {
      const run = join(folder, String(stage));
      const init = i === 0 ? model : join(folder, String(stages[i - 1]));
      const goesOn = resume && existsSync(runPaths(run).config);
      const own: ConfigLayer = {
        name: `the stage of ${plural(stage, 'call')}`,
        config: {
          scheduler: teacher.straight ? {} : { timestep_spacing: 'trailing' },
          training: {
            init,
            calls: stage,
            ...(guidance !== undefined && { teacherGuidance: guidance }),
            ...partOf(ends, shares[i]!),
          },
          output: { sampler: STUDENT_SAMPLER },
        },
      };
      const settings = goesOn
        ? await settingsOf([await readRunLayer(run), typed, own], run)
        : await settingsOf([...given, own]);
      const draft = draftOf(settings);
      sayNote(`Stage ${i + 1} of ${stages.length}: ${plural(stage, 'call')}, taught by ${formatPath(init)}.`);
      const options = { folder: run, resume: goesOn, signal };
      const { interrupted } = await trainWithProgress(
        `Distilling to ${plural(stage, 'call')}`,
        draft,
        settings.base,
        options,
      );
      if (interrupted) return false;
    }
    return true;
  });
  if (!finished) {
    process.exitCode = INTERRUPTED;
    return sayNote('Stopped. Continue with the same line and --resume.');
  }
  const run = join(folder, String(calls));
  const { step, bytes } = await exportFolder({ run, out });
  sayResult(
    [`Model: ${formatPath(out)}, ${plural(calls, 'call')}`, `Try: ${program('sample')} --model ${shellPath(out)}`],
    {
      folder: out,
      run,
      calls,
      step,
      bytes,
    },
  );
}

/** The calls of the students, each of which teaches the next. @throws InputError for a teacher that draws in as few */
function stagesOf(calls: number, { name, distilled }: Teacher): number[] {
  const stages = [calls];
  while (stages[0]! < FEWEST_AT_ONCE) stages.unshift(2 * stages[0]!);
  if (!distilled) return stages;
  const fewer = stages.filter((stage) => stage < distilled.calls);
  if (fewer.length === 0) {
    refuse(ACTION, '--calls', `fewer than the ${distilled.calls} of ${name}, which is a student itself`, calls);
  }
  return fewer;
}

/** Shares of the whole work, whose sum is 1. */
function sharesOf(stages: readonly number[]): number[] {
  const work = stages.map((stage) => (stage < FEWEST_AT_ONCE ? WORK.later : WORK.first));
  const whole = work.reduce((sum, part) => sum + part, 0);
  return work.map((part) => part / whole);
}

/** Layers that say when the whole work ends: a continued one does as its first stage says. */
async function endsOf(
  first: string | undefined,
  share: number,
  layers: [ConfigLayer, ConfigLayer],
): Promise<ConfigLayer[]> {
  if (first === undefined || !existsSync(runPaths(first).config)) return layers;
  const { name, config } = await readRunLayer(first);
  const { steps, minutes } = config.training as { steps?: number; minutes?: number };
  const whole = steps === undefined ? { minutes: minutes! / share } : { steps: Math.round(steps / share) };
  return [{ name, config: { training: whole } }, layers[1]];
}

/** The end of a stage: its share of the steps or minutes of the highest layer that names some. */
function partOf(layers: readonly ConfigLayer[], share: number): { steps: number } | { minutes: number } {
  const { steps, minutes } = layers.findLast(
    ({ config: { training = {} } }) => (training.steps ?? training.minutes) !== undefined,
  )!.config.training as { steps?: number; minutes?: number };
  return steps === undefined ? { minutes: minutes! * share } : { steps: Math.max(1, Math.round(steps * share)) };
}

/** Without a null condition, nothing may be dropped. */
const usualOf = ({ nullCondition }: Teacher): ConfigLayer => ({
  name: 'the defaults of distill',
  config: { ...USUAL, training: { ...USUAL.training, ...(nullCondition && { labelDropout: 0.05 }) } },
});
