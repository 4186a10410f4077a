/**
 * `pipeline export`: a model folder from a training run. It ends with the parity check, and leaves nothing if that fails.
 * `--triton` puts the model, or an existing one, into a repository for Triton and KServe. An existing one gets its weights for
 * Python with `--model` and `--out`, or fused graphs with `--fuse`, which a run's model gets, too. `--accelerate` makes a
 * Python project of the run instead, that goes on with it.
 */
import { InputError, refuse, show } from '@onnoise/scheduler';
import type { Argv, CommandModule } from 'yargs';
import type { FormatRequest, Smaller } from '../export/formats/make-smaller.ts';
import type { Fused } from '../export/fuse/fuse.ts';
import type { Parity } from '../export/parity.ts';
import { lockBeside, withLock } from '../files/lock.ts';
import { checkWritable, nearestFolder } from '../files/output.ts';
import { formatBytes, formatPath } from '../terminal/format.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { toNumber } from '../terminal/options.ts';
import { program } from '../terminal/program.ts';
import { withProgress } from '../terminal/progress.ts';
import { sayNote, sayResult } from '../terminal/voice.ts';
import { type FormatArguments, formatOfArguments, formatOptions } from './options/formats.ts';
import { describeFused, type FuseArguments, type Fusing, fuseOptions, readFuse } from './options/fuse.ts';
import { checkTrainStep, readPresetStep, type TrainStepArguments, trainStepOptions } from './options/train-step.ts';
import { copySmaller, judgeBy } from './stages/make-smaller.ts';

/** The options of `pipeline export`; its help explains them. */
export interface ExportArguments extends FormatArguments, FuseArguments, TrainStepArguments {
  run?: string | undefined;
  out?: string | undefined;
  checkpoint?: number | undefined;
  weights?: boolean | undefined;
  model?: string | undefined;
  triton?: string | undefined;
  accelerate?: string | undefined;
}

const RUN = 'From a training run:';
const SMALLER = 'A smaller network:';
const TRITON = 'For Triton or KServe:';
const ACCELERATE = 'For many GPUs:';
const EXISTING = 'From an existing model:';

export const command: CommandModule<object, ExportArguments> = {
  command: 'export',
  describe: 'Turn a training run into a model folder (ONNX)',
  builder: (cli) =>
    cli
      .usage(
        '$0 export --run <folder> --out <folder> [--triton <repository>]\n$0 export --model <folder> --triton <repository>\n$0 export --model <folder> --out <folder> [--fuse <graph>]\n$0 export --run <folder> --accelerate <folder>\n\n' +
          'Turns a training run into a model folder: its averaged weights as ONNX, with everything that sampling needs, and for Python as safetensors. --triton writes it into a model repository, too. --model with --out copies a model folder and adds the weights for Python, or fused graphs, or makes it smaller. --accelerate turns the run into a Python project that goes on with it on many GPUs or machines.',
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
          describe: 'Write the weights for Python, too; --no-weights: do not',
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
          describe: 'Folder for the project, with the images and the checkpoint; --out is not needed then',
        },
        ...trainStepOptions(),
        ...fuseOptions(),
      })
      .example('$0 export --run runs/digits --out out/digits', 'the last checkpoint')
      .example('$0 export --run runs/digits --out out/early --checkpoint 500', 'the one at step 500')
      .example('$0 export --model models/digits --triton out/repository', 'a model for Triton')
      .example('$0 export --model models/digits --out out/digits', 'a model with its weights for Python')
      .example('$0 export --model models/digits --out out/digits --fuse loop', 'all steps in one call')
      .example('$0 export --run runs/digits --train-step --out out/digits', 'to train on in a tab')
      .example('$0 export --run runs/digits --out out/digits --dtype float16', 'half the size')
      .example('$0 export --model models/digits --out out/digits --quantize int8', 'a quarter, and faster on a CPU')
      .example(
        '$0 export --run runs/digits --accelerate out/project',
        'to train on elsewhere',
      ) as unknown as Argv<ExportArguments>,
  handler: async (args) => {
    const { accelerate, checkpoint } = args;
    const preset = readPresetStep(args);
    if (preset !== undefined) return exportPreset(preset.preset, preset.out);
    checkTrainStep(args);
    const fused = readFuse(args);
    if (accelerate !== undefined) return exportProject(checkProject(args), accelerate, checkpoint);
    const { model, triton, source, copy, format } = checkCombination(args, fused);
    if (copy !== undefined && format !== undefined) {
      return copySmaller({ model, out: copy, request: format, judge: args.judge, words: wordsOf(copy) });
    }
    if (copy !== undefined) return fused ? copyFused(model, copy, fused) : copyWithWeights(model, copy);
    if (triton !== undefined) {
      const { checkTritonTarget } = await import('../export/triton.ts');
      await checkTritonTarget({ model, repository: triton });
      await checkWritable('--triton', await nearestFolder(triton), 'folder');
    }
    const exported = source === undefined ? undefined : await exportFrom({ ...source, fused });
    const lines = exported === undefined ? [] : await describeExport(exported);
    if (triton === undefined) return sayResult(lines, { ...exported });
    const { writeTritonModel } = await import('../export/triton.ts');
    const written = await writeTritonModel({ model, repository: triton });
    lines.push(`Triton: ${formatPath(written.folder)} (up to ${written.maxBatchSize} images per call)`);
    sayResult(lines, { ...exported, triton: written });
  },
};

