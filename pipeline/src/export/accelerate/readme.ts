/** The README.md of a project for accelerate: two commands, then what one may want to know. */

import { program } from '@onnoise/base/text';
import { countParameters, type Model } from '@onnoise/training/model';
import { stepsOf } from '@onnoise/training/plan';
import type { CheckpointInfo } from '@onnoise/training/saved';
import { imagesPerStep, type TrainConfig } from '@onnoise/training/settings';

export interface Described {
  /** Of the project. */
  name: string;
  config: TrainConfig;
  info: Pick<CheckpointInfo, 'step'>;
  model: Model;
  images: { train: { length: number }; validation: { length: number } };
}

/** What `train.py` needs to go on, as the words of a command line: nothing where `config.json` names an end that is still to come. */
export function stepsToGive({ config, info, images }: Omit<Described, 'name' | 'model'>): string {
  const steps = stepsOf(config, images.train.length);
  if (steps === undefined) return ' --steps 100000';
  return steps > info.step ? '' : ` --steps ${2 * info.step}`;
}

/** Markdown. */
export function formatReadme(described: Described): string {
  const { name, config, info, model, images } = described;
  const batch = imagesPerStep(config.training);
  const steps = stepsOf(config, images.train.length);
  const parameters = countParameters(model);
  const given = stepsToGive(described);
  const why = steps === undefined ? 'the run ended by the clock' : 'the run is finished';
  const end = given === '' ? `to step ${steps}` : `until the \`--steps\` that you give (${why})`;
  const rate =
    steps !== undefined && given !== '' && config.training.lrSchedule !== 'constant'
      ? [
          `The learning rate falls over all of \`--steps\`, including those already done: after step ${info.step} it begins higher than it ended. ` +
            'For a constant rate, set `lrSchedule` in `config.json` to `constant`.',
        ]
      : [];
  const lines = [
    `# ${name}`,
    `Continues a run of Onnoise after step ${info.step}, ${end}, with PyTorch, [diffusers](https://github.com/huggingface/diffusers) ` +
      'and [accelerate](https://github.com/huggingface/accelerate), on any number of GPUs and machines:',
    fence(
      'pip install -r requirements.txt',
      `accelerate launch --config_file ddp.yaml --num_processes 8 train.py${given}`,
    ),
    ...rate,
    'Replace 8 by the number of GPUs; without a GPU, processes compute on the CPU. Run the second command again after ' +
      'any stop: it continues from the newest checkpoint. Then bring the model back:',
    fence(`npx ${program('import')} model --out models/mine`, `npx ${program('sample')} --model models/mine`),
    '## What it is',
    `The network (\`model/unet\`, ${parameters.toLocaleString('en')} parameters), the schedule (\`model/scheduler\`), the ` +
      `${images.train.length} images to train on and ${images.validation.length} held out (\`data.safetensors\`), the loss, Adam, the clipping, ` +
      'the learning rate and the moving average are those of `config.json`. Edit that file to change them.',
    'The order of the images, their augmentation, the timesteps and the noise are drawn from the stream of Onnoise, a function of ' +
      '(seed, step, image). So the losses are those of `pipeline train` except for rounding, on any number of processes. What is not ' +
      'shared: the values that dropout drops, and the statistics of BatchNorm, which are of the images of a process ' +
      '(of all processes on CUDA).',
    '## On many GPUs and machines',
    `A step takes ${batch} images, whatever the number of processes, which must divide it. For many GPUs raise \`batch\` in ` +
      '`config.json`, and the learning rate with it. A process runs as many of its images at a time as fit: `--micro-batch 8`.',
    fence(
      'accelerate launch --config_file fsdp.yaml --num_processes 8 train.py   # weights and moments spread over the GPUs',
      'accelerate launch --config_file ddp.yaml --num_processes 8 --mixed_precision bf16 train.py',
      '# on each of two machines, with its rank:',
      'accelerate launch --config_file ddp.yaml --num_machines 2 --num_processes 16 --machine_rank 0 \\',
      '  --main_process_ip 10.0.0.1 --main_process_port 29500 train.py',
    ),
    `With DDP a process sends and receives about ${formatMegabytes(2 * 4 * parameters)} a step (twice the gradients). All machines need this ` +
      'folder, best on a file system that they share; the first process writes to it.',
    '## What it writes',
    table([
      ['`model/`', 'a pipeline of diffusers with the averaged weights, new at every checkpoint'],
      ['`checkpoints/step-<n>/`', 'weights, moving average and moments of Adam, whole on any number of processes'],
      ['`metrics.jsonl`, `validation.jsonl`', 'the loss of every step, and that of the held-out images'],
    ]),
    `The folder is a run of Onnoise, too: \`npx ${program('export')} --run . --out ../mine\` makes a model folder of its newest checkpoint, ` +
      `and \`npx ${program('compare')}\` shows its losses beside those of others.`,
  ];
  return `${lines.join('\n\n')}\n`;
}

const fence = (...lines: string[]) => ['```sh', ...lines, '```'].join('\n');
const table = (rows: readonly (readonly string[])[]) =>
  ['| file | what |', '| --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
const formatMegabytes = (bytes: number) => `${(bytes / 1e6).toPrecision(3)} MB`;
