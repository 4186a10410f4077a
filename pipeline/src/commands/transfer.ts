/**
 * `pipeline transfer`: a training run for another place that trains: a Python project for accelerate, or a model folder with its
 * training step for a browser tab. A tab can start from a preset's fresh weights, too.
 */

import { lockBeside, withLock } from '@onnoise/base/files';
import { sayNote, sayResult, toNumber, withInterrupt } from '@onnoise/base/terminal';
import { formatBytes, formatPath, program, shellPath } from '@onnoise/base/text';
import { InputError, show } from '@onnoise/scheduler/rules';
import { type Command, textOption } from './options/command.ts';
import { exportFolder, wordsOf } from './stages/export-folder.ts';

export interface TransferArguments {
  run?: string | undefined;
  preset?: string | undefined;
  to: 'accelerate' | 'tab';
  out: string;
  checkpoint?: number | undefined;
}

export const command: Command<TransferArguments> = {
  usage:
    '$0 transfer --run <folder> --to accelerate|tab --out <folder>\n\n' +
    'Prepares a training run to continue elsewhere. accelerate: a Python project with the images and the checkpoint, for many GPUs or machines. tab: a model folder with its training step, for a browser tab.',
  options: {
    run: textOption(`Run folder of ${program('train')}`),
    preset: textOption('With --to tab: preset to start with fresh weights, instead of --run'),
    to: {
      choices: ['accelerate', 'tab'] as const,
      requiresArg: true,
      demandOption: true,
      describe: 'Where to continue',
    },
    out: textOption('Folder to write', { demandOption: true }),
    checkpoint: {
      requiresArg: true,
      coerce: toNumber('checkpoint'),
      describe: 'Step of the checkpoint to continue from',
      defaultDescription: 'the last',
    },
  },
  examples: [
    ['$0 transfer --run runs/digits --to accelerate --out out/project', 'on many GPUs'],
    ['$0 transfer --run runs/digits --to tab --out out/digits', 'in a browser tab'],
    ['$0 transfer --preset tab --to tab --out out/tab', 'in a tab, from fresh weights'],
  ],
  handler: async ({ run, preset, to, out, checkpoint }) => {
    const refuse = (rule: string, received: string, line: string): never => {
      throw new InputError(`Cannot transfer: ${rule}, received ${received}. Try: ${program('transfer')} ${line}`);
    };
    const place = `--to ${to} --out ${shellPath(out)}`;
    if (preset !== undefined) {
      const fresh = `--preset ${preset} --to tab --out ${shellPath(out)}`;
      if (to !== 'tab') refuse('--preset must come with --to tab: it has no run to continue', `--to ${to}`, fresh);
      if (run !== undefined) refuse('--run must be left out with --preset', `--run ${show(run)}`, fresh);
      if (checkpoint !== undefined) refuse('--checkpoint must be left out with --preset', `${checkpoint}`, fresh);
      return transferPreset(preset, out);
    }
    if (run === undefined) {
      const rule =
        to === 'tab' ? '--run must name a run to continue, or --preset a preset' : '--run must name a run to continue';
      return refuse(rule, 'nothing', `--run runs/digits ${place}`);
    }
    return to === 'tab' ? transferToTab(run, out, checkpoint) : transferToPython(run, out, checkpoint);
  },
};

async function transferPreset(preset: string, out: string): Promise<void> {
  const { writePresetStep } = await import('../export/train-step/write-preset.ts');
  const bytes = await withLock(lockBeside(out), wordsOf(out), () => writePresetStep(preset, out));
  sayResult([`Training step with fresh weights: ${formatPath(out)}, ${formatBytes(bytes)}`], {
    preset,
    folder: out,
    bytes,
  });
}

async function transferToTab(run: string, out: string, checkpoint: number | undefined): Promise<void> {
  const { step, ...report } = await exportFolder({ run, out, checkpoint, trainStep: true });
  sayResult([`Model with its training step: ${formatPath(out)}, continues after step ${step}`], { ...report, step });
}

/** A project for accelerate, with the images of the run, which are found in its cache or prepared again. */
async function transferToPython(run: string, out: string, checkpoint: number | undefined): Promise<void> {
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