/** Options whose flags are not their names. */
const FLAGS: Record<string, string> = { weightBits: '--weight-bits', trainStep: '--train-step' };

async function exportPreset(preset: string, out: string): Promise<void> {
  const { writePresetStep } = await import('../export/train-step/write-preset.ts');
  const bytes = await withLock(lockBeside(out), wordsOf(out), () => writePresetStep(preset, out));
  sayResult([`Training step with fresh weights: ${formatPath(out)}, ${formatBytes(bytes)}`], {
    preset,
    folder: out,
    bytes,
  });
}

/** @throws InputError for what does not go with a project, and without a run. @returns the run */
function checkProject({ run, accelerate, checkpoint: _, ...others }: ExportArguments): string {
  const action = 'export a project';
  for (const name of [
    'out',
    'weights',
    'model',
    'triton',
    'dtype',
    'quantize',
    'weightBits',
    'drift',
    'judge',
    'fuse',
    'trainStep',
  ] as const) {
    const rule = 'left out beside --accelerate, which makes no model folder';
    if (others[name] !== undefined) refuse(action, FLAGS[name] ?? `--${name}`, rule, others[name]);
  }
  if (run !== undefined) return run;
  throw new InputError(
    `Cannot ${action}: --run must name a run to go on with. Try: ${program('export')} --run runs/digits --accelerate ${accelerate}`,
  );
}

/** A project for accelerate, with the images of the run, which are found in its cache or prepared again. */
async function exportProject(run: string, out: string, checkpoint: number | undefined): Promise<void> {
  const [{ writeAccelerateProject }, { imagesOf }, { prepareWithProgress }] = await Promise.all([
    import('../export/accelerate/project.ts'),
    import('./stages/training.ts'),
    import('./stages/prepare-with-progress.ts'),
  ]);
  const { step, bytes, notes } = await withInterrupt((signal) =>
    writeAccelerateProject({
      run,
      out,
      checkpoint,
      prepare: (config) => prepareWithProgress(imagesOf(config), signal),
    }),
  );
  for (const note of notes) sayNote(note);
  const path = formatPath(out);
  sayResult(
    [
      `Project: ${path}, goes on after step ${step}, with ${formatBytes(bytes)} of images`,
      `Try: cd ${path} && pip install -r requirements.txt && accelerate launch --config_file ddp.yaml --num_processes 2 train.py`,
    ],
    { run, accelerate: out, step, imageBytes: bytes },
  );
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

interface ExportSource {
  run: string;
  out: string;
  checkpoint: number | undefined;
  weights: boolean | undefined;
  fused?: Fusing | undefined;
  trainStep?: boolean | undefined;
  format: Omit<FormatRequest, 'judge'> | undefined;
  judge: string | undefined;
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
    import('../export/artefact.ts'),
  ]);
  await checkArtefactTarget(out);
  const format = request && { ...request, judge: judge === undefined ? undefined : await judgeOfRun(run, judge) };
  const { parity, fused, step, bytes, notes, smaller } = await withLock(lockBeside(out), wordsOf(out), () =>
    withProgress('Exporting', { unit: 'stages' }, (onProgress) =>
      exportRun({ run, out, checkpoint, weights, fused: fusing, format, trainStep, onProgress }),
    ),
  );
  for (const note of notes) sayNote(note);
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
    import('../train/run-folder.ts'),
    import('../train/state.ts'),
    import('../model/index.ts'),
  ]);
  const { config, checkpoint } = await openRun(run, undefined, specsOfRun);
  const trainedOn = { hash: checkpoint.info.data.hash, data: { ...config.data }, seed: config.training.seed };
  return judgeBy(`export ${run}`, source, createModel(config.model).shape, trainedOn);
}

