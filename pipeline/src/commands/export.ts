/**
 * `pipeline export`: a model folder from a training run. It ends with the parity check, and leaves nothing if that fails.
 * `--triton` puts the model, or an existing one, into a repository for Triton and KServe. An existing one gets its weights for
 * Python with `--model` and `--out`, or fused graphs with `--fuse`, which a run's model gets, too. `--accelerate` makes a
 * Python project of the run instead, that goes on with it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';
import type { Argv, CommandModule } from 'yargs';
import type { FormatRequest, Smaller } from '../export/formats/make-smaller.ts';
import type { Fused } from '../export/fuse/fuse.ts';
import { lockBeside, withLock } from '../files/lock.ts';
import { checkWritable, nearestFolder, placeOf } from '../files/output.ts';
import type { Parity } from '../folder/parity.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { toNumber } from '../terminal/options.ts';
import { withProgress } from '../terminal/progress.ts';
import { sayNote, sayResult } from '../terminal/voice.ts';
import { formatBytes, formatPath, shellPath } from '../text/format.ts';
import { program } from '../text/program.ts';
import { checkCombination, checkProject, type ExportArguments, type ExportSource } from './options/export.ts';
import { formatOptions } from './options/formats.ts';
import { describeFused, type Fusing, fuseOptions, readFuse } from './options/fuse.ts';
import { checkTrainStep, readPresetStep, trainStepOptions } from './options/train-step.ts';
import { copySmaller, judgeBy } from './stages/make-smaller.ts';

const RUN = 'From a training run:';
const SMALLER = 'A smaller network:';
const TRITON = 'For Triton or KServe:';
const ACCELERATE = 'For training on many GPUs:';
const EXISTING = 'From an existing model:';

export const command: CommandModule<object, ExportArguments> = {
  command: 'export',
  describe: 'Turn a training run into a model folder (ONNX)',
  builder: (cli) =>
    cli
      .usage(
        '$0 export --run <folder> --out <folder> [--triton <repository>]\n$0 export --model <folder> --triton <repository>\n$0 export --model <folder> --out <folder> [--fuse <graph>]\n$0 export --run <folder> --accelerate <folder>\n\n' +
          'Turns a training run into a model folder: its averaged weights as ONNX, with everything that sampling needs, and as safetensors for Python. --triton also writes it into a model repository. --model with --out copies a model folder and adds weights for Python or fused graphs, or makes it smaller. If --out is that same folder, weights or graphs are added to it; a smaller model needs another folder. --accelerate turns the run into a Python project that continues it on many GPUs or machines.',
      )
      .options({
        run: { group: RUN, string: true, requiresArg: true, describe: `Run folder of ${program('train')}` },
        out: { group: RUN, string: true, requiresArg: true, describe: 'Model folder to write' },
        checkpoint: {
          group: RUN,
          requiresArg: true,
          coerce: toNumber('checkpoint'),
          describe: 'Step of the checkpoint to export',
          defaultDescription: 'the last',
        },
        weights: {
          group: RUN,
          boolean: true,
          describe: 'Also write the weights for Python; --no-weights leaves them out',
        },
        model: {
          group: EXISTING,
          string: true,
          requiresArg: true,
          describe: 'Existing model folder, instead of --run',
        },
        ...formatOptions(SMALLER),
        triton: {
          group: TRITON,
          string: true,
          requiresArg: true,
          describe: "Model repository to add the model to, under its folder's name",
        },
        accelerate: {
          group: ACCELERATE,
          string: true,
          requiresArg: true,
          describe: 'Folder for the Python project, with the images and the checkpoint; replaces --out',
        },
        ...trainStepOptions(),
        ...fuseOptions(),
      })
      .example('$0 export --run runs/digits --out out/digits', 'the last checkpoint')
      .example('$0 export --run runs/digits --out out/early --checkpoint 500', 'the one at step 500')
      .example('$0 export --model models/digits --triton out/repository', 'a model for Triton')
      .example('$0 export --model models/digits --out out/digits', 'a model with its weights for Python')
      .example('$0 export --model models/digits --out out/digits --fuse loop', 'all steps in one call')
      .example('$0 export --run runs/digits --train-step --out out/digits', 'to continue training in a tab')
      .example('$0 export --run runs/digits --out out/digits --dtype float16', 'half the size')
      .example('$0 export --run runs/digits --out out/digits --dtype int8', 'a quarter of the size, at the same speed')
      .example(
        '$0 export --model models/digits --out out/digits --quantize int8',
        'a quarter of the size, and faster on a CPU',
      )
      .example(
        '$0 export --run runs/digits --accelerate out/project',
        'to continue training elsewhere',
      ) as unknown as Argv<ExportArguments>,
  handler: async (args) => {
    const { accelerate, checkpoint } = args;
    const preset = readPresetStep(args);
    if (preset !== undefined) return exportPreset(preset.preset, preset.out);
    checkTrainStep(args);
    const fused = readFuse(args);
    if (accelerate !== undefined) return exportProject(checkProject(args), accelerate, checkpoint);
    const { model, triton, source, copy, format } = checkCombination(args, fused);
    if (copy !== undefined) await checkCopy(model, copy, args.dtype);
    if (copy !== undefined && format === undefined && (await placeOf(copy)) === (await placeOf(model))) {
      sayNote(
        `--out is the folder of --model: ${fused ? 'the graphs' : 'the weights'} are added to it, and no copy is made.`,
      );
    }
    if (copy !== undefined && format !== undefined) {
      return copySmaller({ model, out: copy, request: format, judge: args.judge, words: wordsOf(copy) });
    }
    if (copy !== undefined) return fused ? copyFused(model, copy, fused) : copyWithWeights(model, copy);
    if (triton !== undefined) {
      const { checkTritonTarget } = await import('../export/triton/triton.ts');
      await checkTritonTarget({ model, repository: triton });
      await checkWritable('--triton', await nearestFolder(triton), 'folder');
    }
    const exported = source === undefined ? undefined : await exportFrom({ ...source, fused });
    const lines = exported === undefined ? [] : await describeExport(exported);
    if (triton === undefined) return sayResult(lines, { ...exported });
    const { writeTritonModel } = await import('../export/triton/triton.ts');
    const written = await writeTritonModel({ model, repository: triton });
    lines.push(`Triton: ${formatPath(written.folder)} (up to ${written.maxBatchSize} images per call)`);
    sayResult(lines, { ...exported, triton: written });
  },
};

async function exportPreset(preset: string, out: string): Promise<void> {
  const { writePresetStep } = await import('../export/train-step/write-preset.ts');
  const bytes = await withLock(lockBeside(out), wordsOf(out), () => writePresetStep(preset, out));
  sayResult([`Training step with fresh weights: ${formatPath(out)}, ${formatBytes(bytes)}`], {
    preset,
    folder: out,
    bytes,
  });
}

/** A project for accelerate, with the images of the run, which are found in its cache or prepared again. */
async function exportProject(run: string, out: string, checkpoint: number | undefined): Promise<void> {
  const [{ writeAccelerateProject }, { imagesOf }, { prepareWithProgress }] = await Promise.all([
    import('../export/accelerate/project.ts'),
    import('./stages/training.ts'),
    import('./stages/prepare-with-progress.ts'),
  ]);
  const { step, bytes, given, notes } = await withInterrupt((signal) =>
    writeAccelerateProject({
      run,
      out,
      checkpoint,
      prepare: (config) => prepareWithProgress(imagesOf(config), signal),
    }),
  );
  for (const note of notes) sayNote(note);
  sayResult(
    [
      `Project: ${formatPath(out)}, continues after step ${step}, with ${formatBytes(bytes)} of images`,
      `Try: cd ${shellPath(out)} && pip install -r requirements.txt && accelerate launch --config_file ddp.yaml --num_processes 2 train.py${given}`,
    ],
    { run, accelerate: out, step, imageBytes: bytes },
  );
}

