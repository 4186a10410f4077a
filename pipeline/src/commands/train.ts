/**
 * `pipeline train`: from images to a run's folder. The options are laid over the configuration file and the preset; what
 * differs from these is told. `--dry-run` tells what it would come to.
 */
import { InputError } from '@onnoise/scheduler';
import type { Argv, CommandModule } from 'yargs';
import { withDiskErrors } from '../files/disk-errors.ts';
import { formatDuration, formatPath, plural } from '../terminal/format.ts';
import { INTERRUPTED, withInterrupt } from '../terminal/interrupt.ts';
import { type ProgressEvent, withProgress } from '../terminal/progress.ts';
import { sayDetail, sayNote, sayResult } from '../terminal/voice.ts';
import type { EngineChoice } from '../train/engines/index.ts';
import type { TrainPlan } from '../train/plan.ts';
import type { TrainResult } from '../train/train.ts';
import { fieldOptions } from './options/train-fields.ts';
import { describeDataset } from './stages/describe-dataset.ts';
import { prepareWithProgress } from './stages/prepare-with-progress.ts';
import { describeClasses, describeModel, describeStep, prepareOptions } from './stages/training.ts';

/** The options that are no settings; the rest is read by `typedLayer`. */
export interface TrainArguments {
  preset?: string | undefined;
  config?: string | undefined;
  out?: string | undefined;
  resume: boolean;
  dryRun: boolean;
  verbose?: boolean | undefined;
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
        'dry-run': {
          group: 'Output:',
          type: 'boolean',
          default: false,
          describe: 'Print settings, images, memory and time, and stop',
        },
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

/** Resolves, prepares, trains; says what differs from the usual, and where everything is. */
export async function train(args: TrainArguments): Promise<void> {
  const [{ describeDifferences, readSettings }, { checkComplete }, { checkList }, { planFromConfig }] =
    await Promise.all([
      import('./options/settings.ts'),
      import('../train/config.ts'),
      import('../train/early.ts'),
      import('../train/resolve.ts'),
    ]);
  const settings = await readSettings(args);
  const { config } = settings;
  if (args.dryRun) {
    const { dryRun } = await import('./stages/dry-run.ts');
    const { out: run, resume, verbose = false } = args;
    return withInterrupt((signal) => dryRun({ settings, run, resume, verbose, signal }));
  }
  const early = planFromConfig(config);
  checkComplete(early.config);
  const run = args.out;
  if (run === undefined) {
    throw new InputError(
      'Cannot start training: --out must be the folder of the run, as --out runs/x, received nothing.',
    );
  }
  const [{ checkRun, requireIdle, train: trainRun }, { listImages }] = await Promise.all([
    import('../train/train.ts'),
    import('../data/look.ts'),
  ]);
  await requireIdle(run);
  const { kind } = await checkRun(early, run, args.resume);
  await checkMemory(early, kind);
  const images = prepareOptions(early.config, config.data.channels);
  const list = await withDiskErrors(`read ${images.data}`, () => listImages(images));
  checkList(planFromConfig(config, { classNames: list.classNames }), list, args.resume);

  await withInterrupt(async (signal) => {
    const dataset = await prepareWithProgress(images, signal);
    try {
      sayNote(describeDataset(dataset).join('\n'));
      const plan = planFromConfig(config, dataset);
      sayNote(describeDifferences(plan.config, settings.base).join('\n'));
      sayDetail(JSON.stringify(plan.config, null, 2));
      sayNote(describeModel(plan));
      for (const note of describeClasses(settings, plan, dataset.classNames)) sayNote(note);
      let latest: ProgressEvent | undefined;
      const result = await withProgress('Training', { unit: 'steps' }, (report) =>
        trainRun({
          plan,
          dataset,
          run,
          resume: args.resume,
          signal,
          hooks: {
            onNote: sayNote,
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
      tellResult(run, result);
    } finally {
      dataset.close();
    }
  });
}

function tellResult(run: string, { interrupted, step, seconds, loss, checkpoint, validation }: TrainResult): void {
  const held = validation ? ` Held-out loss ${validation.loss.toPrecision(4)}.` : '';
  const lines = [
    ...(interrupted ? [] : [`Trained ${plural(step, 'step')} in ${formatDuration(seconds)}.${held}`]),
    ...(checkpoint ? [`Checkpoint: ${formatPath(checkpoint)}`] : []),
    ...(interrupted ? [] : [`Pictures: ${formatPath(run)} (samples.png, denoising.png, forming.webp, loss.png)`]),
  ];
  if (interrupted) {
    process.exitCode = INTERRUPTED;
    sayNote(`Stopped after step ${step}. Continue with: pipeline train --out ${run} --resume`);
  }
  sayResult(lines, { run, step, seconds, loss, validationLoss: validation?.loss ?? null, checkpoint });
}

/** The estimate is one: what is somewhat too much is told, what is far too much is refused. */
async function checkMemory(plan: TrainPlan, kind: EngineChoice['kind']): Promise<void> {
  if (kind === 'tfjs-node-gpu') return;
  const { estimatePlan, machineMemory, memoryShortage } = await import('../train/memory.ts');
  const [estimate, { total }] = [await estimatePlan(plan), machineMemory()];
  const shortage = await memoryShortage(estimate, plan, total);
  if (shortage === null) return;
  if (estimate.total > FAR * total) throw new InputError(shortage);
  sayNote(shortage.replace(/^Cannot train on this machine:/, 'The memory may not suffice:'));
}

const FAR = 1.2;