const wordsOf = (out: string) => ({ action: `export to ${out}`, doing: 'is exporting there' });

async function describeExport({ folder, parity, fused, format, smaller }: ExportReport): Promise<string[]> {
  const [{ describeParity }, { reportFormat }] = await Promise.all([
    import('../export/parity.ts'),
    import('../export/formats/words.ts'),
  ]);
  const path = formatPath(folder);
  return [
    `Largest difference between training and ONNX: ${describeParity(parity)}`,
    ...(format && smaller ? reportFormat(format, smaller) : []),
    ...(fused ? [describeFused(fused)] : []),
    `Model: ${path}`,
    `Try: ${program('sample')} --model ${path}`,
  ];
}

interface Combination {
  /** Model folder that there is, or that `source` makes. */
  model: string;
  triton?: string | undefined;
  /** What to make it from. */
  source?: ExportSource;
  /** Where to copy it to, with its weights, with fused graphs or smaller. */
  copy?: string;
  format?: Omit<FormatRequest, 'judge'> | undefined;
}

/** @throws InputError for options that do not go together, with the reason and a command. */
function checkCombination(args: ExportArguments, fused: Fusing | undefined): Combination {
  const { run, out, checkpoint, weights, model, triton, judge, trainStep } = args;
  const format = formatOfArguments(args);
  const refuse = (rule: string, received: string, command: string): never => {
    throw new InputError(`Cannot export: ${rule}, received ${received}. Try: ${program('export')} ${command}`);
  };
  const fromRun = '--run runs/digits --out out/digits';
  if (format !== undefined && fused !== undefined) {
    const rule = '--fuse must be left out beside --dtype and --quantize: fuse the smaller model afterwards';
    refuse(rule, '--fuse', `${fromRun} --dtype float16`);
  }
  if (model !== undefined) {
    const command = `--model ${model} --triton out/repository`;
    if (out !== undefined && [run, checkpoint, weights, triton].every((other) => other === undefined)) {
      return { model, copy: out, format };
    }
    const given = Object.entries({ run, out, checkpoint, weights }).find(([, value]) => value !== undefined);
    if (given) {
      const [name, value] = given;
      const rule = `--${name} must be left out beside --model, which names an exported model${name === 'out' ? ', and --triton' : ''}`;
      refuse(rule, `--${name} ${show(value)}`, command);
    }
    if (format !== undefined) {
      refuse(
        `--${args.quantize === undefined ? 'dtype' : 'quantize'} must come with --out, as the smaller model to make`,
        'no --out',
        `--model ${model} --out out/smaller --dtype float16`,
      );
    }
    if (fused) {
      const rule = '--fuse must come with --out beside --model, and not with --triton, which takes the network alone';
      refuse(rule, triton === undefined ? 'no --out' : '--triton', `--model ${model} --out out/digits --fuse loop`);
    }
    if (triton === undefined) {
      const rule = '--model must come with --triton, or with --out to add its weights, because it is exported already';
      refuse(rule, 'neither', command);
    }
    return { model, triton };
  }
  if (run === undefined) {
    const given = out === undefined ? 'neither' : '--out alone';
    return refuse('--run must name a run to export, or --model a model folder that there is', given, fromRun);
  }
  if (out === undefined) {
    return refuse(
      '--out must come with --run, as the model folder to make',
      'no --out',
      `--run ${run} --out out/digits`,
    );
  }
  return { model: out, triton, source: { run, out, checkpoint, weights, fused, format, judge, trainStep } };
}