/** @throws InputError for a folder that is no model or no place for a copy, and for float32 of a model that was rounded */
async function checkCopy(model: string, copy: string, dtype: ExportArguments['dtype']): Promise<void> {
  const [{ readModelFolder }, { checkArtefactTarget }] = await Promise.all([
    import('@onnoise/runtime-node'),
    import('../folder/artefact.ts'),
  ]);
  const { format } = await readModelFolder(model);
  if (dtype === 'float32' && format !== 'float32') {
    const rule = `left out, since the model is ${format} and float32 would not bring back what that rounded`;
    refuse(`export ${model}`, '--dtype', rule, dtype);
  }
  await checkArtefactTarget(copy, model);
}

async function copyWithWeights(model: string, out: string): Promise<void> {
  const { exportWithWeights } = await import('../export/with-weights.ts');
  const { bytes } = await withLock(lockBeside(out), wordsOf(out), () => exportWithWeights({ model, out }));
  sayResult([`Model with its weights: ${formatPath(out)}`], { model, folder: out, weights: bytes });
}

async function copyFused(model: string, out: string, { kinds, table }: Fusing): Promise<void> {
  const [{ fuseFolder }, { reportOf }] = await Promise.all([
    import('../export/fuse/folder.ts'),
    import('../export/fuse/fuse.ts'),
  ]);
  const fused = reportOf(await withLock(lockBeside(out), wordsOf(out), () => fuseFolder({ model, out, kinds, table })));
  sayResult([describeFused(fused), `Model: ${formatPath(out)}`], { model, folder: out, fused });
}

