/**
 * `pipeline train`: from images to a run's folder. The options are laid over the configuration file and the preset, the
 * result is printed, and `--dry-run` stops there.
 */
import { readFile } from 'node:fs/promises';
import { InputError } from '@onnoise/scheduler';
import type { Argv, CommandModule } from 'yargs';
import { countParameters } from '../model/parameters.ts';
import { formatDuration, formatPath } from '../terminal/format.ts';
import { INTERRUPTED, withInterrupt } from '../terminal/interrupt.ts';
import { type ProgressEvent, withProgress } from '../terminal/progress.ts';
import type { Layer } from '../train/config.ts';
import type { TrainPlan } from '../train/plan.ts';
import { describeDataset } from './options/describe-dataset.ts';
import { prepareWithProgress } from './options/prepare-with-progress.ts';
import { fieldOptions, typedLayer } from './options/train-fields.ts';
import { describeStep, prepareOptions } from './options/training.ts';

/** The options that are no settings; the rest is read by `typedLayer`. */
export interface TrainArguments {
  preset?: string | undefined;
  config?: string | undefined;
  out?: string | undefined;
  resume: boolean;
  dryRun: boolean;
  [option: string]: unknown;
}

export const command: CommandModule<object, TrainArguments> = {
  command: 'train',
  describe: 'Train a model on images',
  builder: async (cli: Argv) => {
    const { presetNames } = await import('../presets.ts');
    const presets = (await presetNames()).join(', ');
    return cli
      .usage('$0 train [options]\n\nTrains a diffusion model. Options go over --config, which goes over --preset.')
      .options({
        ...fieldOptions('data'),
        preset: {
          group: 'Model:',
          type: 'string',
          requiresArg: true,
          describe: `Named settings to start from: ${presets}`,
        },
        model: { group: 'Model:', describe: "A key of the network's config: --model.layers_per_block 1" },
        scheduler: {
          group: 'Diffusion:',
          describe: 'A key of scheduler_config.json: --scheduler.beta_schedule linear',
        },
        ...fieldOptions('training'),
        out: { group: 'Output:', type: 'string', requiresArg: true, describe: 'Folder of the run: runs/x' },
        resume: { group: 'Output:', type: 'boolean', default: false, describe: 'Continue the run in --out' },
        config: { group: 'Output:', type: 'string', requiresArg: true, describe: 'JSON file of settings' },
        'dry-run': { group: 'Output:', type: 'boolean', default: false, describe: 'Tell the settings and stop' },
        ...fieldOptions('output'),
      })
      .example('$0 train --data digits --preset digits --minutes 5 --out runs/digits', 'five minutes of digits')
      .example('$0 train --data photos --preset small --size 32 --epochs 100 --out runs/photos', 'a folder of pictures')
      .example('$0 train --preset tutorial --dry-run', 'what the tutorial would train')
      .example(
        '$0 train --out runs/digits --resume --minutes 10',
        'five minutes more',
      ) as unknown as Argv<TrainArguments>;
  },
  handler: train,
};

/** Resolves, prints, prepares, trains; says where everything is. */
export async function train(args: TrainArguments): Promise<void> {
  const [{ checkComplete, resolveConfig }, { planFromConfig }] = await Promise.all([
    import('../train/config.ts'),
    import('../train/resolve.ts'),
  ]);
  const config = resolveConfig(await layersOf(args));
  const early = planFromConfig(config);
  if (args.dryRun) {
    printConfig(early);
    if (config.data.channels === undefined)
      say(`The images' channels are seen when they are read; ${early.config.data.channels} assumed.`);
    return describePlan(early);
  }
  checkComplete(early.config);
  const run = args.out;
  if (run === undefined) {
    throw new InputError(
      'Cannot start training: --out must be the folder of the run, as --out runs/x, received nothing.',
    );
  }
  const { checkRun, requireIdle, train: trainRun } = await import('../train/train.ts');
  await requireIdle(run);
  await checkRun(early, run, args.resume);

  await withInterrupt(async (signal) => {
    const dataset = await prepareWithProgress(prepareOptions(early.config, config.data.channels), signal);
    try {
      say(describeDataset(dataset).join('\n'));
      const plan = planFromConfig(config, dataset.channels);
      printConfig(plan);
      say(modelLine(plan));
      let latest: ProgressEvent | undefined;
      const result = await withProgress('Training', { unit: 'steps' }, (report) =>
        trainRun({
          ...{ plan, dataset, run, resume: args.resume, signal },
          hooks: {
            onNote: say,
            onStep: (metrics, progress) => {
              latest = { ...progress, note: describeStep(metrics) };
              report(latest);
            },
            onPreview: (done, total) => {
              if (latest !== undefined) report({ ...latest, note: `drawing pictures, ${done} of ${total}` });
            },
          },
        }),
      );
      const { interrupted, step, seconds, checkpoint, validation } = result;
      say(
        interrupted
          ? `Stopped after step ${step}. Continue with: pipeline train --out ${run} --resume`
          : `Trained ${step} steps in ${formatDuration(seconds)}.${validation ? ` Held-out loss ${validation.loss.toPrecision(4)}.` : ''}`,
      );
      if (checkpoint) say(`Checkpoint: ${formatPath(checkpoint)}`);
      if (!interrupted) say(`Pictures: ${formatPath(run)} (samples.png, denoising.png, forming.webp, loss.png)`);
      if (interrupted) process.exitCode = INTERRUPTED;
    } finally {
      dataset.close();
    }
  });
}

const printConfig = ({ config }: TrainPlan) => void process.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** The lowest first. A continued run stands on its own settings; what is named goes over them and must suit them. */
async function layersOf(args: TrainArguments): Promise<Layer[]> {
  const layers: Layer[] = [];
  if (args.resume && args.out !== undefined) {
    const { readRunConfig } = await import('../train/run-folder.ts');
    layers.push({ name: args.out, config: { ...(await readRunConfig(args.out)) } });
  }
  if (args.preset !== undefined) {
    const { readPreset } = await import('../presets.ts');
    layers.push({ name: `the preset ${args.preset}`, config: await readPreset(args.preset) });
  }
  if (args.config !== undefined) layers.push({ name: args.config, config: await readConfigFile(args.config) });
  layers.push({ name: 'the command line', config: typedLayer(args) });
  return layers;
}

async function readConfigFile(path: string): Promise<Layer['config']> {
  const refuse = (rule: string): never => {
    throw new InputError(`Cannot read the settings: --config must be ${rule}, received ${path}.`);
  };
  const text = await readFile(path, 'utf8').catch(() => refuse('a file that can be read'));
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`a JSON file (${(error as Error).message})`);
  }
}

function modelLine({ model, config }: TrainPlan): string {
  const classes = model.classCount === null ? '' : `, conditional on ${model.classCount} classes`;
  return `Model: ${config.model._class_name}, ${countParameters(model).toLocaleString('en')} parameters, images of ${model.imageShape.join(' x ')}${classes}`;
}

/** The rest of `--dry-run`: parameter count, engine and memory. */
async function describePlan(plan: TrainPlan): Promise<void> {
  const [{ describeMemory }, { chooseEngine }] = await Promise.all([
    import('../train/memory.ts'),
    import('../train/engines/index.ts'),
  ]);
  const { engine, allowCpu } = plan.config.training;
  const { kind, reason } = await chooseEngine(engine, allowCpu);
  process.stdout.write(`${modelLine(plan)}\nEngine: ${reason}.\n${await describeMemory(plan, kind)}\n`);
}
