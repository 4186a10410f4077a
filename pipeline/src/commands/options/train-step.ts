/** The options of a training step for a browser tab, and which others they exclude. */
import { InputError, show } from '@onnoise/scheduler/rules';
import { program } from '../../text/program.ts';

export interface TrainStepArguments {
  trainStep?: boolean | undefined;
  preset?: string | undefined;
}

const GROUP = 'For training in a browser tab:';

export const trainStepOptions = () => ({
  'train-step': {
    group: GROUP,
    boolean: true,
    describe: 'Also write the training step with its state',
  },
  preset: {
    group: GROUP,
    string: true,
    requiresArg: true,
    describe: 'Preset whose training step to write, instead of --run',
  },
});

/** Options that say what a model folder is made of: a preset's step has none. */
const OTHERS = ['run', 'checkpoint', 'weights', 'model', 'triton', 'accelerate', 'dtype', 'quantize', 'fuse'] as const;

type Others = Partial<Record<(typeof OTHERS)[number] | 'out', unknown>>;

/** @returns the preset, if its step is asked for. @throws InputError for what does not go with it. */
export function readPresetStep(args: TrainStepArguments & Others): { preset: string; out: string } | undefined {
  const { preset, trainStep, out } = args;
  if (preset === undefined) return undefined;
  const refuse = (rule: string, received: string): never => {
    throw new InputError(
      `Cannot export: ${rule}, received ${received}. Try: ${program('export')} --preset digits --train-step --out out/digits`,
    );
  };
  if (trainStep !== true) refuse('--preset must come with --train-step: it has no trained model', 'no --train-step');
  const other = OTHERS.find((name) => args[name] !== undefined);
  if (other) refuse(`--${other} must be left out with --preset`, `--${other} ${show(args[other])}`);
  return typeof out === 'string'
    ? { preset, out }
    : refuse('--out must come with --preset, as the folder to write', 'no --out');
}

/** @throws InputError for a training step of a model without its run */
export function checkTrainStep(args: TrainStepArguments & { run?: string | undefined }): void {
  if (args.trainStep !== true || args.run !== undefined) return;
  throw new InputError(
    `Cannot export: --train-step must come with --run, whose settings it needs, or with --preset, received neither. Try: ${program('export')} --run runs/digits --out out/digits --train-step`,
  );
}