/** Everything to report about an export. */
interface ExportReport {
  run: string;
  /** Model folder. */
  folder: string;
  step: number;
  /** Size of the ONNX file. */
  bytes: number;
  parity: Parity;
  fused?: Omit<Fused, 'files'>;
  format?: FormatRequest['format'] | undefined;
  smaller?: Pick<Smaller, 'comparison' | 'judgement'> | undefined;
}

/** Two exports into one folder would overwrite each other, so a second one is refused while the first runs. */
async function exportFrom({
  run,
  out,
  checkpoint,
  weights,
  fused: fusing,
  trainStep,
  format: request,
  judge,
}: ExportSource): Promise<ExportReport> {
  const [{ exportRun }, { checkArtefactTarget }] = await Promise.all([
    import('../export/export.ts'),
    import('../folder/artefact.ts'),
  ]);
  await checkArtefactTarget(out);
  const evaluated = existsSync(join(out, MODEL_FILES.evaluation));
  const format = request && { ...request, judge: judge === undefined ? undefined : await judgeOfRun(run, judge) };
  const { parity, fused, step, bytes, notes, smaller } = await withLock(lockBeside(out), wordsOf(out), () =>
    withProgress('Exporting', { unit: 'stages' }, (onProgress) =>
      exportRun({ run, out, checkpoint, weights, fused: fusing, format, trainStep, onProgress }),
    ),
  );
  for (const note of notes) sayNote(note);
  if (evaluated) sayNote('The evaluation of the previous model was removed with it. Evaluate this one.');
  return {
    run,
    folder: out,
    step,
    bytes,
    parity,
    ...(fused && { fused }),
    ...(smaller && { format: format!.format, smaller }),
  };
}

/** The images as the run prepared and split them. */
async function judgeOfRun(run: string, source: string) {
  const [{ openRun }, { specsOfRun }, { createModel }] = await Promise.all([
    import('../train/saved/run-folder.ts'),
    import('../train/saved/specs-of-run.ts'),
    import('../model/index.ts'),
  ]);
  const { config, checkpoint } = await openRun(run, undefined, specsOfRun);
  const trainedOn = { hash: checkpoint.info.data.hash, data: { ...config.data }, seed: config.training.seed };
  return judgeBy(`export ${run}`, source, createModel(config.model).shape, trainedOn);
}

const wordsOf = (out: string) => ({ action: `export to ${out}`, doing: 'is exporting there' });

async function describeExport({ folder, parity, fused, format, smaller }: ExportReport): Promise<string[]> {
  const [{ describeParity }, { reportFormat }] = await Promise.all([
    import('../folder/parity.ts'),
    import('../export/formats/words.ts'),
  ]);
  return [
    `Largest difference between training and ONNX: ${describeParity(parity)}`,
    ...(format && smaller ? reportFormat(format, smaller) : []),
    ...(fused ? [describeFused(fused)] : []),
    `Model: ${formatPath(folder)}`,
    `Try: ${program('sample')} --model ${shellPath(folder)}`,
  ];
}
